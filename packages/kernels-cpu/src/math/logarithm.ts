import type { Local, Value } from "../wasm/code.ts";
import { ATANH, INVERSE_LN2, INVERSE_LN10, LN2, LOG, LOG10_2 } from "./coefficients.ts";
import { exactSum, fastSum, upperHalf } from "./doubled.ts";
import type { Coefficients, Lanes } from "./lanes.ts";
import { oddPolynomial, polynomial } from "./polynomial.ts";

/** x is 2^k (1 + f), where √½ ≤ 1 + f < √2. */
export interface Parts {
  readonly k: Local;
  readonly f: Local;
}

/** Of normal positive numbers. */
function normalParts(v: Lanes, x: Local): Parts {
  const one = v.constant(1);
  const start = v.constant(Math.SQRT1_2);
  const above = v.keep(v.intSub(x, start));
  const k = v.exponent(above);
  const mantissa = v.intAdd(v.and(above, v.pattern((1n << BigInt(v.fraction)) - 1n)), start);
  return { k: v.keep(k), f: v.keep(v.sub(mantissa, one)) };
}

/** Of positive numbers. */
export function partsOf(v: Lanes, x: Local): Parts {
  const isSmall = v.keep(v.lt(x, v.constant(2 ** (1 - v.bias))));
  const larger = v.keep(v.choose(isSmall, v.mul(x, v.constant(2 ** v.fraction)), x));
  const { k, f } = normalParts(v, larger);
  return { k: v.keep(v.sub(k, v.and(isSmall, v.constant(v.fraction)))), f };
}

/** log(1 + f) is f − half + tail, where half is f² / 2. */
function series(v: Lanes, f: Local): { readonly half: Local; readonly tail: Value } {
  const s = v.keep(v.div(f, v.add(f, v.constant(2))));
  const square = v.keep(v.mul(s, s));
  const half = v.keep(v.mul(v.mul(f, f), v.constant(0.5)));
  const sum = v.madd(square, polynomial(v, LOG, square), half);
  return { half, tail: v.mul(s, sum) };
}

/** k ln 2 + log(1 + f) + more, where `more` is small beside f or k. */
function assembled(v: Lanes, { k, f }: Parts, more?: Value): Value {
  const [upper, lower] = LN2[v.digits] as [number, number];
  const { half, tail } = series(v, f);
  const rest = v.madd(k, v.constant(lower), more === undefined ? tail : v.add(tail, more));
  return v.madd(k, v.constant(upper), v.sub(f, v.sub(half, rest)));
}

/** y where 0 < x < ∞; else −∞ at 0, NaN below, x itself at ∞ and NaN. */
function inDomain(v: Lanes, x: Local, y: Value): Value {
  const outside = v.choose(v.eq(x, v.constant(0)), v.constant(-Infinity), v.constant(NaN));
  const finite = v.choose(v.lt(v.constant(0), x), y, outside);
  return v.choose(v.lt(x, v.constant(Infinity)), finite, x);
}

/** Where x is not a normal positive number. */
function isAbnormal(v: Lanes, x: Local): Value {
  const [least, most] = [2 ** (1 - v.bias), (2 - 2 ** -v.fraction) * 2 ** v.bias];
  return v.ne(v.max(v.min(x, v.constant(most)), v.constant(least)), x);
}

export const log = (v: Lanes, x: Local): Value =>
  v.unless(
    isAbnormal(v, x),
    () => assembled(v, normalParts(v, x)),
    () => inDomain(v, x, positiveLog(v, x)),
  );

/** log where x is positive and finite. */
export const positiveLog = (v: Lanes, x: Local): Value => assembled(v, partsOf(v, x));

interface Base {
  /** 1 / log(base) as a sum; half of the digits times the first is exact. */
  readonly inverse: Coefficients;
  /** log of 2 in that base; k times the first is exact. */
  readonly unit: Coefficients;
}

