import type { DType } from "@cotangent/core";
import {
  type HostArray,
  type HostRoutine,
  type Spec,
  sizeOf,
  type View,
} from "@cotangent/core/extend";
import type { CpuBuffer } from "../memory/cpuBuffer.ts";
import type { Heap } from "../memory/heap.ts";
import { pack } from "../move/pack.ts";
import { addressOf, BYTES, elements, elementsAt, hostArray } from "../strided/elements.ts";

/** Memory with these elements. */
export function upload(heap: Heap, data: HostArray, dtype: DType): CpuBuffer {
  heap.begin();
  const buffer = heap.allocate(data.length * BYTES[dtype]);
  elementsAt(heap, dtype, heap.address(buffer), data.length).set(data);
  return buffer;
}

/** The element of a view of one. */
export function readNumber(heap: Heap, view: View): number {
  heap.begin();
  const at = addressOf(heap, view);
  return elements(heap, view.dtype)[at / BYTES[view.dtype]]!;
}

/** The elements of a view, row-major, in an array of their own. */
export function download(heap: Heap, view: View): HostArray {
  heap.begin();
  // A slice of shared memory is copied more slowly.
  return hostArray(view.dtype, elementsAt(heap, view.dtype, pack(heap, view), view.size));
}

/** Runs a routine on copies of the inputs. */
export function host(
  heap: Heap,
  inputs: readonly View[],
  outputs: readonly Spec[],
  routine: HostRoutine,
): CpuBuffer[] {
  const results = outputs.map(({ shape, dtype }) => hostArray(dtype, sizeOf(shape)));
  routine(
    inputs.map((view) => download(heap, view)),
    results,
  );
  return results.map((data, i) => upload(heap, data, outputs[i]!.dtype));
}
