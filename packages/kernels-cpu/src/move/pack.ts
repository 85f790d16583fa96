import { stridesOf, type View } from "@cotangent/core/extend";
import type { Heap } from "../memory/heap.ts";
import { addressOf, BYTES, elementsAt } from "../strided/elements.ts";
import { move } from "./move.ts";

/** The address of the elements of a view in row-major order: its own, or that of a copy in scratch memory. */
export function pack(heap: Heap, view: View): number {
  const { dtype, shape, strides, size } = view;
  if (view.buffer !== null && isRowMajor(view)) return addressOf(heap, view);
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

/** True when the elements lie in row-major order without gaps. */
function isRowMajor({ shape, strides }: View): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== step) return false;
    step *= shape[i]!;
  }
  return true;
}
