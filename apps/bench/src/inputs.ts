import type { Input } from "./row.ts";

const sizeOf = (shape: readonly number[]): number => shape.reduce((n, m) => n * m, 1);

/** The finalizer of MurmurHash3: 32 bits from 32 bits, in a few operations that every language has. */
export function hash(n: number): number {
  let h = n >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The numbers of an input: 24 random bits each, so that no library has to round them. */
export function numbersOf(input: Input): Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> {
  const { shape, dtype, values, seed = 0, low = -1, high = 1 } = input;
  const array = new (dtype === "float32" ? Float32Array : Float64Array)(sizeOf(shape));
  if (values !== undefined) array.set(values);
  else {
    const start = hash(seed);
    for (let i = 0; i < array.length; i++)
      array[i] = low + (high - low) * ((hash(start + i) >>> 8) / 2 ** 24);
  }
  return array;
}