/** log(1 + f) as a sum whose first term has half of the digits, so that products with it are exact. */
function logOf(v: Lanes, x: Local, base: Base): Value {
  const [inverse, inverseRest] = base.inverse[v.digits].map((c) => v.constant(c)) as [Local, Local];
  const [unit, unitRest] = base.unit[v.digits].map((c) => v.constant(c)) as [Local, Local];
  const { k, f } = partsOf(v, x);
  const { half, tail } = series(v, f);
  const hi = upperHalf(v, v.keep(v.sub(f, half)));
  const lo = v.keep(v.add(v.sub(v.sub(f, hi), half), tail));
  const small = v.madd(lo, inverse, v.mul(v.add(lo, hi), inverseRest));
  const sum = fastSum(v, v.keep(v.mul(k, unit)), v.keep(v.mul(hi, inverse)));
  return inDomain(v, x, v.add(sum.hi, v.add(v.madd(k, unitRest, small), sum.lo)));
}

const ONE: Coefficients = { 24: [1, 0], 53: [1, 0] };

export const log2 = (v: Lanes, x: Local): Value => logOf(v, x, { inverse: INVERSE_LN2, unit: ONE });
export const log10 = (v: Lanes, x: Local): Value =>
  logOf(v, x, { inverse: INVERSE_LN10, unit: LOG10_2 });

/** log(1 + x + more) where 1 + x is positive: the rounding error of the sum comes back as more / (1 + x). */
export function log1p(v: Lanes, x: Local): Value {
  const { hi, lo } = exactSum(v, v.constant(1), x);
  const y = assembled(v, normalParts(v, hi), v.div(lo, hi));
  const outside = v.choose(v.eq(hi, v.constant(0)), v.constant(-Infinity), v.constant(NaN));
  const finite = v.choose(v.lt(v.constant(0), hi), y, outside);
  return v.or(v.choose(v.lt(x, v.constant(Infinity)), finite, x), v.signOf(x));
}

/** log(1 + a + b) where a ≥ b ≥ 0 and a is under `large`; log(2 x) above. */
function logOnePlus(v: Lanes, a: Local, b: Local, x: Local): Value {
  const isLarge = v.keep(v.lt(v.constant(2 ** (v.fraction / 2 + 2)), x));
  const sum = fastSum(v, a, b);
  const { hi, lo } = exactSum(v, v.constant(1), sum.hi);
  const { k, f } = normalParts(v, v.keep(v.choose(isLarge, x, hi)));
  const more = v.choose(isLarge, v.constant(0), v.div(v.add(lo, sum.lo), hi));
  return assembled(v, { k: v.keep(v.add(k, v.and(isLarge, v.constant(1)))), f }, more);
}

/** log(1 + x + x² / (1 + √(1 + x²))). */
export function asinh(v: Lanes, x: Local): Value {
  const size = v.keep(v.abs(x));
  const one = v.constant(1);
  const square = v.keep(v.mul(size, size));
  const root = v.sqrt(v.add(square, one));
  const more = v.keep(v.div(square, v.add(root, one)));
  const y = logOnePlus(v, size, more, size);
  return v.or(v.choose(v.lt(size, v.constant(Infinity)), y, size), v.signOf(x));
}

/** log(1 + t + √(t (t + 2))), t = x − 1. */
export function acosh(v: Lanes, x: Local): Value {
  const one = v.constant(1);
  const t = v.keep(v.sub(x, one));
  const root = v.keep(v.sqrt(v.mul(t, v.add(t, v.constant(2)))));
  const y = v.choose(v.le(one, x), logOnePlus(v, root, t, x), v.constant(NaN));
  return v.choose(v.lt(x, v.constant(Infinity)), y, x);
}

/** log((1 + x) / (1 − x)) / 2; where |x| < ½, x + x³ p(x²). */
export function atanh(v: Lanes, x: Local): Value {
  const one = v.constant(1);
  const size = v.keep(v.abs(x));
  const ratio = v.keep(v.div(v.add(one, size), v.sub(one, size)));
  const far = v.mul(inDomain(v, ratio, assembled(v, normalParts(v, ratio))), v.constant(0.5));
  const y = v.choose(v.lt(size, v.constant(0.5)), oddPolynomial(v, ATANH, size), far);
  return v.or(y, v.signOf(x));
}
