import type { Local, Value } from "../wasm/code.ts";
import { cosh, exp, expm1, sinh, tanh } from "./exponential.ts";
import { acos, asin, atan, atan2 } from "./inverse.ts";
import type { Lanes } from "./lanes.ts";
import { acosh, asinh, atanh, log, log1p, log2, log10 } from "./logarithm.ts";
import { pow } from "./power.ts";
import { cos, sin, tan } from "./trigonometric.ts";

/** `y` is there where the function has two arguments. */
export type MathFunction = (v: Lanes, x: Local, y: Local) => Value;

type Exponential = "exp" | "expm1" | "sinh" | "cosh" | "tanh" | "pow";
type Logarithm = "log" | "log1p" | "log2" | "log10" | "asinh" | "acosh" | "atanh";
type Circular = "sin" | "cos" | "tan" | "asin" | "acos" | "atan" | "atan2";
export type MathOp = Exponential | Logarithm | Circular;

/**
 * Functions of floats as vector code, within 2 ulp, over f32x4 and f64x2 lanes alike. They go through
 * `Lanes.inline`.
 *
 * @example const y = v.inline((x) => math.exp(v, x), x);
 */
export const math: { readonly [O in MathOp]: MathFunction } = {
  exp,
  expm1,
  log,
  log1p,
  log2,
  log10,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  atan2,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  pow,
};
