import type { Shape } from "@cotangent/core/extend";

export type Strides = readonly number[];

/** An axis of several operands, and how far each of them goes from one place to the next. */
export interface Axis {
  readonly size: number;
  readonly steps: Strides;
}

/** The axes of more than one element, each with the steps of every operand. */
export function axesOf(shape: Shape, strides: readonly Strides[]): Axis[] {
  const axes = shape.map((size, i) => ({ size, steps: strides.map((list) => list[i]!) }));
  return axes.filter(({ size }) => size !== 1);
}

/** Makes neighbours one where every operand runs through both evenly. */
export function merge(axes: readonly Axis[]): Axis[] {
  const merged: Axis[] = [];
  for (const { size, steps } of axes) {
    const outer = merged.at(-1);
    if (outer?.steps.every((step, k) => step === steps[k]! * size))
      merged[merged.length - 1] = { size: outer.size * size, steps };
    else merged.push({ size, steps });
  }
  return merged;
}

/** An axis of one element. */
export const single = (operands: number): Axis => ({
  size: 1,
  steps: new Array<number>(operands).fill(0),
});

/** Visits where each operand is at every place of the axes, in row-major order. */
export function eachPlace(
  axes: readonly Axis[],
  starts: readonly number[],
  visit: (at: readonly number[]) => void,
): void {
  const at = [...starts];
  const descend = (depth: number): void => {
    const axis = axes[depth];
    if (axis === undefined) {
      visit(at);
      return;
    }
    for (let i = 0; i < axis.size; i++) {
      descend(depth + 1);
      for (let k = 0; k < at.length; k++) at[k]! += axis.steps[k]!;
    }
    for (let k = 0; k < at.length; k++) at[k]! -= axis.size * axis.steps[k]!;
  };
  descend(0);
}

export const without = <T>(list: readonly T[], axis: number): T[] =>
  list.filter((_, i) => i !== axis);

/** True when elements lie in row-major order without gaps. */
export function isRowMajor(shape: Shape, strides: Strides): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== step) return false;
    step *= shape[i]!;
  }
  return true;
}
