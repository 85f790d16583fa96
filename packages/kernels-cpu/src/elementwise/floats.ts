import { type MathFunction, math } from "../math/table.ts";
import { op, type Value } from "../wasm/code.ts";
import { hosted } from "./lanewise.ts";
import { toMask } from "./masks.ts";
import type { FloatOp, Rule } from "./rules.ts";

type Format = "f32x4" | "f64x2";
type Rounding = "ceil" | "floor" | "trunc" | "nearest";
type Arithmetic = "add" | "sub" | "mul" | "div" | "min" | "max";

/** The remainder with the sign of the divisor, of the one with the sign of the dividend. */
function rem(format: Format): Rule {
  const truncated = hosted(format, "rem");
  return (body, x, y) => {
    const divisor = body.hold(y);
    const rest = body.hold(truncated(body, x, divisor));
    return op("v128.bitselect", op(`${format}.add`, rest, divisor), rest, wrong(rest, divisor));
  };
  function wrong(rest: Value, divisor: Value): Value {
    const zero = op("v128.xor", divisor, divisor);
    const below = op(`${format}.lt`, divisor, zero);
    const differs = op("v128.xor", below, op(`${format}.lt`, rest, zero));
    return op("v128.and", op(`${format}.ne`, rest, zero), differs);
  }
}

/** A transcendental function. */
const smooth =
  (format: Format, write: MathFunction, count: 1 | 2): Rule =>
  (body, x, y) => {
    const v = body.math(format);
    const args = [x, y].slice(0, count);
    return v.inline((a, b) => write(v, a!, b ?? a!), ...args);
  };

const table = (format: Format): { readonly [O in FloatOp]: Rule } => {
  const type = format === "f32x4" ? "float32" : "float64";
  const plain =
    (name: "neg" | "abs" | "sqrt" | Rounding): Rule =>
    (_, x) =>
      op(`${format}.${name}`, x);
  const paired =
    (name: Arithmetic): Rule =>
    (_, x, y) =>
      op(`${format}.${name}`, x, y);
  const compared =
    (name: "eq" | "ne" | "lt" | "le"): Rule =>
    (body, x, y) =>
      toMask(body, type, op(`${format}.${name}`, x, y));
  const one = (write: MathFunction): Rule => smooth(format, write, 1);
  const two = (write: MathFunction): Rule => smooth(format, write, 2);
  return {
    neg: plain("neg"),
    abs: plain("abs"),
    sqrt: plain("sqrt"),
    floor: plain("floor"),
    ceil: plain("ceil"),
    round: plain("nearest"),
    trunc: plain("trunc"),
    add: paired("add"),
    sub: paired("sub"),
    mul: paired("mul"),
    div: paired("div"),
    min: paired("min"),
    max: paired("max"),
    eq: compared("eq"),
    ne: compared("ne"),
    lt: compared("lt"),
    le: compared("le"),
    rem: rem(format),
    exp: one(math.exp),
    expm1: one(math.expm1),
    log: one(math.log),
    log1p: one(math.log1p),
    log2: one(math.log2),
    log10: one(math.log10),
    sin: one(math.sin),
    cos: one(math.cos),
    tan: one(math.tan),
    asin: one(math.asin),
    acos: one(math.acos),
    atan: one(math.atan),
    sinh: one(math.sinh),
    cosh: one(math.cosh),
    tanh: one(math.tanh),
    asinh: one(math.asinh),
    acosh: one(math.acosh),
    atanh: one(math.atanh),
    atan2: two(math.atan2),
    pow: two(math.pow),
  };
};

export const FLOATS: { readonly float32: Table; readonly float64: Table } = {
  float32: table("f32x4"),
  float64: table("f64x2"),
};

type Table = ReturnType<typeof table>;
