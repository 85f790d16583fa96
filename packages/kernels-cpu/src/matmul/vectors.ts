import type { Heap } from "../memory/heap.ts";
import type { Element } from "./element.ts";
import type { Kernels } from "./kernels.ts";
import type { Multiply } from "./matmul.ts";
import type { Product } from "./product.ts";

/** Elements of the result that stay in the first cache while rows are added to them. */
const SPAN = 4096;

/** A product with a vector, as y = M x; null where neither rows nor columns of M are adjacent elements. */
export function byVector(
  heap: Heap,
  kernels: Kernels,
  { bytes }: Element,
  { m, k, n, left, right }: Product,
): Multiply | null {
  const swap = m === 1 && n > 1;
  const rows = swap ? n : m;
  const [row, column] = swap ? [right.column, right.row] : [left.row, left.column];
  const step = swap ? left.column : right.row;
  const order = (f: Multiply): Multiply => (swap ? (a, b, c) => f(b, a, c) : f);
  if (row === bytes && rows > 1)
    return order((matrix, x, y) => {
      for (let i = 0; i < rows; i += SPAN) {
        const [at, size] = [i * bytes, Math.min(SPAN, rows - i)];
        kernels.combine(matrix + at, column, x, step, y + at, size, k);
      }
    });
  if (column !== bytes) return null;
  if (step === bytes || k === 1)
    return order((matrix, x, y) => kernels.dots(matrix, row, x, y, rows, k));
  const packed = heap.scratch(k * bytes);
  return order((matrix, x, y) => {
    kernels.gather(x, step, k, packed, bytes);
    kernels.dots(matrix, row, packed, y, rows, k);
  });
}
