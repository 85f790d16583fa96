import type { DType } from "@cotangent/core";
import { type ScanOp, stridesOf, type View } from "@cotangent/core/extend";
import type { CpuBuffer } from "../memory/cpuBuffer.ts";
import type { Heap } from "../memory/heap.ts";
import { type Axis, axesOf, eachPlace, merge, single, without } from "../strided/axes.ts";
import { addressOf, BYTES } from "../strided/elements.ts";
import { columnScans } from "./columns.ts";
import { scans } from "./kernels.ts";

/** Running results along an axis; a sum of floats is carried in float64, and one of integers wraps. */
export function scan(heap: Heap, op: ScanOp, input: View, axis: number): CpuBuffer {
  heap.begin();
  const { dtype, shape, strides, size } = input;
  const bytes = BYTES[dtype];
  const buffer = heap.allocate(size * bytes);
  if (size === 0) return buffer;
  const starts = [heap.address(buffer), addressOf(heap, input)];
  const all = [stridesOf(shape), strides].map((list) => list.map((step) => step * bytes));
  const others = all.map((list) => without(list, axis));
  const axes = merge(axesOf(without(shape, axis), others));
  const lines = axes.pop() ?? single(2);
  const along = { size: shape[axis]!, steps: all.map((list) => list[axis]!) };
  const run = scanner(heap, op, dtype, along, lines);
  eachPlace(axes, starts, ([to, from]) => run(to!, from!));
  return buffer;
}

/** Scans `lines` along an axis: whole vectors of those that lie side by side, the others one by one. */
function scanner(
  heap: Heap,
  op: ScanOp,
  dtype: DType,
  along: Axis,
  lines: Axis,
): (to: number, from: number) => void {
  const bytes = BYTES[dtype];
  const areBeside = lines.steps.every((step) => step === bytes);
  const vectors = areBeside ? Math.floor((lines.size * bytes) / 16) : 0;
  const done = (vectors * 16) / bytes;
  const [toStep, fromStep] = along.steps as [number, number];
  const [toLine, fromLine] = lines.steps as [number, number];
  const rest = [along.size, toStep, fromStep, lines.size - done, toLine, fromLine];
  const single = scans[op][dtype](heap);
  return (to, from) => {
    if (vectors > 0) columnScans[op][dtype](heap)(to, from, along.size, toStep, fromStep, vectors);
    single(to + done * bytes, from + done * bytes, ...rest);
  };
}
