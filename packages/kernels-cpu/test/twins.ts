import type { DType } from "@cotangent/core";
import { type HostArray, type Shape, sizeOf, stridesOf, View } from "@cotangent/core/extend";
import { referenceBackend } from "@cotangent/core/testing";
import fc from "fast-check";
import { download, upload } from "../src/host/host.ts";
import type { CpuBuffer } from "../src/memory/cpuBuffer.ts";
import { Heap } from "../src/memory/heap.ts";

/** One view twice: in the heap, and in the memory of the reference backend. */
export interface Twin {
  readonly ours: View;
  readonly theirs: View;
}

export const heap: Heap = new Heap();
export const reference: ReturnType<typeof referenceBackend> = referenceBackend();

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  bool: Uint8Array,
} as const;

/** How one axis lies in memory. */
interface Lay {
  readonly order: number;
  readonly step: number;
}

const lay: fc.Arbitrary<Lay> = fc.record({
  order: fc.double({ min: 0, max: 1, noNaN: true }),
  step: fc.constantFrom(1, 1, 1, 1, 2, -1, -3, 0),
});

/** Strides of axes that lie in any order, with gaps, backwards, or (step 0) all at one place. */
function layOut(
  shape: Shape,
  lays: readonly Lay[],
): { strides: number[]; offset: number; length: number } {
  const strides = shape.map(() => 0);
  let [offset, length] = [3, 1];
  const order = [...shape.keys()].sort((a, b) => lays[a]!.order - lays[b]!.order);
  for (const axis of order) {
    const { step } = lays[axis]!;
    strides[axis] = step * length;
    if (step < 0) offset -= strides[axis] * Math.max(0, shape[axis]! - 1);
    if (step !== 0) length *= Math.abs(step) * Math.max(1, shape[axis]!);
  }
  return { strides, offset, length: length + offset + 3 };
}

/** Numbers that add up exactly, and now and then one that is no number. */
export function numbers(dtype: DType, count: number, seed: number, special = true): HostArray {
  const data = new ARRAYS[dtype](count);
  let state = seed >>> 0;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const draw = state >>> 8;
    const odd = special && draw % 61 < 4 ? [Number.NaN, -0, Infinity, -Infinity][draw % 61]! : null;
    data[i] = dtype === "bool" ? draw & 1 : (odd ?? ((draw >>> 3) % 33) / 4 - 4);
  }
  return data;
}

export const dtypes: readonly DType[] = ["float32", "float64", "int32", "bool"];

export const shapes: fc.Arbitrary<Shape> = fc.oneof(
  fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 4 }),
  fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 }),
  fc.array(fc.integer({ min: 5, max: 40 }), { minLength: 1, maxLength: 2 }),
  fc.integer({ min: 30, max: 700 }).map((n) => [n]),
);

/** Makes views of a shape that lie in any way; made anew for each run, as runs give their memory back. */
export const twinOf = (shape: Shape, dtype: DType): fc.Arbitrary<() => Twin> =>
  fc
    .record({
      lays: fc.tuple(...shape.map(() => lay)),
      plain: fc.boolean(),
      seed: fc.nat(),
    })
    .map(({ lays, plain, seed }) => {
      const dense = { strides: stridesOf(shape), offset: 0, length: sizeOf(shape) };
      const { strides, offset, length } = plain ? dense : layOut(shape, lays);
      return () => twin(numbers(dtype, length, seed), dtype, shape, strides, offset);
    });

export function twin(
  data: HostArray,
  dtype: DType,
  shape: Shape,
  strides: readonly number[] = stridesOf(shape),
  offset = 0,
): Twin {
  const view = (buffer: View["buffer"]): View =>
    new View(dtype, "cpu", shape, strides, offset, buffer, 0);
  return { ours: view(upload(heap, data, dtype)), theirs: view(reference.upload(data, dtype)) };
}

const whole = (dtype: DType, shape: Shape, buffer: View["buffer"]): View =>
  new View(dtype, "cpu", shape, stridesOf(shape), 0, buffer, 0);

/** What lies in two buffers; the first one is given back. */
export function contents(
  dtype: DType,
  shape: Shape,
  ours: CpuBuffer,
  theirs: View["buffer"],
): readonly [HostArray, HostArray] {
  const mine = download(heap, whole(dtype, shape, ours));
  heap.free(ours);
  return [mine, reference.downloadSync!(whole(dtype, shape, theirs))];
}

export const forget = (...twins: readonly Twin[]): void => {
  for (const { ours } of twins) heap.free(ours.buffer as CpuBuffer);
};
