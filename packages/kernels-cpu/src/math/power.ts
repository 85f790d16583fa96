import type { Local, Value } from "../wasm/code.ts";
import { LN2, LOG_TAIL, TWO_THIRDS } from "./coefficients.ts";
import { type Doubled, exactProduct, fastSum, product, quotient } from "./doubled.ts";
import { expSum } from "./exponential.ts";
import { type Lanes, widened } from "./lanes.ts";
import { partsOf, positiveLog } from "./logarithm.ts";
import { polynomial } from "./polynomial.ts";

/** log x of positive x in doubled precision: k ln 2 + 2 s + s³ (2/3 + s² q(s²)), s = f / (2 + f). */
function doubledLog(v: Lanes, x: Local): Doubled {
  const { k, f } = partsOf(v, x);
  const zero = v.constant(0);
  const s = quotient(v, { hi: f, lo: zero }, fastSum(v, v.constant(2), f));
  const square = product(v, s, s);
  const [upper, lower] = TWO_THIRDS[v.digits].map((c) => v.constant(c)) as [Local, Local];
  const more = v.keep(v.mul(square.hi, polynomial(v, LOG_TAIL, square.hi)));
  const factor = fastSum(v, upper, v.keep(v.add(more, lower)));
  const cubic = product(v, product(v, s, square), factor);
  const [unit, unitRest] = LN2[v.digits].map((c) => v.constant(c)) as [Local, Local];
  const first = fastSum(v, v.keep(v.mul(k, unit)), v.keep(v.add(s.hi, s.hi)));
  const second = fastSum(v, first.hi, cubic.hi);
  const terms = [first.lo, second.lo, v.add(s.lo, s.lo), cubic.lo, v.mul(k, unitRest)];
  return fastSum(v, second.hi, v.keep(terms.reduce((a, b) => v.add(a, b))));
}

/** log x, where 0 and ∞ give infinities; for float32 results float64 has digits enough. */
function logarithm(v: Lanes, x: Local): Doubled {
  const zero = v.constant(0);
  const { hi, lo } =
    v.digits === 24 ? { hi: v.keep(positiveLog(v.wide(53), x)), lo: zero } : doubledLog(v, x);
  const isBounded = v.keep(v.lt(x, v.constant(Infinity)));
  const infinite = v.choose(v.eq(x, zero), v.constant(-Infinity), x);
  const isUsual = v.keep(v.and(isBounded, v.lt(zero, x)));
  return { hi: v.keep(v.choose(isUsual, hi, infinite)), lo: v.keep(v.and(isUsual, lo)) };
}

/** |x|^y by e^(y log |x|). */
function magnitude(v: Lanes, size: Local, y: Local): Value {
  const { hi, lo } = logarithm(v, size);
  const exponent = exactProduct(v, hi, y);
  const rest = v.add(exponent.lo, v.mul(lo, y));
  // infinities have no rest
  const isUsual = v.lt(v.abs(exponent.hi), v.constant(2 * v.bias));
  const power = expSum(v, exponent.hi, v.and(isUsual, rest));
  const isOne = v.or(v.eq(size, v.constant(1)), v.eq(y, v.constant(0)));
  return v.choose(isOne, v.constant(1), power);
}

function power(v: Lanes, x: Local, y: Local): Value {
  const size = v.keep(v.abs(x));
  const isInteger = v.keep(v.eq(v.floor(y), y));
  const half = v.keep(v.mul(y, v.constant(0.5)));
  const isOdd = v.and(isInteger, v.ne(v.floor(half), half));
  const signed = v.or(magnitude(v, size, y), v.and(isOdd, v.signOf(x)));
  const isBelow = v.and(v.lt(x, v.constant(0)), v.lt(size, v.constant(Infinity)));
  const isOutside = v.and(isBelow, v.xor(isInteger, v.pattern(-1n)));
  const isOne = v.or(v.eq(x, v.constant(1)), v.eq(y, v.constant(0)));
  return v.choose(isOne, v.constant(1), v.choose(isOutside, v.constant(NaN), signed));
}

/** x^y where y is 1, 2 or 3. */
function cube(v: Lanes, x: Local, y: Local): Value {
  const one = v.constant(1);
  const second = v.choose(v.le(v.constant(2), y), x, one);
  const third = v.choose(v.le(v.constant(3), y), x, one);
  return v.mul(v.mul(x, second), third);
}

/** x^y with the special cases of C: 1 to the NaN is 1, and so is −1 to the infinity. */
export function pow(v: Lanes, x: Local, y: Local): Value {
  const is = (n: number): Value => v.eq(y, v.constant(n));
  const isOther = v.xor(v.or(v.or(is(1), is(2)), is(3)), v.pattern(-1n));
  return v.unless(
    isOther,
    () => cube(v, x, y),
    () => widened(v, power, x, y),
  );
}
