import type { DType } from "@cotangent/core";
import { type Part, type Shape, sameShape, sizeOf, stridesOf } from "@cotangent/core/extend";
import type { CpuBuffer } from "../memory/cpuBuffer.ts";
import type { Heap } from "../memory/heap.ts";
import type { Mode } from "../move/kinds.ts";
import { move } from "../move/move.ts";
import { without } from "../strided/axes.ts";
import { addressOf, BYTES, elementsAt } from "../strided/elements.ts";

/** A new buffer of `fill`, with each part written, or added, at its window. */
export function place(
  heap: Heap,
  shape: Shape,
  dtype: DType,
  fill: number,
  parts: readonly Part[],
  mode: Mode,
): CpuBuffer {
  heap.begin();
  const size = sizeOf(shape);
  const bytes = BYTES[dtype];
  const buffer = heap.allocate(size * bytes);
  const start = heap.address(buffer);
  if (!isCovered(shape, size, parts, mode)) elementsAt(heap, dtype, start, size).fill(fill);
  for (const { source, offset, strides } of parts) {
    const to = { at: start + offset * bytes, strides };
    const from = { at: addressOf(heap, source), strides: source.strides };
    move(heap, mode, dtype, source.shape, to, from);
  }
  return buffer;
}

/** Whether the parts write every element: one does, or they lie side by side along an axis. */
function isCovered(shape: Shape, size: number, parts: readonly Part[], mode: Mode): boolean {
  if (mode === "add") return false;
  return (parts.length === 1 && parts[0]!.source.size === size) || areJoined(shape, parts);
}

/** Whether the parts are the result cut along an axis, in order. */
function areJoined(shape: Shape, parts: readonly Part[]): boolean {
  const dense = stridesOf(shape);
  const axis = shape.findIndex((n, i) => parts.some(({ source }) => source.shape[i] !== n));
  let covered = 0;
  for (const { source, offset, strides } of parts) {
    const isSlab = sameShape(without(source.shape, axis), without(shape, axis));
    if (!isSlab || !sameShape(strides, dense) || offset !== covered * dense[axis]!) return false;
    covered += source.shape[axis]!;
  }
  return covered === shape[axis];
}
