import { sizeOf, type View } from "@cotangent/core/extend";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Matmul } from "../src/matmul/matmul.ts";
import { Heap } from "../src/memory/heap.ts";
import { relaxedSimd } from "../src/wasm/relaxed.ts";
import {
  arrayOf,
  BYTES,
  type Float,
  type Layout,
  productsOf,
  type Run,
  viewOf,
} from "./layouts.ts";

const EPSILON = { float32: 2 ** -24, float64: 2 ** -53, int32: 0 };

function elements(heap: Heap, view: View): number[] {
  const dtype = view.dtype as Float;
  const start = heap.address(view.buffer as never) / BYTES[dtype] + view.offset;
  const data = arrayOf(heap, dtype);
  const list: number[] = [];
  const descend = (axis: number, at: number): void => {
    if (axis === view.shape.length) list.push(data[at]!);
    else
      for (let i = 0; i < view.shape[axis]!; i++) descend(axis + 1, at + i * view.strides[axis]!);
  };
  descend(0, start);
  return list;
}

/** The product and the sum of the absolute terms, by plain loops. */
function plain(left: View, right: View, a: number[], b: number[]): { sum: number; size: number }[] {
  const [m, k] = left.shape.slice(-2) as [number, number];
  const n = right.shape.at(-1)!;
  const integer = left.dtype === "int32";
  const out: { sum: number; size: number }[] = [];
  for (let batch = 0; batch < sizeOf(left.shape.slice(0, -2)); batch++)
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let [sum, size] = [0, 0];
        for (let p = 0; p < k; p++) {
          const [x, y] = [a[(batch * m + i) * k + p]!, b[(batch * k + p) * n + j]!];
          sum = integer ? (sum + Math.imul(x, y)) | 0 : sum + x * y;
          size += Math.abs(x * y);
        }
        out.push({ sum, size });
      }
  return out;
}

/** Multiplies and asserts that each element is right to k roundings. */
function check(heap: Heap, matmul: Matmul, left: View, right: View): void {
  const dtype = left.dtype as Float;
  const [a, b] = [elements(heap, left), elements(heap, right)];

  const buffer = matmul.multiply(left, right);

  const expected = plain(left, right, a, b);
  expect(buffer.bytes).toBe(expected.length * BYTES[dtype]);
  const out = arrayOf(heap, dtype);
  const at = heap.address(buffer) / BYTES[dtype];
  const unit = EPSILON[dtype] * (left.shape.at(-1)! + 2);
  const wrong = expected.findIndex(
    ({ sum, size }, i) => !(Math.abs(out[at + i]! - sum) <= unit * size),
  );
  if (wrong >= 0) expect([wrong, out[at + wrong]]).toEqual([wrong, expected[wrong]!.sum]);
  for (const used of [left.buffer, right.buffer, buffer]) heap.free(used as typeof buffer);
}

const size = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(0, 1) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 9 }) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 70 }) },
);
const cases = productsOf(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }), size);

const paths = [
  ...(relaxedSimd() ? [{ path: "relaxed", relaxed: true }] : []),
  { path: "plain", relaxed: false },
];

