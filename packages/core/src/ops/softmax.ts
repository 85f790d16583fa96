import { checkTensor } from "../align.ts";
import type { Backend } from "../backend.ts";
import { type DType, getDefaultDtype, isFloat } from "../dtype.ts";
import { type Expr, input, s } from "../expr.ts";
import { custom } from "../makers/custom.ts";
import type { Saved } from "../node.ts";
import type { Tensor } from "../tensor.ts";
import type { View } from "../view.ts";
import { mul, sub } from "./arithmetic.ts";
import {
  axesAt,
  bodyOf,
  countOver,
  liftAxes,
  mapView,
  type Reduction,
  reduceView,
  reduction,
  restore,
  restoreView,
} from "./axes.ts";
import { astype } from "./cast.ts";
import { exp, log } from "./functions.ts";
import { sumOver } from "./views.ts";

type Axes = readonly number[];

type Body = (dtype: DType) => Expr;

/** The largest elements, and Σ of the powers, which read an element and the largest. */
function exponentials(x: View, axes: Axes, powers: Body, backend: Backend): [View, View] {
  const largest = reduceView("max", input(0, x.dtype), [x], axes, backend);
  const inputs = [x, restoreView(largest, x.shape, axes)];
  return [largest, reduceView("sum", powers(x.dtype), inputs, axes, backend)];
}

/** What is taken from exponents, so that none overflows. */
const finite = (largest: Expr): Expr => s.select(s.isFinite(largest), largest, 0);
const finitePowers = bodyOf((x, largest) => s.exp(s.sub(x, finite(largest))));
const logarithm = bodyOf((largest, total) => s.add(s.log(total), finite(largest)));

function release(views: readonly View[], backend: Backend): void {
  for (const view of views) backend.free(view.buffer!);
}

function logSumExpView(x: View, axes: Axes, backend: Backend): View {
  const parts = exponentials(x, axes, finitePowers, backend);
  const out = mapView(logarithm(x.dtype), parts, backend);
  release(parts, backend);
  return out;
}

/** exp(x − the result): the weight of each element in the sum. */
const weights = (saved: Saved, axes: Axes): Tensor => {
  const x = saved.inputs[0]!;
  return exp(sub(x, restore(saved.outputs[0]!, x.shape, axes)));
};

const logSumExpOp = custom<Axes>("logSumExp", {
  kernel: logSumExpView,
  vjp: (g, saved, axes) => mul(restore(g, saved.ins[0]!.shape, axes), weights(saved, axes)),
  jvp: (t, saved, axes) => sumOver(mul(t, weights(saved, axes)), axes),
  lift: liftAxes,
  keeps: { inputs: [0], outputs: [0] },
});

const floatOf = (x: Tensor): Tensor => (isFloat(x.dtype) ? x : astype(x, getDefaultDtype()));

/**
 * log Σ exp(x) over `dim`, without overflow; −∞ where there are no elements.
 *
 * @example tensor([1000, 1000]).logSumExp(); // 1000.6931
 */
export const logSumExp: Reduction = reduction("logSumExp", (input, axes) => {
  const x = floatOf(input);
  return countOver(x.shape, axes) === 0 ? log(sumOver(x, axes)) : logSumExpOp(x, axes);
});

const powers = bodyOf((x, largest) => s.exp(s.sub(x, largest)));
const inverse = bodyOf((x) => s.reciprocal(x));
const product = bodyOf((x, y) => s.mul(x, y));
const logOf = bodyOf((x) => s.log(x));
const lessBoth = bodyOf((x, y, z) => s.sub(s.sub(x, y), z));

function softmaxView(x: View, axes: Axes, backend: Backend): View {
  const { dtype, shape } = x;
  const largest = reduceView("max", input(0, dtype), [x], axes, backend);
  const e = mapView(powers(dtype), [x, restoreView(largest, shape, axes)], backend);
  const total = reduceView("sum", input(0, dtype), [e], axes, backend);
  const scale = mapView(inverse(dtype), [total], backend); // one division a sum, not one an element
  const out = mapView(product(dtype), [e, restoreView(scale, shape, axes)], backend);
  release([largest, e, total, scale], backend);
  return out;
}

function logSoftmaxView(x: View, axes: Axes, backend: Backend): View {
  const [largest, total] = exponentials(x, axes, powers, backend);
  const rest = mapView(logOf(x.dtype), [total], backend);
  const spread = [largest, rest].map((view) => restoreView(view, x.shape, axes));
  const out = mapView(lessBoth(x.dtype), [x, ...spread], backend);
  release([largest, total, rest], backend);
  return out;
}

/** v summed over the axes, at every place of them. */
const sumAlong = (v: Tensor, axes: Axes): Tensor => restore(sumOver(v, axes), v.shape, axes);

/** out (v − Σ out v), in both modes. */
function softmaxSlope(v: Tensor, saved: Saved, axes: Axes): Tensor {
  const out = saved.outputs[0]!;
  return mul(out, sub(v, sumAlong(mul(out, v), axes)));
}

const softmaxOp = custom<Axes>("softmax", {
  kernel: softmaxView,
  vjp: softmaxSlope,
  jvp: softmaxSlope,
  lift: liftAxes,
  keeps: { inputs: [], outputs: [0] },
});

const logSoftmaxOp = custom<Axes>("logSoftmax", {
  kernel: logSoftmaxView,
  vjp: (g, saved, axes) => sub(g, mul(exp(saved.outputs[0]!), sumAlong(g, axes))),
  jvp: (t, saved, axes) => sub(t, sumAlong(mul(exp(saved.outputs[0]!), t), axes)),
  lift: liftAxes,
  keeps: { inputs: [], outputs: [0] },
});

/**
 * exp(x) / Σ exp(x) along `dim`.
 *
 * @example tensor([0, 0]).softmax(0); // [0.5, 0.5]
 */
export function softmax(x: Tensor, dim: number): Tensor {
  const axes = axesAt("softmax", dim, checkTensor("softmax", x).ndim);
  return softmaxOp(floatOf(x), axes);
}

/** The logarithm of `softmax`, without its rounding to 0. */
export function logSoftmax(x: Tensor, dim: number): Tensor {
  const axes = axesAt("logSoftmax", dim, checkTensor("logSoftmax", x).ndim);
  return logSoftmaxOp(floatOf(x), axes);
}
