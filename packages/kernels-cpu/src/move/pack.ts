import { stridesOf, type View } from "@cotangent/core/extend";
import type { Heap } from "../memory/heap.ts";
import { isRowMajor } from "../strided/axes.ts";
import { addressOf, BYTES, elementsAt } from "../strided/elements.ts";
import { move } from "./move.ts";

/** The address of the elements of a view in row-major order: its own, or that of a copy in scratch memory. */
export function pack(heap: Heap, view: View): number {
  const { dtype, shape, strides, size } = view;
  if (view.buffer !== null && isRowMajor(shape, strides)) return addressOf(heap, view);
  const to = heap.scratch(size * BYTES[dtype]);
  if (view.buffer === null) elementsAt(heap, dtype, to, size).fill(view.fill);
  else
    move(
      heap,
      "write",
      dtype,
      shape,
      { at: to, strides: stridesOf(shape) },
      {
        at: addressOf(heap, view),
        strides,
      },
    );
  return to;
}
