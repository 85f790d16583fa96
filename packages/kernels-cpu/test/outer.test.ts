import { expect, it } from "vitest";
import { elementwiseOn } from "../src/elementwise/elementwise.ts";
import { Matmul } from "../src/matmul/matmul.ts";
import { outer } from "../src/matmul/outer.ts";
import type { CpuBuffer } from "../src/memory/cpuBuffer.ts";
import { Heap } from "../src/memory/heap.ts";
import { relaxedSimd } from "../src/wasm/relaxed.ts";
import { type Layout, type Run, viewOf } from "./layouts.ts";

const heap = new Heap();
const elementwise = elementwiseOn(heap);
const matmul = new Matmul(heap, relaxedSimd());

const bytesOf = (buffer: CpuBuffer): Uint8Array => {
  const at = heap.address(buffer);
  return heap.u8().slice(at, at + buffer.bytes);
};

const layout = (runs: readonly Run[], order: readonly number[]): Layout => ({ runs, order });

it.each([
  ["dense", layout(["forward", "forward", "forward"], [2, 1, 0])],
  ["with gaps", layout(["forward", "gaps", "gaps"], [2, 1, 0])],
  ["transposed", layout(["forward", "backward", "forward"], [0, 1, 2])],
  ["broadcast", layout(["still", "forward", "forward"], [2, 1, 0])],
] as const)("outer has the bits of a product: %s", (_, side) => {
  for (const dtype of ["float32", "float64", "int32"] as const)
    for (const [m, n] of [
      [140, 50],
      [7, 1000],
      [200, 33],
    ] as const) {
      const left = viewOf(heap, dtype, [5, m, 1], side);
      const right = viewOf(heap, dtype, [5, 1, n], side);
      if (dtype === "float32") {
        const at = heap.address(left.buffer as CpuBuffer) / 4 + left.offset;
        heap.f32().set([-0], at);
        heap.f32().set([Number.POSITIVE_INFINITY], at + left.strides[1]!);
      }

      const result = outer(elementwise, left, right);

      expect(result).not.toBeNull();
      expect(bytesOf(result!)).toEqual(bytesOf(matmul.multiply(left, right)));
    }
});

it("outer leaves small, narrow and deep products alone", () => {
  const dense = layout(["forward", "forward"], [1, 0]);
  for (const [m, k, n] of [
    [100, 1, 100],
    [10_000, 1, 20],
    [200, 2, 200],
    [0, 1, 200],
  ] as const) {
    const left = viewOf(heap, "float32", [m, k], dense);
    expect(outer(elementwise, left, viewOf(heap, "float32", [k, n], dense))).toBeNull();
  }
});
