import { checkTensor } from "../align.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { checkOptions } from "../options.ts";
import {
  broadcastShapes,
  checkDim,
  checkShape,
  countDims,
  type Dims,
  type Shape,
  sameShape,
  showShape,
  sizeOf,
} from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { listOf } from "./axes.ts";
import {
  copyOp,
  diagonalOp,
  expandTo,
  permuteOp,
  reshapeTo,
  sliceOn,
  sliceOp,
  splitOn,
  unbindOp,
} from "./views.ts";

/**
 * The same elements in another shape; one size may be −1. A view where strides allow it.
 *
 * @throws ShapeError when the sizes do not multiply to the number of elements.
 * @example arange(6).reshape([2, -1]).shape; // [2, 3]
 */
export function reshape(x: Tensor, shape: Dims): Tensor {
  const { size } = checkTensor("reshape", x);
  const sizes = [...listOf("reshape", "the shape", shape)];
  const free = sizes.indexOf(-1);
  if (free !== sizes.lastIndexOf(-1))
    throw new ShapeError(
      `reshape: −1 appears twice in shape ${showShape(sizes)}; leave one size open at most`,
    );
  if (free >= 0) {
    const rest = sizes.reduce((n, m, i) => (i === free ? n : n * m), 1);
    sizes[free] = rest === 0 ? 0 : Math.trunc(size / rest);
  }
  const fixed = checkShape("reshape", sizes);
  if (sizeOf(fixed) !== size)
    throw new ShapeError(
      `reshape: a tensor of shape ${showShape(x.shape)} has ${size} elements, which do not fit ` +
        `shape ${showShape(typeof shape === "number" ? [shape] : shape)}; sizes must multiply to ${size}`,
    );
  return reshapeTo(x, fixed);
}

/**
 * Joins the dims from `start` to `end` (inclusive) into one. A 0-d tensor becomes [1].
 *
 * @example zeros([2, 3, 4]).flatten(1).shape; // [2, 12]
 */
export function flatten(x: Tensor, start = 0, end = -1): Tensor {
  const { ndim, shape } = checkTensor("flatten", x);
  if (ndim === 0) return reshapeTo(x, [1]);
  const from = checkDim("flatten", start, ndim, "start");
  const to = checkDim("flatten", end, ndim, "end");
  if (from > to)
    throw new ShapeError(`flatten: start ${start} comes after end ${end}; give them in order`);
  const joined = sizeOf(shape.slice(from, to + 1));
  return reshapeTo(x, [...shape.slice(0, from), joined, ...shape.slice(to + 1)]);
}

/** Drops dims of size 1: all, or those named (others stay). */
export function squeeze(x: Tensor, dim?: Dims): Tensor {
  const { ndim, shape } = checkTensor("squeeze", x);
  const named = dim === undefined ? shape.keys() : listOf("squeeze", "dim", dim);
  const dims = new Set([...named].map((d) => checkDim("squeeze", d, ndim)));
  return reshapeTo(
    x,
    shape.filter((n, i) => n !== 1 || !dims.has(i)),
  );
}

/** A new dim of size 1 before `dim`. */
export function unsqueeze(x: Tensor, dim: number): Tensor {
  const { ndim, shape } = checkTensor("unsqueeze", x);
  const at = checkDim("unsqueeze", dim, ndim + 1);
  return reshapeTo(x, [...shape.slice(0, at), 1, ...shape.slice(at)]);
}

/**
 * Reorders the dims.
 *
 * @example zeros([2, 3, 4]).permute([2, 0, 1]).shape; // [4, 2, 3]
 */
export function permute(x: Tensor, dims: Dims): Tensor {
  const { ndim } = checkTensor("permute", x);
  const order = listOf("permute", "dims", dims).map((d) => checkDim("permute", d, ndim));
  if (order.length !== ndim || new Set(order).size !== ndim)
    throw new ShapeError(
      `permute: dims [${[dims].flat().join(", ")}] for a tensor with ${countDims(ndim)}; name each dim once`,
    );
  return order.every((d, i) => d === i) ? x : permuteOp(x, order);
}

