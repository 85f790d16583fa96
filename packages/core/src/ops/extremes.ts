import { checkTensor } from "../align.ts";
import { ArgumentError } from "../errors.ts";
import { input } from "../expr.ts";
import { constant } from "../makers/constant.ts";
import { custom } from "../makers/custom.ts";
import type { Saved } from "../node.ts";
import { checkOptions } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import { div } from "./arithmetic.ts";
import {
  axesAt,
  checkSome,
  KEEPDIM,
  keptShape,
  liftAxes,
  type ReduceOptions,
  type Reduction,
  reduceView,
  reduction,
  restore,
} from "./axes.ts";
import { astype } from "./cast.ts";
import { eq, isnan, logicalAnd, logicalOr } from "./comparison.ts";
import { gatherOn } from "./gathering.ts";
import { reshapeTo, sumOver } from "./views.ts";
import { where } from "./where.ts";

/** Which elements are the extreme one, given it at every place. */
type Match = (x: Tensor, extreme: Tensor) => Tensor;
type Extreme = (x: Tensor, axes: readonly number[]) => Tensor;

/** Where the extreme elements are, and how many: they share the derivative. */
function ties(saved: Saved, axes: readonly number[], match: Match) {
  const x = saved.inputs[0]!;
  const mask = match(x, restore(saved.outputs[0]!, x.shape, axes));
  return { mask, count: sumOver(astype(mask, x.dtype), axes) };
}

function extreme(name: string, op: "max" | "min", match: Match): Extreme {
  const call = custom<readonly number[]>(name, {
    kernel: (x, axes, backend) => reduceView(op, input(0, x.dtype), [x], axes, backend),
    vjp(g, saved, axes) {
      const { mask, count } = ties(saved, axes, match);
      const spread = (y: Tensor): Tensor => restore(y, mask.shape, axes);
      return div(where(mask, spread(g), 0), spread(count));
    },
    jvp(t, saved, axes) {
      const { mask, count } = ties(saved, axes, match);
      return div(sumOver(where(mask, t, 0), axes), count);
    },
    lift: liftAxes,
    keeps: { inputs: [0], outputs: [0] },
  });
  return (x, axes) => {
    checkSome(name, x.shape, axes);
    return axes.length === 0 ? x : call(x, axes);
  };
}

const eqOrNaN: Match = (x, y) => logicalOr(eq(x, y), logicalAnd(isnan(x), isnan(y)));

export const amaxOver: Extreme = extreme("amax", "max", eq);
const aminOver = extreme("amin", "min", eq);
const maxOver = extreme("max", "max", eqOrNaN);
const minOver = extreme("min", "min", eqOrNaN);
export const maxNorm: Extreme = extreme("norm", "max", eqOrNaN);
export const minNorm: Extreme = extreme("norm", "min", eqOrNaN);

/**
 * The largest elements over `dim`; equal ones share the derivative. A NaN wins.
 *
 * @throws ArgumentError when there are no elements to choose from.
 */
export const amax: Reduction = reduction("amax", amaxOver);
/**
 * The smallest elements over `dim`; equal ones share the derivative. A NaN wins.
 *
 * @throws ArgumentError when there are no elements to choose from.
 */
export const amin: Reduction = reduction("amin", aminOver);

type Place = (who: string, x: Tensor, axes: readonly number[]) => Tensor;

/** The number of the first extreme element along one axis. */
function place(op: "argmax" | "argmin"): Place {
  const call = constant<readonly number[]>(op, {
    kernel: ([x], axes, backend) => [reduceView(op, input(0, x!.dtype), [x!], axes, backend)],
    lift: liftAxes,
  });
  return (who, x, axes) => {
    checkSome(who, x.shape, axes);
    if (axes.length !== 1 && axes.length !== x.ndim)
      throw new ArgumentError(`${who}: dims [${axes.join(", ")}]; name one dim, or none for all`);
    if (axes.length === 1) return call([x], axes)[0]!;
    return call([reshapeTo(x, [x.size])], [0])[0]!;
  };
}

const largestPlace = place("argmax");
const smallestPlace = place("argmin");

/**
 * The place of the first largest element (int32) along `dim`, by default in row-major order. A NaN wins.
 *
 * @throws ArgumentError when there are no elements to choose from.
 * @example tensor([1, 3, 2]).argmax(); // 1
 */
export const argmax: Reduction<ReduceOptions, number> = reduction("argmax", (x, axes) =>
  largestPlace("argmax", x, axes),
);
/**
 * The place of the first smallest element (int32) along `dim`, by default in row-major order. A NaN wins.
 *
 * @throws ArgumentError when there are no elements to choose from.
 */
export const argmin: Reduction<ReduceOptions, number> = reduction("argmin", (x, axes) =>
  smallestPlace("argmin", x, axes),
);

/** The first extreme elements along a dim, and their places. */
function chosen(
  who: string,
  x: Tensor,
  dim: number,
  options: ReduceOptions | undefined,
  place: Place,
): [Tensor, Tensor] {
  checkOptions(who, options, KEEPDIM);
  const axes = axesAt(who, dim, checkTensor(who, x).ndim);
  const indices = place(who, x, axes);
  const [axis = 0] = axes;
  const kept = keptShape(x.shape, axes);
  const line = x.ndim === 0 ? reshapeTo(x, [1]) : x;
  const at = reshapeTo(indices, x.ndim === 0 ? [1] : kept);
  const shape = options?.keepdim ? kept : indices.shape;
  return [reshapeTo(gatherOn(line, at, axis, who), shape), reshapeTo(indices, shape)];
}

const wholeMax = reduction("max", maxOver);
const wholeMin = reduction("min", minOver);

/**
 * The largest element of all; with `dim`, [values, indices] of the first largest elements along it. Without
 * `dim` equal ones share the derivative. A NaN wins.
 *
 * @throws ArgumentError when there are no elements to choose from.
 * @example const [values, indices] = tensor([[1, 3], [5, 4]]).max(1); // [3, 5] and [1, 0]
 */
export function max(x: Tensor, options?: ReduceOptions): Tensor;
export function max(x: Tensor, dim: number, options?: ReduceOptions): [Tensor, Tensor];
export function max(x: Tensor, dim?: number | ReduceOptions, options?: ReduceOptions) {
  if (typeof dim === "number") return chosen("max", x, dim, options, largestPlace);
  return wholeMax(x, dim);
}

/**
 * The smallest element of all; with `dim`, [values, indices] of the first smallest elements along it. Without
 * `dim` equal ones share the derivative. A NaN wins.
 *
 * @throws ArgumentError when there are no elements to choose from.
 */
export function min(x: Tensor, options?: ReduceOptions): Tensor;
export function min(x: Tensor, dim: number, options?: ReduceOptions): [Tensor, Tensor];
export function min(x: Tensor, dim?: number | ReduceOptions, options?: ReduceOptions) {
  if (typeof dim === "number") return chosen("min", x, dim, options, smallestPlace);
  return wholeMin(x, dim);
}
