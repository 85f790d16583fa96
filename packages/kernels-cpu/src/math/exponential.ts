import type { Local, Value } from "../wasm/code.ts";
import { EXP, LN2, SINH } from "./coefficients.ts";
import type { Lanes } from "./lanes.ts";
import { oddPolynomial, polynomial } from "./polynomial.ts";
import { power2, roundedPower, scaled } from "./rounding.ts";

interface Reduced {
  /** An integer. */
  readonly n: Local;
  /** 2ⁿ, where it is normal. */
  readonly power: Value;
  /** x − n ln 2 is r + rest, and at most ln 2 / 2 in size. */
  readonly r: Local;
  readonly rest: Value;
}

/** Cody and Waite: the upper part of ln 2 is so short that its product with n is exact. */
function reduce(v: Lanes, x: Local): Reduced {
  const [upper, lower] = LN2[v.digits] as [number, number];
  const [n, power] = roundedPower(v, x, v.constant(Math.LOG2E));
  const high = v.keep(v.madd(n, v.constant(-upper), x));
  const r = v.keep(v.madd(n, v.constant(-lower), high));
  return { n, power, r, rest: v.madd(n, v.constant(-lower), v.sub(high, r)) };
}

/** Beyond ± the exponent's bias exponentials are 0 or infinite anyhow. */
const clamped = (v: Lanes, x: Local): Local =>
  v.keep(v.max(v.min(x, v.constant(v.bias)), v.constant(-v.bias)));

/** e^r, of at most ln 2 / 2, is 1 + r + r² q(r). */
const reducedExp = (v: Lanes, r: Local): Value =>
  v.add(v.madd(v.mul(r, r), polynomial(v, EXP, r), r), v.constant(1));

/** e^x 2^shift: e^x is 2ⁿ e^r. */
function shifted(v: Lanes, x: Local, shift: number): Value {
  const { n, r } = reduce(v, clamped(v, x));
  const power = shift === 0 ? n : v.keep(v.add(n, v.constant(shift)));
  return scaled(v, reducedExp(v, r), power);
}

function normalExp(v: Lanes, x: Local): Value {
  const { r, power } = reduce(v, x);
  return v.mul(reducedExp(v, r), power);
}

export function exp(v: Lanes, x: Local): Value {
  const most = v.constant(Math.floor((v.bias - 1) * Math.LN2));
  return v.unless(
    v.lt(most, v.abs(x)),
    () => normalExp(v, x),
    () => shifted(v, x, 0),
  );
}

/** e^(x + more), which is e^x + more e^x: `more` is within the last places of x. */
export function expSum(v: Lanes, x: Local, more: Value): Value {
  const { n, r, rest } = reduce(v, clamped(v, x));
  const tail = v.madd(v.mul(r, r), polynomial(v, EXP, r), rest);
  const y = v.keep(v.add(tail, r));
  const all = v.madd(v.add(y, v.constant(1)), more, y);
  return scaled(v, v.add(all, v.constant(1)), n);
}

/** e^x − 1: (2ⁿ − 1) + 2ⁿ r + 2ⁿ (r² q(r) + rest), by halves because 2ⁿ may be too large. */
export function expm1(v: Lanes, x: Local): Value {
  const least = v.constant(-2 * v.fraction); // −1 there
  const { n, r, rest } = reduce(v, v.keep(v.max(v.min(x, v.constant(v.bias)), least)));
  const tail = v.keep(v.madd(v.mul(r, r), polynomial(v, EXP, r), rest));
  const most = v.constant(v.bias + 1);
  const scale = v.keep(power2(v, v.sub(v.min(n, most), v.constant(1))));
  const head = v.madd(scale, r, v.sub(scale, v.constant(0.5)));
  const general = v.mul(v.madd(scale, tail, head), v.constant(2));
  const near = v.eq(n, v.constant(0));
  const y = v.choose(near, v.add(tail, r), general);
  return v.or(v.choose(v.lt(most, n), v.constant(Infinity), y), v.signOf(x));
}

/** e^|x| / 2, which overflows only where sinh and cosh do. */
const halfExp = (v: Lanes, size: Local): Local => v.keep(shifted(v, size, -1));

/** (e^x − e^−x) / 2; where |x| < 1, x + x³ p(x²). */
export function sinh(v: Lanes, x: Local): Value {
  const size = v.keep(v.abs(x));
  const half = halfExp(v, size);
  const far = v.sub(half, v.div(v.constant(0.25), half));
  const y = v.choose(v.lt(size, v.constant(1)), oddPolynomial(v, SINH, size), far);
  return v.or(y, v.signOf(x));
}

/** (e^x + e^−x) / 2. */
export function cosh(v: Lanes, x: Local): Value {
  const half = halfExp(v, v.keep(v.abs(x)));
  return v.add(half, v.div(v.constant(0.25), half));
}

/**
 * E / (E + 2), where E = e^2|x| − 1 is (2ⁿ − 1) + 2ⁿ r + 2ⁿ (r² q(r) + rest). What rounding took of the sum
 * below comes back, divided by it: that is (1 − the quotient) / 2.
 */
export function tanh(v: Lanes, x: Local): Value {
  const most = v.constant(v.fraction); // 1 there
  const { power, r, rest } = reduce(v, v.keep(v.min(v.mul(v.abs(x), v.constant(2)), most)));
  const tail = v.madd(v.mul(r, r), polynomial(v, EXP, r), rest);
  const scale = v.keep(power);
  const head = v.madd(scale, r, v.sub(scale, v.constant(1)));
  const y = v.keep(v.madd(scale, tail, head));
  const below = v.keep(v.add(y, v.constant(2)));
  const q = v.keep(v.div(y, below));
  const lost = v.sub(y, v.sub(below, v.constant(2)));
  const inverse = v.madd(q, v.constant(0.5), v.constant(-0.5));
  return v.or(v.min(v.madd(v.mul(q, lost), inverse, q), v.constant(1)), v.signOf(x));
}
