import type { DType } from "@cotangent/core";
import { type HostArray, stridesOf, type View } from "@cotangent/core/extend";
import type { CpuBuffer } from "../memory/cpuBuffer.ts";
import type { Heap } from "../memory/heap.ts";
import { axesOf, eachPlace, merge, without } from "../strided/axes.ts";
import { addressOf, BYTES, elements, hostArray } from "../strided/elements.ts";
import { KEYS } from "./keys.ts";
import { Order } from "./order.ts";

interface Sorted {
  readonly values: CpuBuffer;
  readonly indices: CpuBuffer;
}

/** Sorts the lines along an axis, ascending and stable, NaN last. */
export function sort(heap: Heap, input: View, axis: number): Sorted {
  heap.begin();
  const { dtype, shape, strides, size } = input;
  const width = BYTES[dtype];
  const values = heap.allocate(size * width);
  const indices = heap.allocate(size * 4);
  if (size === 0) return { values, indices };
  const from = addressOf(heap, input) / width;
  const starts = [from, heap.address(values) / width, heap.address(indices) / 4];
  const dense = stridesOf(shape);
  const [data, numbers] = [elements(heap, dtype), heap.i32()];
  const sortLine = lineSorter(data, numbers, dtype, shape[axis]!, strides[axis]!, dense[axis]!);
  const all = [strides, dense, dense].map((list) => without(list, axis));
  eachPlace(merge(axesOf(without(shape, axis), all)), starts, ([f, v, i]) => sortLine(f!, v!, i!));
  return { values, indices };
}

function lineSorter(
  data: HostArray,
  numbers: Int32Array,
  dtype: DType,
  n: number,
  step: number,
  stride: number,
): (from: number, values: number, indices: number) => void {
  const line = hostArray(dtype, n);
  const order = new Order(n, BYTES[dtype] === 8 ? 2 : 1);
  return (from, values, indices) => {
    for (let i = 0; i < n; i++) line[i] = data[from + i * step]!;
    KEYS[dtype](line, order.words);
    const sorted = order.sorted();
    for (let i = 0; i < n; i++) {
      data[values + i * stride] = line[sorted[i]!]!;
      numbers[indices + i * stride] = sorted[i]!;
    }
  };
}
