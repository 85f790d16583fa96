import { checkTensor, describe, fill } from "../align.ts";
import { promoteTypes } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { held } from "../nested.ts";
import { checkOptions } from "../options.ts";
import {
  checkDim,
  checkShape,
  countDims,
  type Dims,
  type Shape,
  sameShape,
  showShape,
} from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { listOf } from "./axes.ts";
import { astype } from "./cast.ts";
import { expandTo, place, reshapeTo, sliceOn, sliceOp, type Window, windowOn } from "./views.ts";

/** Tensors of their common dtype. */
function promoted(who: string, tensors: readonly Tensor[]): readonly Tensor[] {
  if (!Array.isArray(tensors) || tensors.length === 0)
    throw new ArgumentError(
      `${who}: tensors is ${describe(tensors)}; pass an array with at least one tensor`,
    );
  const dtypes = tensors.map((x, i) => checkTensor(who, x, `tensors[${i}]`).dtype);
  const dtype = dtypes.reduce(promoteTypes);
  return tensors.map((x) => astype(x, dtype));
}

/** One after another along an axis; other sizes are equal. */
function joinOn(tensors: readonly Tensor[], axis: number): Tensor {
  const shape = [...tensors[0]!.shape];
  let total = 0;
  const windows = tensors.map((x) => {
    const n = x.shape[axis]!;
    total += n;
    return windowOn(x.shape, axis, total - n, n);
  });
  shape[axis] = total;
  return place(tensors, shape, windows);
}

/**
 * Tensors of one shape along a new dim. Dtypes are promoted.
 *
 * @throws ShapeError when the shapes differ.
 * @example stack([tensor([1, 2]), tensor([3, 4])]); // [[1, 2], [3, 4]]
 */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  const list = promoted("stack", tensors);
  const { shape, ndim } = list[0]!;
  const axis = checkDim("stack", dim, ndim + 1);
  list.forEach((x, i) => {
    if (!sameShape(x.shape, shape))
      throw new ShapeError(
        `stack: tensors[${i}] has shape ${showShape(x.shape)}, the first has ${showShape(shape)}; ` +
          `all shapes must be equal`,
      );
  });
  const row = [...shape.slice(0, axis), 1, ...shape.slice(axis)];
  return joinOn(
    list.map((x) => reshapeTo(x, row)),
    axis,
  );
}

function checkJoint(x: Tensor, i: number, shape: Shape, axis: number): void {
  if (x.ndim === shape.length && shape.every((n, d) => d === axis || x.shape[d] === n)) return;
  throw new ShapeError(
    `concat: tensors[${i}] has shape ${showShape(x.shape)}, which does not continue ` +
      `${showShape(shape)} along dim ${axis}; all other sizes must be equal`,
  );
}

/**
 * Tensors one after another along a dim. Dtypes are promoted; tensors of shape [0] are skipped, as in PyTorch.
 *
 * @throws ShapeError when other sizes than that of `dim` differ, or for 0-d tensors.
 * @example concat([tensor([1, 2]), tensor([3])]); // [1, 2, 3]
 */
export function concat(tensors: readonly Tensor[], dim = 0): Tensor {
  const all = promoted("concat", tensors);
  const filled = all.filter((x) => !sameShape(x.shape, [0]));
  const list = filled.length > 0 ? filled : all;
  const { shape, ndim } = list[0]!;
  if (ndim === 0) throw new ShapeError("concat: a 0-d tensor has no dim to join; use stack");
  const axis = checkDim("concat", dim, ndim);
  list.forEach((x, i) => checkJoint(x, i, shape, axis));
  return joinOn(list, axis);
}

/** What `pad` writes beside the tensor. */
export interface PadOptions {
  /** Default: 0. */
  readonly value?: number;
}

/** [before, after] for each dim; widths come for the last dim first. */
function margins(x: Tensor, widths: readonly number[]): readonly (readonly [number, number])[] {
  const pairs = widths.length / 2;
  if (!Number.isInteger(pairs) || pairs > x.ndim || !widths.every(Number.isInteger))
    throw new ArgumentError(
      `pad: widths [${widths.join(", ")}] for a tensor with ${countDims(x.ndim)}; pass pairs of ` +
        `integers [before, after], the last dim's first`,
    );
  return x.shape.map((_, d) => {
    const at = 2 * (x.ndim - 1 - d);
    return [widths[at] ?? 0, widths[at + 1] ?? 0];
  });
}

