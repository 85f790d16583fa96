import { type HostArray, isFloat } from "../dtype.ts";
import type { View } from "../view.ts";
import { zeros } from "./arrays.ts";
import { rowOf, walk } from "./walk.ts";

/** One line of the product, in float64 for floats. */
type Line = Float64Array | Int32Array;

function addScaled(line: Line, factor: number, b: HostArray, at: number): void {
  for (let j = 0; j < line.length; j++) line[j]! += factor * b[at + j]!;
}

function addScaledInteger(line: Line, factor: number, b: HostArray, at: number): void {
  for (let j = 0; j < line.length; j++) line[j]! += Math.imul(factor, b[at + j]!);
}

/** The last two axes of a view. */
function matrixOf({ shape, strides }: View): { size: [number, number]; steps: [number, number] } {
  const last = shape.length - 1;
  return { size: [shape[last - 1]!, shape[last]!], steps: [strides[last - 1]!, strides[last]!] };
}

/** Copies the matrix that begins at `at` row by row. */
function packMatrix(target: HostArray, source: HostArray, at: number, view: View): void {
  const { size, steps } = matrixOf(view);
  let t = 0;
  for (let i = 0; i < size[0]; i++)
    for (let j = 0; j < size[1]; j++) target[t++] = source[at + i * steps[0] + j * steps[1]]!;
}

/** [..., m, k] by [..., k, n]. Rows of the right side are added up, so it is packed. */
export function matmul(left: View, right: View): HostArray {
  const { dtype } = left;
  const {
    size: [m, k],
    steps,
  } = matrixOf(left);
  const n = right.shape.at(-1)!;
  const batch = left.shape.slice(0, -2);
  const count = batch.reduce((x, y) => x * y, 1);
  const out = zeros(dtype, count * m * n);
  const packed = zeros(dtype, k * n);
  const line = isFloat(dtype) ? new Float64Array(n) : new Int32Array(n);
  const add = isFloat(dtype) ? addScaled : addScaledInteger;
  const [a, b] = [rowOf(left), rowOf(right)];
  let o = 0;
  const multiply = (at: number): void => {
    for (let i = 0; i < m; i++, o += n) {
      line.fill(0);
      for (let p = 0; p < k; p++)
        add(line, a.data[at + i * steps[0] + p * steps[1]]!, packed, p * n);
      out.set(line, o);
    }
  };
  walk(batch, [a, b], [left.strides, right.strides], (items) => {
    for (let item = 0; item < items; item++) {
      packMatrix(packed, b.data, b.at + item * b.step, right);
      multiply(a.at + item * a.step);
    }
  });
  return out;
}
