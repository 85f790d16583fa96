import type { Local, Value } from "../wasm/code.ts";
import type { Coefficients, Lanes } from "./lanes.ts";

/** c[0] + c[1] x + c[2] x² + … by Horner's rule, with the coefficients that the digits need. */
export function polynomial(v: Lanes, coefficients: Coefficients, x: Local): Value {
  const [last, ...rest] = [...coefficients[v.digits]].reverse() as [number, ...number[]];
  return rest.reduce<Value>((sum, c) => v.madd(sum, x, v.constant(c)), v.constant(last));
}

/** x³ p(x²). */
export function cubicTail(v: Lanes, coefficients: Coefficients, x: Local): Value {
  const square = v.keep(v.mul(x, x));
  return v.mul(v.mul(x, square), polynomial(v, coefficients, square));
}

/** x + x³ p(x²). */
export const oddPolynomial = (v: Lanes, coefficients: Coefficients, x: Local): Value =>
  v.add(x, cubicTail(v, coefficients, x));