/**
 * Adds elements around a tensor. `widths` are pairs [before, after], the last dim's first; negative ones
 * cut off.
 *
 * @throws ArgumentError unless widths are pairs of integers, ShapeError when nothing is left to cut.
 * @example tensor([1, 2]).pad([1, 2]); // [0, 1, 2, 0, 0]
 */
export function pad(x: Tensor, widths: readonly number[], options?: PadOptions): Tensor {
  checkOptions("pad", options, ["value"]);
  const around = margins(checkTensor("pad", x), listOf("pad", "widths", widths));
  const shape = checkPadded(
    x,
    x.shape.map((n, d) => n + around[d]![0] + around[d]![1]),
  );
  const steps = x.shape.map(() => 1);
  const cut: Window = {
    starts: around.map(([before]) => Math.max(-before, 0)),
    steps,
    sizes: x.shape.map((n, d) =>
      Math.max(0, n + Math.min(around[d]![0], 0) + Math.min(around[d]![1], 0)),
    ),
  };
  const inner = sameShape(cut.sizes, x.shape) ? x : sliceOp(x, cut);
  const window = { starts: around.map(([before]) => Math.max(before, 0)), steps, sizes: cut.sizes };
  const { value = 0 } = options ?? {};
  if (value === 0) return place([inner], shape, [window]);
  const whole = { starts: shape.map(() => 0), steps, sizes: shape };
  return place([fill(held("pad", value, x.dtype), shape, x.dtype, x.device), inner], shape, [
    whole,
    window,
  ]);
}

function checkPadded(x: Tensor, shape: Shape): Shape {
  if (shape.every((n) => n >= 0)) return shape;
  throw new ShapeError(
    `pad: shape ${showShape(x.shape)} would become ${showShape(shape)}; cut off less`,
  );
}

function rollOn(x: Tensor, axis: number, shift: number): Tensor {
  const n = x.shape[axis] ?? 0;
  const start = n === 0 ? 0 : ((-shift % n) + n) % n;
  if (start === 0) return x;
  return joinOn([sliceOn(x, axis, start, n - start), sliceOn(x, axis, 0, start)], axis);
}

/**
 * Shifts elements along dims; those that leave at one end come back at the other. Without dims the
 * flattened tensor is shifted.
 *
 * @throws ArgumentError unless there is a shift for each dim.
 * @example tensor([1, 2, 3]).roll(1); // [3, 1, 2]
 */
export function roll(x: Tensor, shifts: Dims, dims?: Dims): Tensor {
  const { ndim, shape, size } = checkTensor("roll", x);
  const steps = listOf("roll", "shifts", shifts);
  const axes = dims === undefined ? [] : listOf("roll", "dims", dims);
  if (steps.length !== Math.max(axes.length, 1) || !steps.every(Number.isInteger))
    throw new ArgumentError(
      `roll: shifts [${steps.join(", ")}] for dims [${axes.join(", ")}]; ` +
        `pass one integer for each dim, or one without dims`,
    );
  if (axes.length === 0) return reshapeTo(rollOn(reshapeTo(x, [size]), 0, steps[0]!), shape);
  return axes.reduce((y, d, i) => rollOn(y, checkDim("roll", d, ndim), steps[i]!), x);
}

/**
 * The tensor several times along each dim; further repeats in front make new dims.
 *
 * @throws ShapeError when there are fewer repeats than dims.
 * @example tensor([1, 2]).repeat([2, 2]); // [[1, 2, 1, 2], [1, 2, 1, 2]]
 */
export function repeat(x: Tensor, repeats: Dims): Tensor {
  const times = checkShape("repeat", listOf("repeat", "repeats", repeats));
  const lead = times.length - checkTensor("repeat", x).ndim;
  if (lead < 0)
    throw new ShapeError(
      `repeat: ${times.length} repeats for shape ${showShape(x.shape)}; pass one for each dim`,
    );
  const sizes = times.map((_, i) => x.shape[i - lead] ?? 1);
  const spaced = reshapeTo(
    x,
    sizes.flatMap((n) => [1, n]),
  );
  return reshapeTo(
    expandTo(
      spaced,
      sizes.flatMap((n, i) => [times[i]!, n]),
    ),
    sizes.map((n, i) => n * times[i]!),
  );
}
