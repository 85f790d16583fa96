import type { DType } from "@cotangent/core";
import { type ReduceOp, type Shape, sizeOf, type View } from "@cotangent/core/extend";
import type { CpuBuffer } from "../memory/cpuBuffer.ts";
import type { Heap } from "../memory/heap.ts";
import { type Axis, isRowMajor } from "../strided/axes.ts";
import { addressOf, BYTES, elements, elementsAt } from "../strided/elements.ts";
import { split, withLast } from "./axes.ts";
import { type Block, denseAxes, findBest, foldLast, foldLines, packed } from "./fold.ts";
import type { FoldOp } from "./folds.ts";
import { folds } from "./kernels.ts";

export const isWhere = (op: ReduceOp): op is "argmax" | "argmin" =>
  op === "argmax" || op === "argmin";

/** The number of elements of a line. */
function lengthOf(shape: Shape, axes: readonly number[]): number {
  let n = 1;
  for (let i = 0; i < axes.length; i++) n *= shape[axes[i]!]!;
  return n;
}

/** The number of lines. */
export function countOf(shape: Shape, axes: readonly number[]): number {
  let count = 1;
  for (let i = 0; i < shape.length; i++) if (!axes.includes(i)) count *= shape[i]!;
  return count;
}

/** Folds a view over axes in ascending order. */
export function reduceView(
  heap: Heap,
  op: ReduceOp,
  view: View,
  axes: readonly number[],
): CpuBuffer {
  heap.begin();
  const n = lengthOf(view.shape, axes);
  const count = countOf(view.shape, axes);
  const dtype = isWhere(op) ? "int32" : view.dtype;
  const buffer = heap.allocate(count * BYTES[dtype]);
  if (count === 0) return buffer;
  const number = n === 0 ? OF_NOTHING[op] : ofEqual(heap, op, view, n);
  if (number !== null) {
    const start = heap.address(buffer) / BYTES[dtype];
    elements(heap, dtype).fill(number, start, start + count);
  } else if (isWhere(op))
    findIn(heap, op === "argmax" ? "max" : "min", view, axes, { count, n }, buffer);
  else foldView(heap, op, view, axes, heap.address(buffer));
  return buffer;
}

const OF_NOTHING: { readonly [O in ReduceOp]: number } = {
  sum: 0,
  max: -Infinity,
  min: Infinity,
  argmax: 0,
  argmin: 0,
};

/** The fold of `n` elements of a view that is one number everywhere; null when it is not. */
function ofEqual(heap: Heap, op: ReduceOp, view: View, n: number): number | null {
  const { dtype, buffer, shape, strides, fill } = view;
  for (let i = 0; i < shape.length; i++) if (strides[i] !== 0 && shape[i] !== 1) return null;
  if (isWhere(op)) return 0;
  const x = buffer === null ? fill : elements(heap, dtype)[addressOf(heap, view) / BYTES[dtype]]!;
  return op === "sum" ? times(dtype)(x, n) : x;
}

/** The sum of `n` equal numbers, which is never −0. */
const times = (dtype: DType): ((x: number, n: number) => number) =>
  dtype === "int32" ? Math.imul : (x, n) => x * n + 0;

/** Even the sum of one element is folded: −0 becomes 0. */
const ONE: Axis = { size: 1, steps: [0] };

const isStill = ({ steps }: Axis): boolean => steps[0] === 0;

/** A block whose folded axes run forwards; the order does not matter. */
function forwards(at: number, axes: readonly Axis[], bytes: number): Block {
  let start = at;
  const turned = axes.map(({ size, steps: [step] }) => {
    if (step! < 0) start += (size - 1) * step! * bytes;
    return { size, steps: [Math.abs(step!)] };
  });
  return { at: start, axes: turned };
}

/** Folds a view that is neither empty nor a number into a row-major result. */
export function foldView(
  heap: Heap,
  op: FoldOp,
  view: View,
  axes: readonly number[],
  to: number,
): void {
  if (!foldDense(heap, op, view, axes, to)) foldStrided(heap, op, view, axes, to);
}

/** Folds the first or the last axes of a row-major view, and says whether it is one. */
function foldDense(
  heap: Heap,
  op: FoldOp,
  { shape, strides, dtype, buffer, offset }: View,
  axes: readonly number[],
  to: number,
): boolean {
  const folded = axes.length;
  const areLast = folded > 0 && axes[0] === shape.length - folded;
  const areFirst = folded > 0 && axes[folded - 1] === folded - 1;
  if (!(areLast || areFirst) || !isRowMajor(shape, strides)) return false;
  const { rows, columns } = folds[op][dtype](heap);
  const n = lengthOf(shape, axes);
  const count = sizeOf(shape) / n;
  const bytes = BYTES[dtype];
  const from = heap.address(buffer as CpuBuffer) + offset * bytes;
  const lines = { to, from, n, count };
  if (areLast) foldLines(heap, rows, { ...lines, step: n * bytes, apart: n * bytes }, bytes);
  else foldLines(heap, columns, { ...lines, step: count * bytes, apart: bytes }, bytes);
  return true;
}

function foldStrided(
  heap: Heap,
  op: FoldOp,
  view: View,
  axes: readonly number[],
  to: number,
): void {
  const { dtype } = view;
  const { kept, folded } = split(view, axes, false);
  const moving = folded.filter((axis) => !isStill(axis));
  const lines = moving.length > 0 ? moving : [ONE];
  const { at, axes: inMemory } = forwards(addressOf(heap, view), lines, BYTES[dtype]);
  foldAll(heap, op, dtype, to, { at, axes: [...kept, ...inMemory] }, kept.length);
  const still = sizeOf(folded.filter(isStill).map(({ size }) => size));
  if (op === "sum" && still > 1) {
    const multiply = times(dtype);
    const out = elementsAt(heap, dtype, to, countOf(view.shape, axes));
    for (let i = 0; i < out.length; i++) out[i] = multiply(out[i]!, still);
  }
}

/** Folds the axes from number `kept` on, the last one first. */
function foldAll(
  heap: Heap,
  op: FoldOp,
  dtype: DType,
  to: number,
  { at, axes }: Block,
  kept: number,
): void {
  const open = axes.length - 1 - kept;
  if (open === 0) {
    foldLast(heap, op, dtype, to, { at, axes });
    return;
  }
  // The axes that are still to be folded come first, so that the next fold runs along rows of the others.
  const rest = [...axes.slice(kept, -1), ...axes.slice(0, kept)];
  const sizes = rest.map(({ size }) => size);
  const between = heap.scratch(sizeOf(sizes) * BYTES[dtype]);
  foldLast(heap, op, dtype, between, { at, axes: [...rest, axes.at(-1)!] });
  const dense = denseAxes(sizes);
  const next = [...dense.slice(open), ...dense.slice(0, open)];
  foldAll(heap, op, dtype, to, { at: between, axes: next }, kept);
}

function findIn(
  heap: Heap,
  op: "max" | "min",
  view: View,
  axes: readonly number[],
  { count, n }: { readonly count: number; readonly n: number },
  buffer: CpuBuffer,
): void {
  const { dtype } = view;
  const source = { at: addressOf(heap, view), axes: withLast(view, axes) };
  const { at } = packed(heap, dtype, source);
  findBest(heap, op, dtype, heap.address(buffer), { at, count, n });
}