/** Swaps two dims. */
export function transpose(x: Tensor, dim0: number, dim1: number): Tensor {
  const { ndim } = checkTensor("transpose", x);
  const a = checkDim("transpose", dim0, ndim, "dim0");
  const b = checkDim("transpose", dim1, ndim, "dim1");
  if (a === b) return x;
  return permuteOp(
    x,
    Array.from({ length: ndim }, (_, i) => (i === a ? b : i === b ? a : i)),
  );
}

/** All dims in reverse order. */
export const reversed = (x: Tensor): Tensor => permute(x, [...x.shape.keys()].reverse());

/** The last two dims swapped. */
export function mT(x: Tensor): Tensor {
  if (x.ndim < 2)
    throw new ShapeError(
      `mT: a tensor of shape ${showShape(x.shape)} is not a matrix; it needs at least 2 dims`,
    );
  return transpose(x, -2, -1);
}

function grown(who: string, x: Tensor, to: Shape): Tensor {
  const fits = to.length >= x.ndim && sameShape(broadcastShapes(who, x.shape, to), to);
  if (fits) return expandTo(x, to);
  throw new ShapeError(
    `${who}: a tensor of shape ${showShape(x.shape)} does not grow to ${showShape(to)}; ` +
      `aligned at the end, its sizes must be equal or 1`,
  );
}

/**
 * Sizes of 1 grow, and new dims come in front, without copying.
 *
 * @throws ShapeError when the shape does not fit.
 * @example tensor([1, 2]).broadcastTo([3, 2]);
 */
export const broadcastTo = (x: Tensor, shape: Dims): Tensor =>
  grown("broadcastTo", checkTensor("broadcastTo", x), checkShape("broadcastTo", shape));

/** As `broadcastTo`; −1 keeps a size. */
export function expand(x: Tensor, shape: Dims): Tensor {
  const sizes = listOf("expand", "the shape", shape);
  const lead = sizes.length - checkTensor("expand", x).ndim;
  const full = sizes.map((n, i) => (n === -1 ? (x.shape[i - lead] ?? -1) : n));
  return grown("expand", x, checkShape("expand", full));
}

/** Views of all tensors in their common shape. */
export function broadcastTensors(...tensors: Tensor[]): Tensor[] {
  tensors.forEach((x, i) => checkTensor("broadcastTensors", x, `tensors[${i}]`));
  const shape = tensors.reduce<Shape>(
    (s, x) => broadcastShapes("broadcastTensors", s, x.shape),
    [],
  );
  return tensors.map((x) => expandTo(x, shape));
}

/** Pieces of one size (the last may be smaller) or of given sizes along `dim`. */
export function split(x: Tensor, sizes: Dims, dim = 0): Tensor[] {
  const axis = checkDim("split", dim, checkTensor("split", x).ndim);
  const n = x.shape[axis] ?? 0;
  if (typeof sizes === "number") {
    if (!Number.isInteger(sizes) || sizes < 1)
      throw new ArgumentError(
        `split: the size is ${sizes}; pass an integer ≥ 1, or a list of sizes`,
      );
    const count = Math.max(1, Math.ceil(n / sizes));
    const list = Array.from({ length: count }, (_, i) => Math.min(sizes, n - i * sizes));
    return [...splitOn(x, axis, list)];
  }
  if (checkShape("split", listOf("split", "sizes", sizes)).reduce((a, b) => a + b, 0) !== n)
    throw new ShapeError(
      `split: sizes ${showShape(sizes)} do not add up to ${n}, the size of dim ${dim} ` +
        `of ${showShape(x.shape)}; give the size of every piece`,
    );
  return [...splitOn(x, axis, sizes)];
}

/** At most `chunks` pieces of equal size (the last may be smaller) along `dim`. */
export function chunk(x: Tensor, chunks: number, dim = 0): Tensor[] {
  const axis = checkDim("chunk", dim, checkTensor("chunk", x).ndim);
  if (!Number.isInteger(chunks) || chunks < 1)
    throw new ArgumentError(`chunk: the number of chunks is ${chunks}; pass an integer ≥ 1`);
  const n = x.shape[axis] ?? 0;
  if (n === 0) return [...splitOn(x, axis, new Array<number>(chunks).fill(0))];
  return split(x, Math.ceil(n / chunks), axis);
}

