import { type DType, isFloat } from "../dtype.ts";
import { type Expr, s } from "../expr.ts";
import { type Binary, elementwise, type Unary } from "../makers/elementwise.ts";

const isFloating = (x: Expr): boolean => x.type !== "uint32" && isFloat(x.type as DType);
const truth = (x: Expr): Expr => s.cast(x, "bool");

// A row without partials has no derivative.
/** Whether x = y. */
export const eq: Binary = elementwise("eq", (x, y) => s.eq(x, y));
/** Whether x ≠ y; true beside NaN. */
export const ne: Binary = elementwise("ne", (x, y) => s.ne(x, y));
/** Whether x < y. */
export const lt: Binary = elementwise("lt", (x, y) => s.lt(x, y));
/** Whether x ≤ y. */
export const le: Binary = elementwise("le", (x, y) => s.le(x, y));
/** Whether x > y. */
export const gt: Binary = elementwise("gt", (x, y) => s.gt(x, y));
/** Whether x ≥ y. */
export const ge: Binary = elementwise("ge", (x, y) => s.ge(x, y));

/** Whether both are not 0. */
export const logicalAnd: Binary = elementwise("logicalAnd", (x, y) => s.and(truth(x), truth(y)));
/** Whether one is not 0, or both. */
export const logicalOr: Binary = elementwise("logicalOr", (x, y) => s.or(truth(x), truth(y)));
/** Whether exactly one is not 0. */
export const logicalXor: Binary = elementwise("logicalXor", (x, y) => s.xor(truth(x), truth(y)));
/** Whether x is 0. */
export const logicalNot: Unary = elementwise("logicalNot", (x) => s.not(truth(x)));

/** Whether x is NaN. */
export const isnan: Unary = elementwise("isnan", (x) => s.isNaN(x));
/** Whether x is one of the infinities. */
export const isinf: Unary = elementwise("isinf", (x) =>
  isFloating(x) ? s.eq(s.abs(x), Infinity) : s.ne(x, x),
);
/** Whether x is neither infinite nor NaN. */
export const isfinite: Unary = elementwise("isfinite", (x) =>
  isFloating(x) ? s.isFinite(x) : s.eq(x, x),
);
