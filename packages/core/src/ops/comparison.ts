import { type DType, isFloat } from "../dtype.ts";
import { type Expr, s } from "../expr.ts";
import { type Binary, elementwise, type Unary } from "../makers/elementwise.ts";

const isFloating = (x: Expr): boolean => x.type !== "uint32" && isFloat(x.type as DType);
const truth = (x: Expr): Expr => s.cast(x, "bool");

// A row without partials has no derivative.
export const eq: Binary = elementwise("eq", (x, y) => s.eq(x, y));
export const ne: Binary = elementwise("ne", (x, y) => s.ne(x, y));
export const lt: Binary = elementwise("lt", (x, y) => s.lt(x, y));
export const le: Binary = elementwise("le", (x, y) => s.le(x, y));
export const gt: Binary = elementwise("gt", (x, y) => s.gt(x, y));
export const ge: Binary = elementwise("ge", (x, y) => s.ge(x, y));

export const logicalAnd: Binary = elementwise("logicalAnd", (x, y) => s.and(truth(x), truth(y)));
export const logicalOr: Binary = elementwise("logicalOr", (x, y) => s.or(truth(x), truth(y)));
export const logicalXor: Binary = elementwise("logicalXor", (x, y) => s.xor(truth(x), truth(y)));
export const logicalNot: Unary = elementwise("logicalNot", (x) => s.not(truth(x)));

export const isnan: Unary = elementwise("isnan", (x) => s.isNaN(x));
export const isinf: Unary = elementwise("isinf", (x) =>
  isFloating(x) ? s.eq(s.abs(x), Infinity) : s.ne(x, x),
);
export const isfinite: Unary = elementwise("isfinite", (x) =>
  isFloating(x) ? s.isFinite(x) : s.eq(x, x),
);
