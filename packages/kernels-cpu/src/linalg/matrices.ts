import { sizeOf, stridesOf, type View } from "@cotangent/core/extend";
import type { CpuBuffer } from "../memory/cpuBuffer.ts";
import type { Heap } from "../memory/heap.ts";
import { move } from "../move/move.ts";
import { pack } from "../move/pack.ts";
import { axesOf, merge } from "../strided/axes.ts";
import { addressOf, BYTES } from "../strided/elements.ts";

/** Matrices at equal distances; strides in bytes. */
export interface Matrices {
  readonly at: number;
  readonly row: number;
  readonly column: number;
  readonly step: number;
}

/** A row-major copy of a view, in a buffer. */
export function copyOf(heap: Heap, view: View): CpuBuffer {
  const { dtype, shape, strides, size } = view;
  const buffer = heap.allocate(size * BYTES[dtype]);
  const to = { at: heap.address(buffer), strides: stridesOf(shape) };
  move(heap, "write", dtype, shape, to, { at: addressOf(heap, view), strides });
  return buffer;
}

/** The matrices of a view where they are, or of a copy if they do not lie evenly. */
export function matricesIn(heap: Heap, view: View): Matrices {
  const { dtype, shape, strides } = view;
  const bytes = BYTES[dtype];
  const lead = shape.length - 2;
  const axes = merge(axesOf(shape.slice(0, lead), [strides.slice(0, lead)]));
  if (axes.length > 1) {
    const n = shape[lead + 1]!;
    const step = shape[lead]! * n * bytes;
    return { at: pack(heap, view), row: n * bytes, column: bytes, step };
  }
  return {
    at: addressOf(heap, view),
    row: strides[lead]! * bytes,
    column: strides[lead + 1]! * bytes,
    step: (axes[0]?.steps[0] ?? 0) * bytes,
  };
}

/** How many square matrices a view has, and their size. */
export const countOf = ({ shape }: View): { readonly count: number; readonly n: number } => ({
  count: sizeOf(shape.slice(0, -2)),
  n: shape.at(-1)!,
});
