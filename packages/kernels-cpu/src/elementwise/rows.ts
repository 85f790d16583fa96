import type { Shape, View } from "@cotangent/core/extend";
import { type Axis, single } from "../strided/axes.ts";
import { AXIS_WORDS, ONE, OTHER, type Stride, ZERO } from "./arguments.ts";

/**
 * How operands are run through: rows, and the axes around them, inner ones first. The steps of all operands
 * stand side by side for one axis after the other: this is made for each call, and has to be quick.
 */
export interface Rows {
  readonly sizes: readonly number[];
  readonly steps: readonly number[];
}

/** Whether every operand runs through an axis evenly with the last one that was taken. */
function joins(views: readonly View[], axis: number, { sizes, steps }: Rows): boolean {
  const last = sizes.length - 1;
  if (last < 0) return false;
  const first = last * views.length;
  for (let k = 0; k < views.length; k++)
    if (views[k]!.strides[axis] !== steps[first + k]! * sizes[last]!) return false;
  return true;
}

/** As few axes as the views allow. */
export function rowsOf(shape: Shape, views: readonly View[]): Rows {
  const sizes: number[] = [];
  const steps: number[] = [];
  const rows: Rows = { sizes, steps };
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i]!;
    if (size === 1) continue;
    if (joins(views, i, rows)) sizes[sizes.length - 1]! *= size;
    else {
      sizes.push(size);
      for (let k = 0; k < views.length; k++) steps.push(views[k]!.strides[i]!);
    }
  }
  return sizes.length > 0 ? rows : rowsFrom([single(views.length)]);
}

/** The rows of axes, inner ones first. */
export const rowsFrom = (axes: readonly Axis[]): Rows => ({
  sizes: axes.map(({ size }) => size),
  steps: axes.flatMap(({ steps }) => steps),
});

/** The axes of rows, inner ones first. */
export function axesFrom({ sizes, steps }: Rows): Axis[] {
  const operands = steps.length / sizes.length;
  return sizes.map((size, i) => ({
    size,
    steps: steps.slice(i * operands, (i + 1) * operands),
  }));
}

/**
 * Writes the outer axes: for each its size, twice, and how many bytes each operand goes when it is taken,
 * from where the axes inside of it have left it.
 */
export function writeAxes(
  words: Int32Array,
  start: number,
  { sizes, steps }: Rows,
  bytes: readonly number[],
): void {
  const operands = bytes.length;
  for (let k = 0; k < operands; k++) {
    let left = steps[k]! * sizes[0]!;
    for (let axis = 1; axis < sizes.length; axis++) {
      const word = start + (axis - 1) * (AXIS_WORDS + operands);
      const step = steps[axis * operands + k]!;
      words[word + AXIS_WORDS + k] = (step - left) * bytes[k]!;
      left += (sizes[axis]! - 1) * step;
    }
  }
  for (let axis = 1; axis < sizes.length; axis++) {
    const word = start + (axis - 1) * (AXIS_WORDS + operands);
    words[word] = words[word + 1] = sizes[axis]!;
  }
}

/** The class of a step; a row shorter than a vector is read one by one. */
export function strideOf(step: number, isShort: boolean): Stride {
  if (step === 0) return ZERO;
  return step === 1 && !isShort ? ONE : OTHER;
}
