import type { Part } from "../backend.ts";
import type { DType, HostArray } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { type Shape, sizeOf, stridesOf } from "../shape.ts";
import type { View } from "../view.ts";
import { zeros } from "./arrays.ts";
import { dataOf } from "./memory.ts";
import { eachLine, pack, type Row, rowOf, walk } from "./walk.ts";

type Mode = "write" | "add";

const put = (out: HostArray, at: number, x: number, mode: Mode): void => {
  out[at] = mode === "add" ? out[at]! + x : x;
};

export function place(
  shape: Shape,
  dtype: DType,
  fill: number,
  parts: readonly Part[],
  mode: Mode,
): HostArray {
  const out = zeros(dtype, sizeOf(shape)).fill(fill);
  for (const { source, offset, strides } of parts) {
    const from = rowOf(source);
    const to: Row = { data: out, at: offset, step: 1 };
    walk(source.shape, [from, to], [source.strides, strides], (n) => {
      for (let i = 0; i < n; i++)
        put(out, to.at + i * to.step, from.data[from.at + i * from.step]!, mode);
    });
  }
  return out;
}

function checkIndex(i: number, size: number): number {
  if (i < 0 || i >= size) throw new ArgumentError(`index ${i} is out of range for size ${size}`);
  return i;
}

/** The strides without the axis along which an index decides. */
const frozen = (strides: readonly number[], axis: number): number[] =>
  strides.map((step, i) => (i === axis ? 0 : step));

export function gather(input: View, index: View, axis: number): HostArray {
  const out = zeros(input.dtype, index.size);
  const [from, at] = [rowOf(input), rowOf(index)];
  const stride = input.strides[axis]!;
  const size = input.shape[axis]!;
  let o = 0;
  walk(index.shape, [from, at], [frozen(input.strides, axis), index.strides], (n) => {
    for (let i = 0; i < n; i++) {
      const line = checkIndex(at.data[at.at + i * at.step]!, size);
      out[o++] = from.data[from.at + i * from.step + line * stride]!;
    }
  });
  return out;
}

export function scatter(
  into: View,
  index: View,
  updates: View,
  axis: number,
  mode: Mode,
): HostArray {
  const out = pack(into);
  const strides = stridesOf(into.shape);
  const to: Row = { data: out, at: 0, step: 1 };
  const [at, from] = [rowOf(index), rowOf(updates)];
  const steps = [frozen(strides, axis), index.strides, updates.strides];
  walk(index.shape, [to, at, from], steps, (n) => {
    for (let i = 0; i < n; i++) {
      const line = checkIndex(at.data[at.at + i * at.step]!, into.shape[axis]!);
      put(
        out,
        to.at + i * to.step + line * strides[axis]!,
        from.data[from.at + i * from.step]!,
        mode,
      );
    }
  });
  return out;
}

/** NaN is after everything. */
function compare(a: number, b: number): number {
  if (a < b) return -1;
  return a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

export function sort(view: View, axis: number): { values: HostArray; indices: Int32Array } {
  const values = zeros(view.dtype, view.size);
  const indices = new Int32Array(view.size);
  const data = dataOf(view);
  const step = view.strides[axis]!;
  const stride = stridesOf(view.shape)[axis]!;
  const numbers = Array.from({ length: view.shape[axis]! }, (_, i) => i);
  eachLine(view, axis, (from, to) => {
    const at = (i: number): number => data[from + i * step]!;
    const order = numbers.slice().sort((i, j) => compare(at(i), at(j)));
    order.forEach((i, rank) => {
      indices[to + rank * stride] = i;
      values[to + rank * stride] = at(i);
    });
  });
  return { values, indices };
}
