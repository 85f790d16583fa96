import type { Local, Value } from "../wasm/code.ts";
import type { Lanes } from "./lanes.ts";

/** To it an integer n is added so that the low bits of the sum are n + bias: an exponent's field. */
const aligner = (v: Lanes): Local => v.constant(1.5 * 2 ** v.fraction + v.bias);

/** 2ⁿ, where n is an integer and 2ⁿ is normal. */
export const power2 = (v: Lanes, n: Value): Value => v.shiftLeft(v.add(n, aligner(v)), v.fraction);

/** The integer nearest to a b, where that is under 2^(fraction − 1). */
export const roundedProduct = (v: Lanes, a: Value, b: Value): Value =>
  v.sub(v.madd(a, b, aligner(v)), aligner(v));

/** p 2ⁿ, rounded once, where |n| is under twice the bias. */
export function scaled(v: Lanes, p: Value, n: Local): Value {
  const half = v.keep(roundedProduct(v, n, v.constant(0.5)));
  return v.mul(v.mul(p, power2(v, half)), power2(v, v.sub(n, half)));
}
