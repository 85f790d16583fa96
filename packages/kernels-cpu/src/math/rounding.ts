import type { Local, Value } from "../wasm/code.ts";
import type { Lanes } from "./lanes.ts";

/** To it an integer n is added so that the low bits of the sum are n + bias: an exponent's field. */
const aligner = (v: Lanes): Local => v.constant(1.5 * 2 ** v.fraction + v.bias);

/** 2ⁿ, where it is normal, of what is n after the aligner was added. */
const powerOf = (v: Lanes, aligned: Value): Value => v.shiftLeft(aligned, v.fraction);

/** 2ⁿ, where n is an integer and 2ⁿ is normal. */
export const power2 = (v: Lanes, n: Value): Value => powerOf(v, v.add(n, aligner(v)));

/** The integer nearest to a b, where that is under 2^(fraction − 1). */
export const roundedProduct = (v: Lanes, a: Value, b: Value): Value =>
  v.sub(v.madd(a, b, aligner(v)), aligner(v));

/** That integer n, and 2ⁿ where it is normal. */
export function roundedPower(v: Lanes, a: Value, b: Value): readonly [n: Local, power: Value] {
  const aligned = v.keep(v.madd(a, b, aligner(v)));
  return [v.keep(v.sub(aligned, aligner(v))), powerOf(v, aligned)];
}

/** p 2ⁿ, rounded once, where |n| is under twice the bias. */
export function scaled(v: Lanes, p: Value, n: Local): Value {
  const half = v.keep(roundedProduct(v, n, v.constant(0.5)));
  return v.mul(v.mul(p, power2(v, half)), power2(v, v.sub(n, half)));
}
