import type { Operand } from "../align.ts";
import { ArgumentError, DTypeError } from "../errors.ts";
import { type Expr, s } from "../expr.ts";
import {
  type Binary,
  by,
  elementwise,
  floating,
  type Ternary,
  type Unary,
} from "../makers/elementwise.ts";
import { checkOptions } from "../options.ts";
import { Tensor } from "../tensor.ts";
import { eq, ge, gt, le, logicalAnd, logicalOr, lt } from "./comparison.ts";
import { where } from "./where.ts";

/** x + y; the or of bools. */
export const add: Binary = elementwise("add", (x, y) => s.add(x, y), 1, 1);
const isBool = (x: Operand): boolean => x instanceof Tensor && x.spec.dtype === "bool";
const subtract: Binary = elementwise("sub", (x, y) => s.sub(x, y), 1, -1);
/**
 * x − y.
 *
 * @throws DTypeError when one is a bool tensor.
 */
export function sub(x: Operand, y: Operand): Tensor {
  if (isBool(x) || isBool(y))
    throw new DTypeError("sub: a bool tensor is not subtracted; use logicalXor, or x.astype(…)");
  return subtract(x, y);
}
/** −x. */
export const neg: Unary = elementwise("neg", (x) => s.neg(x), -1);
/** x · y; the and of bools. */
export const mul: Binary = elementwise(
  "mul",
  (x, y) => s.mul(x, y),
  by([1], (g, y) => mul(g, y)),
  by([0], (g, x) => mul(g, x)),
);
const divide: Binary = floating(
  "div",
  (x, y) => s.div(x, y),
  by([1], (g, y) => divide(g, y)),
  by([1, "out"], (g, y, out) => neg(mul(g, divide(out, y)))), // d(x/y)/dy = −(x/y)/y
);
/** Of the exact quotient: 1 by 0.1 gives 9, as the double 0.1 is more than a tenth. */
function floorQuotient(x: Expr, y: Expr): Expr {
  const rounded = s.round(s.div(s.sub(x, s.rem(x, y)), y));
  if (x.type === "int32") return rounded;
  const quotient = s.div(x, y);
  const zero = s.mul(quotient, 0); // with the quotient's sign
  const tiny = s.select(s.lt(s.mul(s.sign(x), y), 0), s.sub(zero, 1), zero);
  const finite = s.select(s.eq(rounded, 0), zero, rounded);
  return s.select(s.eq(y, 0), quotient, s.select(s.eq(s.abs(y), Infinity), tiny, finite));
}
const divFloor: Binary = elementwise("div", floorQuotient, 0, 0);
const divTrunc: Binary = elementwise("div", (x, y) => s.trunc(s.div(x, y)), 0, 0);

/** Options of `div`. */
export interface DivOptions {
  /** Round the quotient down, or towards zero; null is true division. Default: null. */
  readonly roundingMode?: "floor" | "trunc" | null;
}

/** x / y. True division of int32 gives the default dtype; a rounded one keeps int32. */
export function div(x: Operand, y: Operand, options?: DivOptions): Tensor {
  if (options === undefined) return divide(x, y);
  checkOptions("div", options, ["roundingMode"]);
  const { roundingMode = null } = options;
  if (roundingMode === null) return divide(x, y);
  if (roundingMode === "floor") return divFloor(x, y);
  if (roundingMode === "trunc") return divTrunc(x, y);
  throw new ArgumentError(
    `div: roundingMode is ${String(roundingMode)}; use "floor", "trunc" or null`,
  );
}

/** The remainder of floored division: it has the sign of y. */
export const remainder: Binary = elementwise(
  "remainder",
  (x, y) => s.rem(x, y),
  1,
  by([0, 1], (g, x, y) => neg(mul(g, divFloor(x, y)))),
);

/** |x|; its derivative at 0 is 0. */
export const abs: Unary = elementwise(
  "abs",
  (x) => s.abs(x),
  by([0], (g, x) => mul(g, sign(x))),
);
/** −1, 0 or 1; 0 for NaN. */
export const sign: Unary = elementwise("sign", (x) => (x.type === "bool" ? x : s.sign(x)), 0);
/** x²; a bool gives int32. */
export const square: Unary = elementwise(
  "square",
  (x) => s.square(x.type === "bool" ? s.cast(x, "int32") : x),
  by([0], (g, x) => mul(g, mul(x, 2))),
);
/** 1 / x. */
export const reciprocal: Unary = floating(
  "reciprocal",
  (x) => s.reciprocal(x),
  by(["out"], (g, out) => neg(mul(g, mul(out, out)))),
);
/** The largest integer that is not larger. */
export const floor: Unary = elementwise("floor", (x) => s.floor(x), 0);
/** The smallest integer that is not smaller. */
export const ceil: Unary = elementwise("ceil", (x) => s.ceil(x), 0);
/** The nearest integer, halves to even. */
export const round: Unary = elementwise("round", (x) => s.round(x), 0);
/** The integer part. */
export const trunc: Unary = elementwise("trunc", (x) => s.trunc(x), 0);

/** Ties share the derivative. */
const share = (g: Tensor, x: Tensor, y: Tensor, wins: Binary): Tensor =>
  where(eq(x, y), mul(g, 0.5), where(wins(x, y), g, 0));

/** The larger of x and y; equal ones share the derivative. A NaN wins. */
export const maximum: Binary = elementwise(
  "maximum",
  (x, y) => s.max(x, y),
  by([0, 1], (g, x, y) => share(g, x, y, gt)),
  by([0, 1], (g, x, y) => share(g, y, x, gt)),
);
/** The smaller of x and y; equal ones share the derivative. A NaN wins. */
export const minimum: Binary = elementwise(
  "minimum",
  (x, y) => s.min(x, y),
  by([0, 1], (g, x, y) => share(g, x, y, lt)),
  by([0, 1], (g, x, y) => share(g, y, x, lt)),
);

const clampMin: Binary = elementwise(
  "clamp",
  (x, low) => s.max(x, low),
  by([0, 1], (g, x, low) => where(ge(x, low), g, 0)),
  by([0, 1], (g, x, low) => where(lt(x, low), g, 0)),
);
const clampMax: Binary = elementwise(
  "clamp",
  (x, high) => s.min(x, high),
  by([0, 1], (g, x, high) => where(le(x, high), g, 0)),
  by([0, 1], (g, x, high) => where(gt(x, high), g, 0)),
);
const clampBoth: Ternary = elementwise(
  "clamp",
  (x, low, high) => s.clamp(x, low, high),
  by([0, 1, 2], (g, x, low, high) => where(logicalAnd(ge(x, low), le(x, high)), g, 0)),
  by([0, 1, 2], (g, x, low, high) => where(logicalAnd(lt(x, low), lt(low, high)), g, 0)),
  by([0, 1, 2], (g, x, low, high) => where(logicalOr(gt(x, high), lt(high, low)), g, 0)),
);

/** Bounds the elements from below, above or both; a null bound is none. */
export function clamp(x: Tensor, min?: Operand | null, max?: Operand | null): Tensor {
  const [low, high] = [min ?? null, max ?? null];
  if (low !== null && high !== null) return clampBoth(x, low, high);
  if (low !== null) return clampMin(x, low);
  if (high !== null) return clampMax(x, high);
  throw new ArgumentError("clamp: min and max are both missing; pass at least one");
}
