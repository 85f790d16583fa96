import type { View } from "@cotangent/core/extend";
import type { CpuBuffer } from "../memory/cpuBuffer.ts";
import type { Heap } from "../memory/heap.ts";
import { blocksOf, lineStep, panelOf, SMALL } from "./blocks.ts";
import type { Kernels } from "./kernels.ts";
import { copyOf, countOf } from "./matrices.ts";
import { Update } from "./update.ts";

/** Factorizes a row-major matrix block by block, and writes how rows were exchanged. */
function byBlocks(heap: Heap, kernels: Kernels, n: number) {
  const { run } = kernels;
  const { bytes } = kernels.float.one;
  const step = n * bytes;
  const line = lineStep(n, bytes);
  const panel = panelOf(heap, n, bytes);
  const update = new Update(heap, kernels, n);
  return (at: number, exchanges: number): void => {
    for (const { start, width, rest } of blocksOf(n)) {
      const [row, pivots] = [at + start * step, exchanges + 4 * start];
      const diagonal = row + start * bytes;
      run.transpose(panel, line, diagonal, step, width + rest, width);
      run.luPanel(panel, line, width + rest, width, pivots);
      run.transpose(diagonal, step, panel, line, width, width + rest);
      run.swapRows(row, step, pivots, width, start);
      if (rest === 0) break;
      const beside = diagonal + width * bytes;
      run.swapRows(beside, step, pivots, width, rest);
      run.substitute(diagonal, step, bytes, width, beside, step, rest, 1);
      const left = { at: panel + width * bytes, row: bytes, column: line };
      const right = { at: beside, row: step, column: bytes };
      const c = { at: beside + width * step, step, rows: rest, columns: rest };
      update.subtract(c, left, right, width);
    }
  };
}

function large(
  heap: Heap,
  kernels: Kernels,
  at: number,
  n: number,
  count: number,
  exchanges: number,
): void {
  const factorize = byBlocks(heap, kernels, n);
  const size = n * n * kernels.float.one.bytes;
  for (let matrix = 0; matrix < count; matrix++)
    factorize(at + matrix * size, exchanges + 4 * matrix * n);
}

/** Makes orders of rows from exchanges with rows below. */
function ordersOf(exchanges: Int32Array, n: number): void {
  const order = new Int32Array(n);
  for (let start = 0; start < exchanges.length; start += n) {
    for (let i = 0; i < n; i++) order[i] = i;
    for (let i = 0; i < n; i++) {
      const other = i + exchanges[start + i]!;
      const row = order[other]!;
      order[other] = order[i]!;
      order[i] = row;
    }
    exchanges.set(order, start);
  }
}

/** Factors of matrices with their rows in an order. */
export function lu(
  heap: Heap,
  kernels: Kernels,
  a: View,
): { readonly factors: CpuBuffer; readonly order: CpuBuffer } {
  heap.begin();
  const { count, n } = countOf(a);
  const [factors, order] = [copyOf(heap, a), heap.allocate(4 * count * n)];
  if (factors.bytes === 0) return { factors, order };
  const [at, exchanges] = [heap.address(factors), heap.address(order)];
  if (n > SMALL) large(heap, kernels, at, n, count, exchanges);
  else kernels.run.luMany(at, n, count, panelOf(heap, n, kernels.float.one.bytes), exchanges);
  ordersOf(heap.i32().subarray(exchanges / 4, exchanges / 4 + count * n), n);
  return { factors, order };
}
