import type { View } from "@cotangent/core/extend";
import { type Axis, merge } from "../strided/axes.ts";

/** Axes of a view that stay, and axes that are folded; each has one step, in elements. */
export interface Split {
  readonly kept: readonly Axis[];
  readonly folded: readonly Axis[];
}

const axisOf = ({ shape, strides }: View, i: number): Axis => ({
  size: shape[i]!,
  steps: [strides[i]!],
});

const stepOf = ({ steps }: Axis): number => steps[0]!;

/** The axes of more than one element, merged; an order of the folded ones is kept if it matters. */
export function split(view: View, axes: readonly number[], ordered: boolean): Split {
  const kept: Axis[] = [];
  const folded: Axis[] = [];
  view.shape.forEach((size, i) => {
    if (size !== 1) (axes.includes(i) ? folded : kept).push(axisOf(view, i));
  });
  if (!ordered) folded.sort((a, b) => Math.abs(stepOf(b)) - Math.abs(stepOf(a)));
  return { kept: merge(kept), folded: merge(folded) };
}

/** The view with the axes that are folded behind the others. */
export const withLast = (view: View, axes: readonly number[]): readonly Axis[] => {
  const order = [...view.shape.keys()].filter((i) => !axes.includes(i)).concat(axes);
  return order.map((i) => axisOf(view, i));
};
