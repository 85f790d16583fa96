import type { Operand } from "../align.ts";
import { ArgumentError } from "../errors.ts";
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
import * as special from "../special.ts";
import type { Tensor } from "../tensor.ts";
import { add, mul, neg, square, sub } from "./arithmetic.ts";
import { gt, le } from "./comparison.ts";
import { erfc, exp } from "./functions.ts";
import { where } from "./where.ts";

/** 1 / (1 + exp(−x)). */
export const sigmoid: Unary = floating(
  "sigmoid",
  special.sigmoid,
  by(["out"], (g, out) => mul(g, mul(out, sub(1, out)))),
);
/** log(sigmoid(x)), without overflow. */
export const logSigmoid: Unary = floating(
  "logSigmoid",
  special.logSigmoid,
  by([0], (g, x) => mul(g, sigmoid(neg(x)))),
);
/** max(x, 0); the derivative at 0 is 0. */
export const relu: Unary = elementwise(
  "relu",
  (x) => s.max(x, 0),
  by(["out"], (g, out) => where(le(out, 0), 0, g)),
);
/** x sigmoid(x). */
export const silu: Unary = floating(
  "silu",
  (x) => s.mul(x, special.sigmoid(x)),
  by([0], (g, x) => {
    const gate = sigmoid(x);
    return mul(g, mul(gate, add(mul(x, sub(1, gate)), 1)));
  }),
);

const softplusOp: Ternary = floating(
  "softplus",
  (x, beta, threshold) => {
    const y = s.mul(x, beta);
    return s.select(s.lt(threshold, y), x, s.div(special.softplus(y), beta));
  },
  by([0, 1, 2], (g, x, beta, threshold) => {
    const y = mul(x, beta);
    return where(gt(y, threshold), g, mul(g, sigmoid(y)));
  }),
);

/** Options of `softplus`. */
export interface SoftplusOptions {
  /** How steep it is. Default: 1. */
  readonly beta?: number;
  /** Where beta · x is larger, the result is x. Default: 20. */
  readonly threshold?: number;
}

/** log(1 + exp(beta · x)) / beta, a smooth `relu`. */
export function softplus(x: Operand, options?: SoftplusOptions): Tensor {
  checkOptions("softplus", options, ["beta", "threshold"]);
  return softplusOp(x, options?.beta ?? 1, options?.threshold ?? 20);
}

const leakyReluOp: Binary = floating(
  "leakyRelu",
  (x, slope) => s.select(s.lt(0, x), x, s.mul(x, slope)),
  by([0, 1], (g, x, slope) => where(gt(x, 0), g, mul(g, slope))),
);

/** Options of `leakyRelu`. */
export interface LeakyReluOptions {
  /** The slope below 0. Default: 0.01. */
  readonly negativeSlope?: number;
}

/** x where x > 0, else negativeSlope · x. */
export function leakyRelu(x: Operand, options?: LeakyReluOptions): Tensor {
  checkOptions("leakyRelu", options, ["negativeSlope"]);
  return leakyReluOp(x, options?.negativeSlope ?? 0.01);
}

/** The derivative of elu, which is also its own below 0. */
const eluSlope: Binary = floating(
  "eluSlope",
  (x, alpha) => s.select(s.le(x, 0), s.mul(alpha, s.exp(x)), 1),
  by([0, "out"], (g, x, out) => where(le(x, 0), mul(g, out), 0)),
);
const eluOp: Binary = floating(
  "elu",
  (x, alpha) => s.select(s.lt(0, x), x, s.mul(alpha, s.expm1(x))),
  by([0, 1], (g, x, alpha) => mul(g, eluSlope(x, alpha))),
);

/** Options of `elu`. */
export interface EluOptions {
  /** Minus the limit at −∞. Default: 1. */
  readonly alpha?: number;
}

/** x where x > 0, else alpha · (exp(x) − 1). */
export function elu(x: Operand, options?: EluOptions): Tensor {
  checkOptions("elu", options, ["alpha"]);
  return eluOp(x, options?.alpha ?? 1);
}

// Fixed points of mean 0 and variance 1: Klambauer et al., "Self-normalizing neural networks", 2017.
const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

/** `elu` with a scale that keeps mean 0 and variance 1 from layer to layer. */
export const selu = (x: Operand): Tensor => mul(eluOp(x, SELU_ALPHA), SELU_SCALE);

const geluExact: Unary = floating(
  "gelu",
  special.gelu,
  by([0], (g, x) => {
    const probability = mul(erfc(mul(x, -Math.SQRT1_2)), 0.5);
    const density = mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return mul(g, add(probability, mul(x, density)));
  }),
);

const CUBIC = 0.044715;
const STEEPNESS = 2 * Math.sqrt(2 / Math.PI);

/** 2 √(2/π) (x + 0.044715 x³): ½ (1 + tanh u) is sigmoid(2u). */
const gateOf = (x: Expr): Expr => s.mul(s.mul(STEEPNESS, x), s.add(1, s.mul(CUBIC, s.square(x))));

const geluTanh: Unary = floating(
  "gelu",
  (x) => s.mul(x, special.sigmoid(gateOf(x))),
  by([0], (g, x) => {
    const squared = square(x);
    const gate = sigmoid(mul(mul(x, STEEPNESS), add(mul(squared, CUBIC), 1)));
    const slope = mul(add(mul(squared, 3 * CUBIC), 1), STEEPNESS);
    return mul(g, mul(gate, add(mul(mul(x, sub(1, gate)), slope), 1)));
  }),
);

/** Options of `gelu`. */
export interface GeluOptions {
  /** "tanh" takes the usual approximation of the normal distribution. Default: "none". */
  readonly approximate?: "none" | "tanh";
}

/** x Φ(x), Φ the normal distribution. */
export function gelu(x: Operand, options?: GeluOptions): Tensor {
  checkOptions("gelu", options, ["approximate"]);
  const { approximate = "none" } = options ?? {};
  if (approximate === "none") return geluExact(x);
  if (approximate === "tanh") return geluTanh(x);
  throw new ArgumentError(`gelu: approximate is ${String(approximate)}; use "none" or "tanh"`);
}
