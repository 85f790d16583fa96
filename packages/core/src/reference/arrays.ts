import type { HostArray } from "../dtype.ts";
import type { ScalarType } from "../expr.ts";

interface ArrayType {
  new (length: number): HostArray;
  new (memory: ArrayBuffer, offset: number, length: number): HostArray;
  readonly BYTES_PER_ELEMENT: number;
}

/** A uint32 is held as the int32 of the same bits: a fifth kind of array would slow every loop down. */
const ARRAYS: { readonly [T in ScalarType]: ArrayType } = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint32: Int32Array,
  bool: Uint8Array,
};

const CHUNK = 1 << 16;
/** The engine makes arrays of up to 64 bytes fast; one of more than 4 KiB is worth memory of its own. */
const SMALL = 64;
const LARGE = 1 << 12;

let chunk = new ArrayBuffer(CHUNK);
let taken = 0;

/** A zeroed array. Those between small and large share chunks: else making one costs more than an op. */
export function zeros(type: ScalarType, length: number): HostArray {
  const array = ARRAYS[type];
  const bytes = length * array.BYTES_PER_ELEMENT;
  return bytes <= SMALL || bytes > LARGE ? new array(length) : shared(array, length, bytes);
}

function shared(array: ArrayType, length: number, bytes: number): HostArray {
  if (taken + bytes > CHUNK) {
    chunk = new ArrayBuffer(CHUNK);
    taken = 0;
  }
  const result = new array(chunk, taken, length);
  taken = (taken + bytes + 7) & ~7;
  return result;
}
