import { checkTensor } from "../align.ts";
import { dense } from "../device.ts";
import { ArgumentError } from "../errors.ts";
import { constant } from "../makers/constant.ts";
import { checkOptions } from "../options.ts";
import { checkDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { denseView } from "../view.ts";
import { sub } from "./arithmetic.ts";
import { gatherOn } from "./gathering.ts";
import { reshapeTo, sliceOn } from "./views.ts";

/** Which elements come first, in int32: ascending and stable, NaN last. */
const orderOp = constant<number>("order", {
  kernel([x], axis, backend) {
    const { values, indices } = backend.sort(dense(x!), axis);
    backend.free(values);
    return [denseView("int32", x!.device, x!.shape, indices)];
  },
  lift: (axis) => axis + 1,
});

const flipOn = (x: Tensor, axis: number): Tensor => {
  const n = x.shape[axis]!;
  return n < 2 ? x : sliceOn(x, axis, n - 1, n, -1);
};

function orderOn(x: Tensor, axis: number, descending: boolean): Tensor {
  if (!descending) return orderOp([x], axis)[0]!;
  // The flip of the sorted flip is stable, and has NaN first.
  const order = flipOn(orderOp([flipOn(x, axis)], axis)[0]!, axis);
  return sub(x.shape[axis]! - 1, order);
}

/** Options of `sort` and `argsort`. */
export interface SortOptions {
  /** Largest first. Default: false. */
  readonly descending?: boolean;
  /** Accepted for PyTorch's sake: every sort is stable. */
  readonly stable?: boolean;
}

const SORT = ["descending", "stable"];

/** Options may stand in the place of dim. */
function read<O extends object>(
  who: string,
  dim: number | O,
  options: O | undefined,
  known: readonly string[],
): readonly [number, Partial<O>] {
  const given = typeof dim === "object" ? dim : options;
  checkOptions(who, given, known);
  return [typeof dim === "object" ? -1 : dim, given ?? {}];
}

/** [values, indices] in order, and the axis; a 0-d tensor is a line of one. */
function ordered(who: string, x: Tensor, dim: number, descending: boolean) {
  const axis = checkDim(who, dim, checkTensor(who, x).ndim);
  const line = x.ndim === 0 ? reshapeTo(x, [1]) : x;
  return { line, axis, order: orderOn(line, axis, descending) };
}

/**
 * [values, indices] in ascending order along `dim`, stable, NaN last. Indices are int32.
 *
 * @example const [values, indices] = tensor([3, 1, 2]).sort(); // [1, 2, 3] and [1, 2, 0]
 */
export function sort(
  x: Tensor,
  dim: number | SortOptions = -1,
  options?: SortOptions,
): [values: Tensor, indices: Tensor] {
  const [at, { descending = false }] = read("sort", dim, options, SORT);
  const { line, axis, order } = ordered("sort", x, at, descending);
  const values = gatherOn(line, order, axis, "sort");
  return [reshapeTo(values, x.shape), reshapeTo(order, x.shape)];
}

/** The indices of `sort`. */
export function argsort(x: Tensor, dim: number | SortOptions = -1, options?: SortOptions): Tensor {
  const [at, { descending = false }] = read("argsort", dim, options, SORT);
  return reshapeTo(ordered("argsort", x, at, descending).order, x.shape);
}

/** Options of `topk`. */
export interface TopkOptions {
  /** False: the smallest. Default: true. */
  readonly largest?: boolean;
  /** Accepted for PyTorch's sake: results are always in order. */
  readonly sorted?: boolean;
}

/**
 * [values, indices] of the k largest elements along `dim`, the largest first; NaN is largest.
 *
 * @throws ArgumentError unless k is an integer from 0 to the size of dim.
 * @example tensor([3, 1, 2]).topk(2); // [3, 2] and [0, 2]
 */
export function topk(
  x: Tensor,
  k: number,
  dim: number | TopkOptions = -1,
  options?: TopkOptions,
): [values: Tensor, indices: Tensor] {
  const [at, { largest = true }] = read("topk", dim, options, ["largest", "sorted"]);
  const { line, axis, order } = ordered("topk", x, at, largest);
  const n = line.shape[axis]!;
  if (!Number.isInteger(k) || k < 0 || k > n)
    throw new ArgumentError(
      `topk: k is ${String(k)} for dim ${at} of size ${n}; use an integer from 0 to ${n}`,
    );
  const places = sliceOn(order, axis, 0, k);
  const values = gatherOn(line, places, axis, "topk");
  const shape = x.ndim === 0 && k === 1 ? [] : values.shape;
  return [reshapeTo(values, shape), reshapeTo(places, shape)];
}