/** The slices along `dim`, without it. */
export function unbind(x: Tensor, dim = 0): Tensor[] {
  const { ndim } = checkTensor("unbind", x);
  if (ndim === 0) throw new ShapeError("unbind: a 0-d tensor has no rows; reshape it first");
  const axis = checkDim("unbind", dim, ndim);
  return x.shape[axis] === 0 ? [] : [...unbindOp([x], axis)];
}

/** Reverses the order along `dims`, all by default. */
export function flip(x: Tensor, dims?: Dims): Tensor {
  const { ndim, shape } = checkTensor("flip", x);
  const named = dims === undefined ? [...shape.keys()] : listOf("flip", "dims", dims);
  const turned = new Set(named.map((d) => checkDim("flip", d, ndim)));
  if (ndim === 0) return x;
  return sliceOp(x, {
    starts: shape.map((n, i) => (turned.has(i) ? Math.max(n - 1, 0) : 0)),
    steps: shape.map((_, i) => (turned.has(i) ? -1 : 1)),
    sizes: shape,
  });
}

/** `length` slices along `dim` from `start`. */
export function narrow(x: Tensor, dim: number, start: number, length: number): Tensor {
  const axis = checkDim("narrow", dim, checkTensor("narrow", x).ndim);
  const n = x.shape[axis] ?? 0;
  const from = start < 0 ? start + n : start;
  if (
    !Number.isInteger(from) ||
    !Number.isInteger(length) ||
    from < 0 ||
    length < 0 ||
    from + length > n
  )
    throw new ArgumentError(
      `narrow: start ${start} and length ${length} leave dim ${dim} of size ${n}; ` +
        `start + length must be at most ${n}`,
    );
  return sliceOn(x, axis, from, length);
}

/** A place of a dim; negative ones count from the end. */
export function checkPlace(who: string, i: number, dim: number, n: number): number {
  if (Number.isInteger(i) && i >= -n && i < n) return i < 0 ? i + n : i;
  const problem = Number.isInteger(i)
    ? `is out of range for dim ${dim} of size ${n}`
    : "is not an integer";
  const range = n === 0 ? "there is no valid index" : `use an integer from ${-n} to ${n - 1}`;
  throw new ArgumentError(`${who}: index ${String(i)} ${problem}; ${range}`);
}

/** The slice number `index` along `dim`, without it. */
export function select(x: Tensor, dim: number, index: number): Tensor {
  const { ndim, shape } = checkTensor("select", x);
  if (ndim === 0) throw new ShapeError("select: a 0-d tensor has no dims; use item()");
  const axis = checkDim("select", dim, ndim);
  const n = shape[axis]!;
  const row = sliceOn(x, axis, checkPlace("select", index, dim, n), 1);
  return reshapeTo(
    row,
    shape.filter((_, i) => i !== axis),
  );
}

/** Which diagonal. */
export interface DiagonalOptions {
  /** 0 is the main diagonal, above it is positive. Default: 0. */
  readonly offset?: number;
  /** Default: 0. */
  readonly dim1?: number;
  /** Default: 1. */
  readonly dim2?: number;
}

/** A diagonal of dims `dim1` and `dim2`, as the last dim of a view. */
export function diagonal(x: Tensor, options?: DiagonalOptions): Tensor {
  checkOptions("diagonal", options, ["offset", "dim1", "dim2"]);
  const { offset = 0, dim1 = 0, dim2 = 1 } = options ?? {};
  const { ndim } = checkTensor("diagonal", x);
  const rows = checkDim("diagonal", dim1, ndim, "dim1");
  const columns = checkDim("diagonal", dim2, ndim, "dim2");
  if (rows === columns)
    throw new ShapeError(`diagonal: dim1 ${dim1} and dim2 ${dim2} are the same; name two dims`);
  return diagonalOp(x, { offset, rows, columns });
}

/** A copy with memory of its own, on the tape. */
export const clone = (x: Tensor): Tensor => copyOp(checkTensor("clone", x), null);
