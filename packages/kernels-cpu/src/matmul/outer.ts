import type { DType } from "@cotangent/core";
import { type Expr, input, type Shape, s, sizeOf, View } from "@cotangent/core/extend";
import type { Elementwise } from "../elementwise/elementwise.ts";
import type { CpuBuffer } from "../memory/cpuBuffer.ts";

/** Columns, and elements of the result, from which on writing row by row is faster than tile by tile. */
const COLUMNS = 32;
const MINIMUM = 32768;

/** Sums begin with 0, so -0 is not among them. */
const bodyOf = (dtype: DType): Expr => s.add(s.mul(input(0, dtype), input(1, dtype)), 0);

/** A view that stays where it is along an axis. */
function spread(view: View, shape: Shape, axis: number): View {
  const { dtype, device, offset, buffer, fill } = view;
  const strides = view.strides.map((step, i) => (i === axis ? 0 : step));
  return new View(dtype, device, shape, strides, offset, buffer, fill);
}

/** Products [..., m, 1] by [..., 1, n] that are large; null for others. */
export function outer(elementwise: Elementwise, left: View, right: View): CpuBuffer | null {
  const last = left.shape.length - 1;
  const n = right.shape[last]!;
  if (left.shape[last] !== 1 || n < COLUMNS) return null;
  const shape = [...left.shape.slice(0, last), n];
  if (sizeOf(shape) < MINIMUM) return null;
  const sides = [spread(left, shape, last), spread(right, shape, last - 1)];
  return elementwise([bodyOf(left.dtype)], sides, shape)[0]!;
}
