import type { DType } from "@cotangent/core";
import type { HostArray, View } from "@cotangent/core/extend";
import type { CpuBuffer } from "../memory/cpuBuffer.ts";
import type { Heap } from "../memory/heap.ts";

export const BYTES: { readonly [D in DType]: number } = {
  float32: 4,
  float64: 8,
  int32: 4,
  bool: 1,
};

const ARRAYS: { readonly [D in DType]: (heap: Heap) => HostArray } = {
  float32: (heap) => heap.f32(),
  float64: (heap) => heap.f64(),
  int32: (heap) => heap.i32(),
  bool: (heap) => heap.u8(),
};

/** The whole memory as elements of a dtype; an allocation may detach it. */
export const elements = (heap: Heap, dtype: DType): HostArray => ARRAYS[dtype](heap);

/** `count` elements from an address on. */
export function elementsAt(heap: Heap, dtype: DType, address: number, count: number): HostArray {
  const start = address / BYTES[dtype];
  return elements(heap, dtype).subarray(start, start + count);
}

const HOST_ARRAYS: { readonly [D in DType]: new (of: number | HostArray) => HostArray } = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  bool: Uint8Array,
};

/** An array of its own, outside of the memory: of a length, or with these elements. */
export const hostArray = (dtype: DType, of: number | HostArray): HostArray =>
  new HOST_ARRAYS[dtype](of);

/** The address of a view's first element. */
export const addressOf = (heap: Heap, view: View): number =>
  heap.address(view.buffer as CpuBuffer) + view.offset * BYTES[view.dtype];
