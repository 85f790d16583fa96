import type { View } from "@cotangent/core/extend";

/** A strided matrix in memory; strides in bytes. */
export interface Matrix {
  readonly at: number;
  readonly row: number;
  readonly column: number;
}

/** What is to be multiplied, [m, k] by [k, n], for each index of the leading axes. */
export interface Product {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly left: Matrix;
  readonly right: Matrix;
  /** Sizes of the leading axes, and the steps of the sides along them, in bytes. */
  readonly batch: readonly number[];
  readonly leftSteps: readonly number[];
  readonly rightSteps: readonly number[];
}

/**
 * Two views as a product. Leading axes along which the right side stays the same become rows, where the
 * left side's rows allow it.
 */
export function productOf(left: View, right: View, bytes: number, a: number, b: number): Product {
  const last = left.shape.length - 1;
  const scaled = (strides: readonly number[]): number[] => strides.map((s) => s * bytes);
  const leftSteps = scaled(left.strides);
  const rightSteps = scaled(right.strides);
  let m = left.shape[last - 1]!;
  let row = leftSteps[last - 1]!;
  let lead = last - 1;
  for (; lead > 0; lead--) {
    const size = left.shape[lead - 1]!;
    const step = leftSteps[lead - 1]!;
    if (size > 1 && (rightSteps[lead - 1] !== 0 || (m > 1 && step !== m * row))) break;
    if (m === 1) row = step;
    m *= size;
  }
  return {
    m,
    k: left.shape[last]!,
    n: right.shape[last]!,
    left: { at: a + left.offset * bytes, row, column: leftSteps[last]! },
    right: { at: b + right.offset * bytes, row: rightSteps[last - 1]!, column: rightSteps[last]! },
    batch: left.shape.slice(0, lead),
    leftSteps,
    rightSteps,
  };
}

/** Visits where the matrices of each index of the leading axes begin, in row-major order. */
export function eachPair(
  { batch, leftSteps, rightSteps, left, right }: Product,
  visit: (a: number, b: number) => void,
): void {
  const descend = (axis: number, a: number, b: number): void => {
    if (axis === batch.length) visit(a, b);
    else
      for (let i = 0; i < batch[axis]!; i++)
        descend(axis + 1, a + i * leftSteps[axis]!, b + i * rightSteps[axis]!);
  };
  descend(0, left.at, right.at);
}
