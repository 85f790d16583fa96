import type { Local, Value } from "../wasm/code.ts";
import { exp } from "./exponential.ts";
import type { Lanes } from "./lanes.ts";

/**
 * Functions of floats as vector code, within 2 ulp, over f32x4 and f64x2 lanes alike. They go through
 * `Lanes.inline`.
 *
 * @example const y = v.inline((x) => math.exp(v, x), x);
 */
export const math = { exp } satisfies {
  readonly [op: string]: (v: Lanes, ...x: Local[]) => Value;
};
