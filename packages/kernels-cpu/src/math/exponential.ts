import type { Local, Value } from "../wasm/code.ts";
import { EXP, LN2 } from "./coefficients.ts";
import type { Lanes } from "./lanes.ts";
import { polynomial } from "./polynomial.ts";
import { roundedProduct, scaled } from "./rounding.ts";

interface Reduced {
  /** An integer. */
  readonly n: Local;
  /** x − n ln 2 is r + rest, and at most ln 2 / 2 in size. */
  readonly r: Local;
  readonly rest: Value;
}

/** Cody and Waite: the upper part of ln 2 is so short that its product with n is exact. */
function reduce(v: Lanes, x: Local): Reduced {
  const [upper, lower] = LN2[v.digits] as [number, number];
  const n = v.keep(roundedProduct(v, x, v.constant(Math.LOG2E)));
  const high = v.keep(v.madd(n, v.constant(-upper), x));
  const low = v.keep(v.mul(n, v.constant(lower)));
  const r = v.keep(v.sub(high, low));
  return { n, r, rest: v.sub(v.sub(high, r), low) };
}

/** Beyond ± the exponent's bias exponentials are 0 or infinite anyhow. */
const clamped = (v: Lanes, x: Value): Local =>
  v.keep(v.max(v.min(x, v.constant(v.bias)), v.constant(-v.bias)));

/** e^x: 2ⁿ e^r, e^r = 1 + r + r² q(r). */
export function exp(v: Lanes, x: Local): Value {
  const { n, r } = reduce(v, clamped(v, x));
  const tail = v.madd(v.mul(r, r), polynomial(v, EXP, r), r);
  return scaled(v, v.add(tail, v.constant(1)), n);
}
