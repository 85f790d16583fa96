import { describe } from "../align.ts";
import type { Backend } from "../backend.ts";
import { ArgumentError } from "../errors.ts";
import { input, s } from "../expr.ts";
import { custom } from "../makers/custom.ts";
import { type Binary, by, elementwise, floating, type Unary } from "../makers/elementwise.ts";
import type { Tensor } from "../tensor.ts";
import { fillView, type View } from "../view.ts";
import { abs, div, mul, sub } from "./arithmetic.ts";
import {
  bodyOf,
  checkSome,
  countOver,
  liftAxes,
  mapView,
  type ReduceOptions,
  type Reduction,
  reduceView,
  reduction,
  restore,
  restoreView,
} from "./axes.ts";
import { eq } from "./comparison.ts";
import { maxNorm, minNorm } from "./extremes.ts";
import { pow } from "./functions.ts";
import { checkFloat } from "./reductions.ts";
import { sumOver } from "./views.ts";
import { where } from "./where.ts";

/** Options of `variance` and `std`. */
export interface VarianceOptions extends ReduceOptions {
  /** What is taken from the number of elements in the divisor. Default: 1. */
  readonly correction?: number;
}

const VARIANCE = ["keepdim", "correction"];

interface Spread {
  readonly axes: readonly number[];
  /** The divisor. */
  readonly freedom: number;
}

const meanOver = (x: Tensor, axes: readonly number[]): Tensor =>
  restore(div(sumOver(x, axes), countOver(x.shape, axes)), x.shape, axes);

/** The derivative of a variance by each element; without freedom there is none. */
function varianceSlope(x: Tensor, { axes, freedom }: Spread): Tensor {
  const centred = sub(x, meanOver(x, axes));
  return freedom > 0 ? mul(centred, 2 / freedom) : where(eq(centred, 0), NaN, Infinity);
}

const ratio = bodyOf((x, y) => s.div(x, y));
const squaredDistance = bodyOf((x, mean) => s.square(s.sub(x, mean)));

/** Divides a view that nobody else reads. */
function quotient(x: View, divisor: number, backend: Backend): View {
  const { dtype, device, shape } = x;
  const by = fillView(dtype, device, shape, divisor);
  const out = mapView(ratio(dtype), [x, by], backend);
  backend.free(x.buffer!);
  return out;
}

/** Two passes: squares are summed after the mean is taken off, so that none of their digits are lost. */
function varianceView(x: View, { axes, freedom }: Spread, backend: Backend): View {
  const { dtype, shape } = x;
  const total = reduceView("sum", input(0, dtype), [x], axes, backend);
  const mean = quotient(total, countOver(shape, axes), backend);
  const inputs = [x, restoreView(mean, shape, axes)];
  const squares = reduceView("sum", squaredDistance(dtype), inputs, axes, backend);
  backend.free(mean.buffer!);
  return quotient(squares, freedom, backend);
}

/** Σ (x − mean)² / freedom. A composition would lose infinite derivatives: ∞ less their mean. */
const varianceOp = custom<Spread>("variance", {
  kernel: varianceView,
  vjp(g, saved, spread) {
    const x = saved.inputs[0]!;
    return mul(restore(g, x.shape, spread.axes), varianceSlope(x, spread));
  },
  jvp: (t, saved, spread) => sumOver(mul(t, varianceSlope(saved.inputs[0]!, spread)), spread.axes),
  lift: ({ axes, freedom }) => ({ axes: liftAxes(axes), freedom }),
  keeps: { inputs: [0], outputs: [] },
});

function varianceOver(
  who: string,
  x: Tensor,
  axes: readonly number[],
  options: VarianceOptions | undefined,
): Tensor {
  checkFloat(who, x);
  const { correction = 1 } = options ?? {};
  if (typeof correction !== "number")
    throw new ArgumentError(`${who}: correction is ${describe(correction)}; pass a number`);
  const freedom = Math.max(0, countOver(x.shape, axes) - correction);
  return varianceOp(x, { axes, freedom });
}

/**
 * The variance over `dim`, with divisor n − correction.
 *
 * @throws DTypeError for int32 and bool.
 * @example tensor([1, 3]).variance(); // 2
 */
export const variance: Reduction<VarianceOptions> = reduction(
  "variance",
  (x, axes, options) => varianceOver("variance", x, axes, options),
  VARIANCE,
);

/** The square root, with a derivative of 0 at 0: there the elements of a norm or deviation are at a minimum. */
const rootOfSum: Unary = floating(
  "sqrt",
  (x) => s.sqrt(x),
  by(["out"], (g, out) => where(eq(out, 0), 0, div(g, mul(where(eq(out, 0), 1, out), 2)))),
);

/**
 * The standard deviation over `dim`; where it is 0, so is its derivative.
 *
 * @throws DTypeError for int32 and bool.
 */
export const std: Reduction<VarianceOptions> = reduction(
  "std",
  (x, axes, options) => rootOfSum(varianceOver("std", x, axes, options)),
  VARIANCE,
);

/** Options of `norm`. */
export interface NormOptions extends ReduceOptions {
  /** Any number, ±Infinity for the extreme |x|, 0 for the number of elements ≠ 0. Default: 2. */
  readonly ord?: number;
}

/** The power of a number that is not negative, with a derivative of 0 at 0. */
const powerOfSize: Binary = elementwise(
  "pow",
  (x, p) => s.pow(x, p),
  by([0, 1], (g, x, p) => {
    const still = eq(x, 0);
    const safe = where(still, 1, x);
    return where(still, 0, mul(g, mul(p, pow(safe, sub(p, 1)))));
  }),
);

const isNonzero: Unary = elementwise("norm", (x) => s.cast(s.ne(x, 0), x.type), 0);

const squared = bodyOf((x) => s.square(x));

/** Σ x², where a composition would write the squares. */
const squaresOver = custom<readonly number[]>("norm", {
  kernel: (x, axes, backend) => reduceView("sum", squared(x.dtype), [x], axes, backend),
  vjp(g, saved, axes) {
    const x = saved.inputs[0]!;
    return mul(restore(mul(g, 2), x.shape, axes), x);
  },
  jvp: (t, saved, axes) => mul(sumOver(mul(t, saved.inputs[0]!), axes), 2),
  lift: liftAxes,
  keeps: { inputs: [0], outputs: [] },
});

function normOver(x: Tensor, axes: readonly number[], ord: number): Tensor {
  if (ord === 2) return rootOfSum(squaresOver(x, axes));
  if (ord === 1) return sumOver(abs(x), axes);
  if (ord === Infinity) return maxNorm(abs(x), axes);
  if (ord === -Infinity) return minNorm(abs(x), axes);
  if (ord === 0) return sumOver(isNonzero(x), axes);
  if (ord < 0) checkSome("norm", x.shape, axes);
  return powerOfSize(sumOver(powerOfSize(abs(x), ord), axes), 1 / ord);
}

/**
 * The vector norm (Σ |x|^ord)^(1 / ord) over `dim`; where it is 0, so is its derivative.
 *
 * @throws DTypeError for int32 and bool.
 * @example tensor([3, -4]).norm(); // 5
 */
export const norm: Reduction<NormOptions> = reduction(
  "norm",
  (x, axes, options) => {
    checkFloat("norm", x);
    const { ord = 2 } = options ?? {};
    if (typeof ord !== "number" || Number.isNaN(ord))
      throw new ArgumentError(`norm: ord is ${describe(ord)}; pass a number or ±Infinity`);
    return normOver(x, axes, ord);
  },
  ["keepdim", "ord"],
);
