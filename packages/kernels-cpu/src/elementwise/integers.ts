import { doWhile, i32const, type Local, op, set, shuffle, type Value } from "../wasm/code.ts";
import type { Body } from "./body.ts";
import { shifted } from "./lanewise.ts";
import { toMask } from "./masks.ts";
import type { IntegerOp, Rule } from "./rules.ts";

type Name = "i32x4.add" | "i32x4.sub" | "i32x4.mul" | "v128.and" | "v128.or" | "v128.xor" | Ordered;
type Ordered = `i32x4.${"min" | "max"}_${"s" | "u"}`;
type Comparison = "i32x4.eq" | "i32x4.ne" | `i32x4.${"lt" | "le" | "gt"}_${"s" | "u"}`;

const plain =
  (name: Name): Rule =>
  (_, x, y) =>
    op(name, x, y);

const compared =
  (name: Comparison): Rule =>
  (body, x, y) =>
    toMask(body, "int32", op(name, x, y));

const zero = (body: Body): Local => body.constant(0, "int32");
const nonzero = (body: Body, x: Value): Value => op("i32x4.ne", x, zero(body));
const choose = (mask: Value, a: Value, b: Value): Value => op("v128.bitselect", a, b, mask);

type Sign = "s" | "u";

const LOW_WORDS = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];
const HIGH_WORDS = LOW_WORDS.map((byte) => byte + 4);
const UPPER_HALF = [8, 9, 10, 11, 12, 13, 14, 15];

/** The truncated quotient of the lower two lanes, in the low words; modulo 2³², so that −2³¹ / −1 wraps. */
function quotientOfTwo(body: Body, sign: Sign, x: Value, y: Value): Value {
  const convert = `f64x2.convert_low_i32x4_${sign}` as const;
  const quotient = op("f64x2.trunc", op("f64x2.div", op(convert, x), op(convert, y)));
  return op("f64x2.add", quotient, body.constant(1.5 * 2 ** 52, "float64"));
}

const upper = (x: Local): Value => shuffle(x, x, [...UPPER_HALF, ...UPPER_HALF]);

/** Division in float64 is exact enough to truncate; 0 where the divisor is. */
function quotient(body: Body, sign: Sign, x: Local, y: Local): Value {
  const first = body.hold(quotientOfTwo(body, sign, x, y));
  const second =
    body.lanes === 2 ? first : body.hold(quotientOfTwo(body, sign, upper(x), upper(y)));
  return op("v128.and", shuffle(first, second, LOW_WORDS), nonzero(body, y));
}

const div =
  (sign: Sign): Rule =>
  (body, x, y) =>
    quotient(body, sign, body.hold(x), body.hold(y));

/** What division leaves, with the sign of the dividend; 0 where the divisor is. */
function remainder(body: Body, sign: Sign, x: Local, y: Local): Value {
  const rest = op("i32x4.sub", x, op("i32x4.mul", quotient(body, sign, x, y), y));
  return op("v128.and", rest, nonzero(body, y));
}

/** With the sign of the divisor. */
const rem: Rule = (body, x, y) => {
  const divisor = body.hold(y);
  const rest = body.hold(remainder(body, "s", body.hold(x), divisor));
  const differs = op("i32x4.lt_s", op("v128.xor", rest, divisor), zero(body));
  const wrong = op("v128.and", nonzero(body, rest), differs);
  return op("i32x4.add", rest, op("v128.and", divisor, wrong));
};

/** Squares and multiplies, until no lane has a bit of its exponent left. */
function powerOf(body: Body, x: Local, y: Local): Local {
  const one = body.constant(1, "int32");
  const [power, square, rest] = [body.hold(one), body.hold(x), body.hold(y)];
  const odd = op("v128.and", rest, one);
  const bit = op("i32x4.eq", odd, one);
  const step = [
    set(power, choose(bit, op("i32x4.mul", power, square), power)),
    set(square, op("i32x4.mul", square, square)),
    set(rest, op("i32x4.shr_u", rest, i32const(1))),
  ];
  body.code.push(doWhile(step, op("v128.any_true", rest)));
  return power;
}

/** x^y where y is negative: 1 or −1 where |x| is 1, else 0. */
function inversePower(body: Body, x: Local, y: Local): Value {
  const one = body.constant(1, "int32");
  const odd = op("i32x4.eq", op("v128.and", y, one), one);
  const isUnit = op("i32x4.eq", op("i32x4.abs", x), one);
  return op("v128.and", choose(odd, x, one), isUnit);
}

const pow: Rule = (body, x, y) => {
  const [base, exponent] = [body.hold(x), body.hold(y)];
  const power = powerOf(body, base, exponent);
  const isNegative = op("i32x4.lt_s", exponent, zero(body));
  return choose(isNegative, inversePower(body, base, exponent), power);
};

const mulhi: Rule = (body, x, y) => {
  const [a, b] = [body.hold(x), body.hold(y)];
  const low = body.hold(op("i64x2.extmul_low_i32x4_u", a, b));
  const high = body.lanes === 2 ? low : op("i64x2.extmul_high_i32x4_u", a, b);
  return shuffle(low, high, HIGH_WORDS);
};

/** int32; integers wrap. */
export const INTEGERS: { readonly [O in IntegerOp]: Rule } = {
  neg: (_, x) => op("i32x4.neg", x),
  abs: (_, x) => op("i32x4.abs", x),
  not: (_, x) => op("v128.not", x),
  add: plain("i32x4.add"),
  sub: plain("i32x4.sub"),
  mul: plain("i32x4.mul"),
  div: div("s"),
  rem,
  pow,
  min: plain("i32x4.min_s"),
  max: plain("i32x4.max_s"),
  and: plain("v128.and"),
  or: plain("v128.or"),
  xor: plain("v128.xor"),
  shl: shifted("i32.shl"),
  shr: shifted("i32.shr_s"),
  mulhi,
  eq: compared("i32x4.eq"),
  ne: compared("i32x4.ne"),
  lt: compared("i32x4.lt_s"),
  le: compared("i32x4.le_s"),
};

export const UNSIGNED: { readonly [O in IntegerOp]: Rule } = {
  ...INTEGERS,
  div: div("u"),
  rem: (body, x, y) => remainder(body, "u", body.hold(x), body.hold(y)),
  min: plain("i32x4.min_u"),
  max: plain("i32x4.max_u"),
  shr: shifted("i32.shr_u"),
  lt: compared("i32x4.lt_u"),
  le: compared("i32x4.le_u"),
};
