import type { Expr, Shape, View } from "@cotangent/core/extend";
import { type Axis, axesOf, merge, single } from "../strided/axes.ts";
import { AXIS_WORDS, ONE, OTHER, type Stride, ZERO } from "./arguments.ts";
import { BYTES_OF } from "./body.ts";

/** How operands are run through: rows along the innermost axis, and the axes around them, inner ones first. */
export interface Rows {
  readonly inner: Axis;
  readonly outer: readonly Axis[];
}

/** As few axes as the views allow. */
export function rowsOf(shape: Shape, views: readonly View[]): Rows {
  const strides = views.map((view) => view.strides);
  const axes = merge(axesOf(shape, strides));
  const inner = axes.pop() ?? single(views.length);
  return { inner, outer: axes.reverse() };
}

/**
 * Writes the outer axes: for each its size, twice, and how many bytes each input goes when it is taken,
 * from where the axes inside of it have left it.
 */
export function writeAxes(
  words: Int32Array,
  start: number,
  { inner, outer }: Rows,
  inputs: readonly Expr[],
): void {
  const left = inner.steps.map((step) => step * inner.size);
  let word = start;
  for (const { size, steps } of outer) {
    words[word] = words[word + 1] = size;
    for (let k = 0; k < inputs.length; k++) {
      words[word + AXIS_WORDS + k] = (steps[k]! - left[k]!) * BYTES_OF[inputs[k]!.type];
      left[k]! += (size - 1) * steps[k]!;
    }
    word += AXIS_WORDS + inputs.length;
  }
}

/** The same as `Stride` of a step; a row shorter than a vector is read one by one. */
export function strideOf(step: number, isShort: boolean): Stride {
  if (step === 0) return ZERO;
  return step === 1 && !isShort ? ONE : OTHER;
}
