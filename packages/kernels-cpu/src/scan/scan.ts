import { type ScanOp, stridesOf, type View } from "@cotangent/core/extend";
import type { CpuBuffer } from "../memory/cpuBuffer.ts";
import type { Heap } from "../memory/heap.ts";
import { axesOf, eachPlace, merge, single, without } from "../strided/axes.ts";
import { addressOf, BYTES } from "../strided/elements.ts";
import { scans } from "./kernels.ts";

/** Running results along an axis; a sum of floats is carried in float64, and one of integers wraps. */
export function scan(heap: Heap, op: ScanOp, input: View, axis: number): CpuBuffer {
  heap.begin();
  const { dtype, shape, strides, size } = input;
  const bytes = BYTES[dtype];
  const buffer = heap.allocate(size * bytes);
  if (size === 0) return buffer;
  const starts = [heap.address(buffer), addressOf(heap, input)];
  const dense = stridesOf(shape);
  const all = [dense, strides].map((list) => list.map((step) => step * bytes));
  const others = all.map((list) => without(list, axis));
  const axes = merge(axesOf(without(shape, axis), others));
  const lines = axes.pop() ?? single(2);
  const loops = [shape[axis]!, ...all.map((list) => list[axis]!), lines.size, ...lines.steps];
  const kernel = scans[op][dtype](heap);
  eachPlace(axes, starts, (at) => kernel(...at, ...loops));
  return buffer;
}
