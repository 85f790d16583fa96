import type { DType } from "@cotangent/core";
import { sizeOf, stridesOf } from "@cotangent/core/extend";
import type { Heap } from "../memory/heap.ts";
import { move } from "../move/move.ts";
import { type Axis, eachPlace, isRowMajor, single } from "../strided/axes.ts";
import { BYTES } from "../strided/elements.ts";
import type { FoldOp } from "./folds.ts";
import { finders, folds, type Kernel } from "./kernels.ts";

/** Elements in memory: an address and axes with one step each, in elements. */
export interface Block {
  readonly at: number;
  readonly axes: readonly Axis[];
}

const stepOf = ({ steps }: Axis): number => steps[0]!;
const sizesOf = (axes: readonly Axis[]): number[] => axes.map(({ size }) => size);
const scaled = (axes: readonly Axis[], outSteps: readonly number[], bytes: number): Axis[] =>
  axes.map(({ size, steps }, i) => ({ size, steps: [outSteps[i]! * bytes, steps[0]! * bytes] }));

/** Axes that lie in row-major order. */
export function denseAxes(sizes: readonly number[]): Axis[] {
  const strides = stridesOf(sizes);
  return sizes.map((size, i) => ({ size, steps: [strides[i]!] }));
}

/** The same elements row-major: where they are, if they lie so, else in scratch memory. */
export function packed(heap: Heap, dtype: DType, { at, axes }: Block): Block {
  const sizes = sizesOf(axes);
  const strides = axes.map(stepOf);
  if (isRowMajor(sizes, strides)) return { at, axes: denseAxes(sizes) };
  const to = heap.scratch(sizeOf(sizes) * BYTES[dtype]);
  move(heap, "write", dtype, sizes, { at: to, strides: stridesOf(sizes) }, { at, strides });
  return { at: to, axes: denseAxes(sizes) };
}

/** Folds the last axis of a block into a row-major result. */
export function foldLast(
  heap: Heap,
  operation: FoldOp,
  dtype: DType,
  to: number,
  block: Block,
): void {
  const line = block.axes.at(-1)!;
  const kept = block.axes.slice(0, -1);
  const inner = kept.at(-1);
  const { rows, columns } = folds[operation][dtype](heap);
  const bytes = BYTES[dtype];
  if (stepOf(line) === 1) eachRun(rows, to, block, bytes, stepOf(inner ?? line) * bytes);
  else if (inner !== undefined && stepOf(inner) === 1)
    eachRun(columns, to, block, bytes, stepOf(line) * bytes);
  else foldLast(heap, operation, dtype, to, packed(heap, dtype, block));
}

/** What a kernel folds: `count` lines of `n` elements. */
interface Lines {
  readonly to: number;
  readonly from: number;
  readonly n: number;
  readonly count: number;
  /** Bytes that the kernel goes from one row to the next. */
  readonly step: number;
  /** Bytes from one line to the next. */
  readonly apart: number;
}

/** Elements from which on threads share the work, and into how many pieces it is cut. */
const SHARED = 2 ** 19;
const PIECES = 16;
/** Columns of a piece are a multiple of this: whole tiles. */
const TILES = 64;

/** Folds lines into elements of some bytes. */
export function foldLines({ team }: Heap, kernel: Kernel, lines: Lines, bytes: number): void {
  const { to, from, n, count, step, apart } = lines;
  if (team.size === 1 || count === 1 || n * count < SHARED) {
    kernel(to, from, n, count, step);
    return;
  }
  const whole = apart === bytes ? TILES : 1;
  const take = Math.ceil(count / PIECES / whole) * whole;
  team.together((call) => {
    for (let i = 0; i < count; i += take)
      call(kernel, to + i * bytes, from + i * apart, n, Math.min(take, count - i), step);
  });
}

/** Calls a kernel that takes the last two axes, at every place of the others. */
function eachRun(
  kernel: Kernel,
  to: number,
  { at, axes }: Block,
  bytes: number,
  step: number,
): void {
  const line = axes.at(-1)!;
  const kept = axes.slice(0, -1);
  const outer = scaled(kept, stridesOf(sizesOf(kept)), bytes);
  const inner = outer.pop() ?? single(2);
  eachPlace(outer, [to, at], ([t, f]) => kernel(t!, f!, line.size, inner.size, step));
}

/** Finds the best of each line of a row-major block; the results are int32. */
export function findBest(
  heap: Heap,
  operation: "max" | "min",
  dtype: DType,
  to: number,
  { at, count, n }: { readonly at: number; readonly count: number; readonly n: number },
): void {
  const bytes = BYTES[dtype];
  const best = heap.scratch(count * bytes);
  folds[operation][dtype](heap).rows(best, at, n, count, n * bytes);
  finders[dtype](heap)(to, at, n, count, n * bytes, best);
}