describe.each(paths)("Matmul ($path)", ({ relaxed }) => {
  const heap = new Heap();
  const matmul = new Matmul(heap, relaxed);
  const dense = (rank: number): Layout => ({
    runs: Array<Run>(rank).fill("forward"),
    order: Array.from({ length: rank }, (_, i) => rank - 1 - i),
  });
  const transposed: Layout = { runs: ["forward", "forward"], order: [0, 1] };

  it.each(["float32", "float64", "int32"] as const)("multiplies any views of %s", (dtype) => {
    fc.assert(
      fc.property(cases, ({ left, right, leftLayout, rightLayout }) => {
        const x = viewOf(heap, dtype, left, leftLayout);
        check(heap, matmul, x, viewOf(heap, dtype, right, rightLayout));
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    [61, 67, 300],
    [97, 513, 20],
    [200, 257, 131],
    [3100, 5, 9],
    [7, 3, 3100],
    [1, 3000, 40],
    [40, 3000, 1],
    [1, 3, 3001],
    [3, 50, 60],
    [60, 50, 2],
  ])("multiplies [%i, %i] by [.., %i] by every path", (m, k, n) => {
    for (const a of [dense(2), transposed])
      for (const b of [dense(2), transposed])
        for (const dtype of ["float32", "float64"] as const)
          check(heap, matmul, viewOf(heap, dtype, [m, k], a), viewOf(heap, dtype, [k, n], b));
  });

  it.each([20, 300])("multiplies rests of every height and width, %i deep", (k) => {
    for (const m of [12, 13, 14, 15, 16, 17])
      for (const n of [16, 17, 19, 20, 21, 23])
        for (const dtype of ["float32", "float64"] as const) {
          const left = viewOf(heap, dtype, [m, k], dense(2));
          check(heap, matmul, left, viewOf(heap, dtype, [k, n], dense(2)));
        }
  });

  it("multiplies a broadcast side by many", () => {
    const still: Layout = { ...dense(3), runs: ["still", "forward", "forward"] };
    for (const [a, b] of [
      [still, dense(3)],
      [dense(3), still],
      [still, still],
    ] as const)
      for (const [m, k, n] of [
        [20, 30, 40],
        [1, 30, 40],
        [20, 30, 1],
        [1, 30, 1],
        [2, 3, 4],
      ] as const) {
        const left = viewOf(heap, "float32", [5, m, k], a);
        check(heap, matmul, left, viewOf(heap, "float32", [5, k, n], b));
      }
  });

  it.each([
    [4, 2, 5],
    [4, 2, 7],
    [4, 2, 3],
    [20, 30, 21],
    [4, 300, 5],
    [1, 300, 20],
    [20, 300, 1],
  ])("writes no more than the result of [%i, %i] by [.., %i]", (m, k, n) => {
    const left = viewOf(heap, "float32", [m, k], dense(2));
    const right = viewOf(heap, "float32", [k, n], dense(2));
    // Whatever place the result gets, it has neighbours.
    const neighbours = Array.from({ length: 65 }, () => heap.allocate(m * n * 4));
    const markers = (buffer: (typeof neighbours)[0]): Float32Array => {
      const at = heap.address(buffer) / 4;
      return heap.f32().subarray(at, at + m * n);
    };
    for (const buffer of neighbours) markers(buffer).fill(7);
    const kept = neighbours.filter((_, i) => i % 2 === 0);
    for (const buffer of neighbours) if (!kept.includes(buffer)) heap.free(buffer);

    const out = matmul.multiply(left, right);

    expect(kept.every((buffer) => markers(buffer).every((x) => x === 7))).toBe(true);
    for (const buffer of [...kept, out]) heap.free(buffer);
  });

  it("keeps infinities and NaN where they belong, also in partial tiles", () => {
    const left = viewOf(heap, "float32", [31, 33], dense(2));
    const right = viewOf(heap, "float32", [33, 35], dense(2));
    const at = heap.address(left.buffer as never) / 4 + left.offset;
    heap.f32()[at + 30 * 33] = Number.NaN;
    heap.f32()[at + 29 * 33 + 32] = Number.POSITIVE_INFINITY;

    const out = matmul.multiply(left, right);

    const start = heap.address(out) / 4;
    const rows = Array.from({ length: 31 }, (_, i) =>
      heap.f32().slice(start + i * 35, start + (i + 1) * 35),
    );
    expect(rows.map((row) => row.every(Number.isFinite))).toEqual(
      rows.map((_, i) => i !== 29 && i !== 30),
    );
    expect(rows[30]!.every(Number.isNaN)).toBe(true);
    expect(rows[29]!.every((x) => Math.abs(x) === Number.POSITIVE_INFINITY)).toBe(true);
  });
});
