import type { DType } from "@cotangent/core";
import { type Part, type Shape, sizeOf } from "@cotangent/core/extend";
import type { CpuBuffer } from "../memory/cpuBuffer.ts";
import type { Heap } from "../memory/heap.ts";
import type { Mode } from "../move/kinds.ts";
import { move } from "../move/move.ts";
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
  if (!isCovered(size, parts, mode)) elementsAt(heap, dtype, start, size).fill(fill);
  for (const { source, offset, strides } of parts) {
    const to = { at: start + offset * bytes, strides };
    const from = { at: addressOf(heap, source), strides: source.strides };
    move(heap, mode, dtype, source.shape, to, from);
  }
  return buffer;
}

/** Whether one part writes every element. */
const isCovered = (size: number, parts: readonly Part[], mode: Mode): boolean =>
  mode === "write" && parts.some(({ source }) => source.size === size);
