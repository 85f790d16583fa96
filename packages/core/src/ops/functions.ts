import type { Operand } from "../align.ts";
import { ArgumentError } from "../errors.ts";
import { s } from "../expr.ts";
import { type Binary, by, elementwise, floating, type Unary } from "../makers/elementwise.ts";
import * as special from "../special.ts";
import type { Tensor } from "../tensor.ts";
import { add, div, mul, neg, square, sub } from "./arithmetic.ts";
import { eq, ge, logicalAnd } from "./comparison.ts";
import { where } from "./where.ts";

// One row an op: what it computes, and its derivative (g times …).
/** eˣ. */
export const exp: Unary = floating(
  "exp",
  (x) => s.exp(x),
  by(["out"], (g, out) => mul(g, out)),
);
/** eˣ − 1, with all its digits where x is small. */
export const expm1: Unary = floating(
  "expm1",
  (x) => s.expm1(x),
  by(["out"], (g, out) => mul(g, add(out, 1))),
);
/** The natural logarithm. */
export const log: Unary = floating(
  "log",
  (x) => s.log(x),
  by([0], (g, x) => div(g, x)),
);
/** log(1 + x), with all its digits where x is small. */
export const log1p: Unary = floating(
  "log1p",
  (x) => s.log1p(x),
  by([0], (g, x) => div(g, add(x, 1))),
);
/** The logarithm to base 2. */
export const log2: Unary = floating(
  "log2",
  (x) => s.log2(x),
  by([0], (g, x) => div(g, mul(x, Math.LN2))),
);
/** The logarithm to base 10. */
export const log10: Unary = floating(
  "log10",
  (x) => s.log10(x),
  by([0], (g, x) => div(g, mul(x, Math.LN10))),
);
/** The square root; NaN below 0. */
export const sqrt: Unary = floating(
  "sqrt",
  (x) => s.sqrt(x),
  by(["out"], (g, out) => div(g, mul(out, 2))),
);
/** 1 / √x. */
export const rsqrt: Unary = floating(
  "rsqrt",
  (x) => s.rsqrt(x),
  by(["out"], (g, out) => mul(mul(g, -0.5), mul(out, square(out)))),
);
/** The sine of radians. */
export const sin: Unary = floating(
  "sin",
  (x) => s.sin(x),
  by([0], (g, x) => mul(g, cos(x))),
);
/** The cosine of radians. */
export const cos: Unary = floating(
  "cos",
  (x) => s.cos(x),
  by([0], (g, x) => neg(mul(g, sin(x)))),
);
/** The tangent of radians. */
export const tan: Unary = floating(
  "tan",
  (x) => s.tan(x),
  by(["out"], (g, out) => mul(g, add(square(out), 1))),
);
/** The inverse sine, in radians. */
export const asin: Unary = floating(
  "asin",
  (x) => s.asin(x),
  by([0], (g, x) => mul(g, rsqrt(sub(1, square(x))))),
);
/** The inverse cosine, in radians. */
export const acos: Unary = floating(
  "acos",
  (x) => s.acos(x),
  by([0], (g, x) => neg(mul(g, rsqrt(sub(1, square(x)))))),
);
/** The inverse tangent, in radians. */
export const atan: Unary = floating(
  "atan",
  (x) => s.atan(x),
  by([0], (g, x) => div(g, add(square(x), 1))),
);
/** The hyperbolic sine. */
export const sinh: Unary = floating(
  "sinh",
  (x) => s.sinh(x),
  by([0], (g, x) => mul(g, cosh(x))),
);
/** The hyperbolic cosine. */
export const cosh: Unary = floating(
  "cosh",
  (x) => s.cosh(x),
  by([0], (g, x) => mul(g, sinh(x))),
);
/** The hyperbolic tangent. */
export const tanh: Unary = floating(
  "tanh",
  (x) => s.tanh(x),
  by(["out"], (g, out) => mul(g, sub(1, square(out)))),
);
/** The inverse hyperbolic sine. */
export const asinh: Unary = floating(
  "asinh",
  (x) => s.asinh(x),
  by([0], (g, x) => mul(g, rsqrt(add(square(x), 1)))),
);
/** The inverse hyperbolic cosine. */
export const acosh: Unary = floating(
  "acosh",
  (x) => s.acosh(x),
  by([0], (g, x) => mul(g, rsqrt(sub(square(x), 1)))),
);
/** The inverse hyperbolic tangent. */
export const atanh: Unary = floating(
  "atanh",
  (x) => s.atanh(x),
  by([0], (g, x) => div(g, sub(1, square(x)))),
);

/** At the origin, where the angle has no derivative, 1: so the derivatives there are 0. */
function squaredRadius(y: Tensor, x: Tensor): Tensor {
  const origin = logicalAnd(eq(x, 0), eq(y, 0));
  return where(origin, 1, add(square(y), square(x)));
}

/** atan2(y, x): the angle of the point (x, y). */
export const atan2: Binary = floating(
  "atan2",
  (y, x) => s.atan2(y, x),
  by([0, 1], (g, y, x) => mul(g, div(x, squaredRadius(y, x)))),
  by([0, 1], (g, y, x) => neg(mul(g, div(y, squaredRadius(y, x))))),
);

const TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);
/** The error function, 2/√π ∫₀ˣ exp(−t²) dt. */
export const erf: Unary = floating(
  "erf",
  special.erf,
  by([0], (g, x) => mul(g, mul(exp(neg(square(x))), TWO_OVER_SQRT_PI))),
);
/** 1 − erf(x), with all its digits where that is small. */
export const erfc: Unary = floating(
  "erfc",
  special.erfc,
  by([0], (g, x) => mul(g, mul(exp(neg(square(x))), -TWO_OVER_SQRT_PI))),
);
/** log |Γ(x)|. */
export const lgamma: Unary = floating(
  "lgamma",
  special.lgamma,
  by([0], (g, x) => mul(g, digamma(x))),
);

/** x to the power of y. 0 ** 0 is 1, and derivatives at 0 are PyTorch's. */
export const pow: Binary = elementwise(
  "pow",
  (x, y) => s.pow(x, y),
  by([0, 1], (g, x, y) => where(eq(y, 0), 0, mul(g, mul(y, pow(x, sub(y, 1)))))),
  by([0, 1, "out"], (g, x, y, out) => {
    const still = logicalAnd(eq(x, 0), ge(y, 0));
    return where(still, 0, mul(g, mul(out, log(where(still, 1, x)))));
  }),
);

const orders: Unary[] = [];

/** The derivative of order n of digamma, as a row of its own for each n. */
function polygammaRow(n: number): Unary {
  return (orders[n] ??= floating(
    n === 0 ? "digamma" : "polygamma",
    (x) => special.polygamma(n, x),
    by([0], (g, x) => mul(g, polygammaRow(n + 1)(x))),
  ));
}

/** The derivative of `lgamma`. */
export const digamma: Unary = polygammaRow(0);

/**
 * The derivative of order `n` of `digamma`, for n from 0 to 3.
 *
 * @example tensor([1, 2]).polygamma(1); // [1.6449, 0.6449]
 */
export function polygamma(x: Operand, n: number): Tensor {
  if (Number.isInteger(n) && n >= 0 && n <= 3) return polygammaRow(n)(x);
  throw new ArgumentError(`polygamma: the order is ${String(n)}; use 0, 1, 2 or 3`);
}
