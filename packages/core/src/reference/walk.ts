import type { HostArray } from "../dtype.ts";
import { isContiguous, type Shape, sizeOf, stridesOf } from "../shape.ts";
import type { View } from "../view.ts";
import { zeros } from "./arrays.ts";
import { dataOf } from "./memory.ts";

/** A row of elements: every `step`-th of `data` from `at` on. */
export interface Row {
  data: HostArray;
  at: number;
  step: number;
}

type Strides = readonly number[];

interface Axis {
  size: number;
  steps: Strides;
}

/** The axes of more than one element, neighbours made one where every operand runs through both evenly. */
function merge(shape: Shape, strides: readonly Strides[]): Axis[] {
  const axes: Axis[] = [];
  shape.forEach((size, i) => {
    if (size === 1) return;
    const steps = strides.map((s) => s[i]!);
    const outer = axes.at(-1);
    if (outer?.steps.every((step, k) => step === steps[k]! * size))
      axes[axes.length - 1] = { size: outer.size * size, steps };
    else axes.push({ size, steps });
  });
  return axes.length > 0 ? axes : [{ size: 1, steps: strides.map(() => 0) }];
}

/** Sets the rows to each innermost run in turn, in row-major order, and calls `visit` with its length. */
export function walk(
  shape: Shape,
  rows: readonly Row[],
  strides: readonly Strides[],
  visit: (n: number) => void,
): void {
  if (sizeOf(shape) === 0) return;
  const axes = merge(shape, strides);
  const inner = axes.pop()!;
  const starts = rows.map((row) => row.at);
  rows.forEach((row, k) => (row.step = inner.steps[k]!));
  const descend = (depth: number): void => {
    const axis = axes[depth];
    if (!axis) {
      for (let k = 0; k < rows.length; k++) rows[k]!.at = starts[k]!;
      visit(inner.size);
      return;
    }
    for (let i = 0; i < axis.size; i++) {
      descend(depth + 1);
      for (let k = 0; k < starts.length; k++) starts[k]! += axis.steps[k]!;
    }
    for (let k = 0; k < starts.length; k++) starts[k]! -= axis.size * axis.steps[k]!;
  };
  descend(0);
}

export const rowOf = (view: View): Row => ({ data: dataOf(view), at: view.offset, step: 1 });

/** The elements of a view in row-major order, in an array of their own. */
export function pack(view: View): HostArray {
  const { shape, strides, offset, size } = view;
  if (view.buffer === null) return zeros(view.dtype, size).fill(view.fill);
  if (isContiguous(shape, strides)) return dataOf(view).slice(offset, offset + size);
  const source = rowOf(view);
  const out = zeros(view.dtype, size);
  let o = 0;
  walk(shape, [source], [strides], (n) => {
    const { data, at, step } = source;
    for (let i = 0; i < n; i++) out[o++] = data[at + i * step]!;
  });
  return out;
}

export const without = <T>(list: readonly T[], axis: number): T[] =>
  list.filter((_, i) => i !== axis);

/** Visits the lines of a view along an axis: where each begins there, and in a row-major array of its shape. */
export function eachLine(
  view: View,
  axis: number,
  visit: (from: number, to: number) => void,
): void {
  const from = rowOf(view);
  const to: Row = { data: from.data, at: 0, step: 1 };
  const strides = [without(view.strides, axis), without(stridesOf(view.shape), axis)];
  walk(without(view.shape, axis), [from, to], strides, (n) => {
    for (let i = 0; i < n; i++) visit(from.at + i * from.step, to.at + i * to.step);
  });
}
