import type { DType } from "@cotangent/core";
import { View } from "@cotangent/core/extend";
import * as fc from "fast-check";
import type { Heap } from "../src/memory/heap.ts";

export type Float = "float32" | "float64" | "int32";
export type Numbers = Float32Array | Float64Array | Int32Array;

export const BYTES = { float32: 4, float64: 8, int32: 4 };

export const arrayOf = (heap: Heap, dtype: Float): Numbers =>
  ({ float32: heap.f32(), float64: heap.f64(), int32: heap.i32() })[dtype];

/** One axis in memory: forwards, backwards, with gaps, or one element at every place. */
export type Run = "forward" | "backward" | "gaps" | "still";

/** How a side lies in memory: how each axis runs, and the axes from the innermost to the outermost. */
export interface Layout {
  readonly runs: readonly Run[];
  readonly order: readonly number[];
}

/** Shapes and layouts of both sides of a product. */
export interface Sides {
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly leftLayout: Layout;
  readonly rightLayout: Layout;
}

/** A view of a new buffer of small pseudorandom numbers, between which lie others. */
export function viewOf(heap: Heap, dtype: Float, shape: readonly number[], layout: Layout): View {
  const strides = shape.map(() => 0);
  let span = 1;
  let offset = 3;
  for (const axis of layout.order) {
    const run = layout.runs[axis]!;
    const step = run === "gaps" ? 2 * span : span;
    if (run === "still") continue;
    strides[axis] = run === "backward" ? -step : step;
    if (run === "backward") offset += step * Math.max(0, shape[axis]! - 1);
    span = step * Math.max(1, shape[axis]!);
  }
  const length = span + 8;
  const buffer = heap.allocate(length * BYTES[dtype]);
  const at = heap.address(buffer) / BYTES[dtype];
  const data = arrayOf(heap, dtype);
  let seed = length;
  for (let i = 0; i < length; i++) {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    data[at + i] = dtype === "int32" ? seed << 1 : seed / 2 ** 30 - 1;
  }
  return new View(dtype as DType, "cpu", shape, strides, offset, buffer, 0);
}

const runs: fc.Arbitrary<Run> = fc.constantFrom("forward", "forward", "backward", "gaps", "still");

export const layoutOf = (rank: number): fc.Arbitrary<Layout> => {
  const axes = Array.from({ length: rank }, (_, i) => rank - 1 - i);
  const order = fc.oneof(
    fc.constant(axes),
    fc.shuffledSubarray(axes, { minLength: rank, maxLength: rank }),
  );
  return fc.record({ runs: fc.array(runs, { minLength: rank, maxLength: rank }), order });
};

/** Both sides of products, whose leading axes and sizes are arbitrary, in any layout. */
export const productsOf = (
  batch: fc.Arbitrary<number[]>,
  size: fc.Arbitrary<number>,
): fc.Arbitrary<Sides> =>
  fc.record({ batch, m: size, k: size, n: size }).chain(({ batch: lead, m, k, n }) =>
    fc.record({
      left: fc.constant([...lead, m, k]),
      right: fc.constant([...lead, k, n]),
      leftLayout: layoutOf(lead.length + 2),
      rightLayout: layoutOf(lead.length + 2),
    }),
  );
