import type { Heap } from "../memory/heap.ts";
import type { Kernels } from "./kernels.ts";
import type { Multiply, Product } from "./product.ts";

/** Elements of the result that stay in the first cache while rows are added to them. */
const SPAN = 4096;

/** A row times a matrix whose rows or columns are adjacent elements; null for other products. */
export function rowTimes(
  heap: Heap,
  kernels: Kernels,
  { m, k, n, left, right, bytes }: Product,
): Multiply | null {
  if (m > 1) return null;
  const { row, column } = right;
  const step = left.column;
  if (column === bytes && n > 1)
    return (a, b, c) => {
      for (let j = 0; j < n; j += SPAN) {
        const at = j * bytes;
        kernels.combine(b + at, row, a, step, c + at, Math.min(SPAN, n - j), k);
      }
    };
  if (row !== bytes) return null;
  if (step === bytes || k === 1) return (a, b, c) => kernels.dots(b, column, a, c, n, k);
  const packed = heap.scratch(k * bytes);
  return (a, b, c) => {
    kernels.gather(a, step, k, packed, bytes);
    kernels.dots(b, column, packed, c, n, k);
  };
}
