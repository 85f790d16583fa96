import type { Heap } from "../memory/heap.ts";
import type { Kernels } from "./kernels.ts";
import { type Multiply, type Product, transposed } from "./product.ts";

/** Elements of the result that stay in the first cache while rows are added to them. */
const SPAN = 4096;

/** Up to how many rows or columns packing the other side does not pay. */
const FEW = 3;

/** A row times a matrix whose rows or columns are adjacent elements, else null. */
function rowTimes(
  heap: Heap,
  kernels: Kernels,
  { k, n, left, right, bytes }: Product,
): Multiply | null {
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

/** A few rows, one by one, or null. */
export function byRows(heap: Heap, kernels: Kernels, product: Product): Multiply | null {
  const { m, n, left, bytes } = product;
  const one = m <= FEW ? rowTimes(heap, kernels, product) : null;
  if (one === null || m === 1) return one;
  return (a, b, c) => {
    for (let i = 0; i < m; i++) one(a + i * left.row, b, c + i * n * bytes);
  };
}

/** A few columns, one by one, or null. */
export function byColumns(heap: Heap, kernels: Kernels, product: Product): Multiply | null {
  const { m, n, right, bytes } = product;
  const one = n <= FEW ? rowTimes(heap, kernels, transposed(product)) : null;
  if (one === null) return null;
  const column = heap.scratch(m * bytes);
  return (a, b, c) => {
    for (let j = 0; j < n; j++) {
      one(b + j * right.column, a, column);
      kernels.gather(column, bytes, m, c + j * bytes, n * bytes);
    }
  };
}
