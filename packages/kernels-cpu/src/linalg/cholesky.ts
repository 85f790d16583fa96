import type { PivotReport, View } from "@cotangent/core/extend";
import type { CpuBuffer } from "../memory/cpuBuffer.ts";
import type { Heap } from "../memory/heap.ts";
import { elements } from "../strided/elements.ts";
import { blocksOf, lineStep, panelOf, SMALL } from "./blocks.ts";
import type { Kernels } from "./kernels.ts";
import { copyOf, countOf } from "./matrices.ts";
import { Update } from "./update.ts";

/** A matrix without a factor: its number, that of the pivot, and where its value is. */
interface Failure {
  readonly matrix: number;
  readonly pivot: number;
  readonly at: number;
}

/** Factorizes a row-major matrix block by block. */
function byBlocks(heap: Heap, kernels: Kernels, n: number) {
  const { run } = kernels;
  const { bytes } = kernels.float.one;
  const step = n * bytes;
  const line = lineStep(n, bytes);
  const panel = panelOf(heap, n, bytes);
  const update = new Update(heap, kernels, n);
  return (at: number, matrix: number): Failure | null => {
    for (const { start, width, rest } of blocksOf(n)) {
      const diagonal = at + start * (step + bytes);
      run.transpose(panel, line, diagonal, step, width + rest, width);
      const failed = run.choleskyPanel(panel, line, width + rest, width);
      if (failed >= 0)
        return { matrix, pivot: start + failed, at: panel + failed * (line + bytes) };
      run.transpose(diagonal, step, panel, line, width, width + rest);
      if (rest === 0) break;
      const left = { at: panel + width * bytes, row: bytes, column: line };
      const c = { at: diagonal + width * (step + bytes), step, rows: rest, columns: rest };
      update.subtract({ ...c, lower: true }, left, { ...left, row: line, column: bytes }, width);
    }
    run.clearAbove(at, n);
    return null;
  };
}

function large(heap: Heap, kernels: Kernels, at: number, n: number, count: number): Failure | null {
  const factorize = byBlocks(heap, kernels, n);
  const size = n * n * kernels.float.one.bytes;
  let failure: Failure | null = null;
  for (let matrix = 0; matrix < count && failure === null; matrix++)
    failure = factorize(at + matrix * size, matrix);
  return failure;
}

function small(
  heap: Heap,
  { run, float }: Kernels,
  at: number,
  n: number,
  count: number,
): Failure | null {
  const { bytes } = float.one;
  const panel = panelOf(heap, n, bytes);
  const failed = run.choleskyMany(at, n, count, panel);
  if (failed < 0) return null;
  const pivot = failed % n;
  return { matrix: Math.floor(failed / n), pivot, at: panel + pivot * (n + 1) * bytes };
}

/** Lower factors of symmetric matrices, of which the lower triangle is read. */
export function cholesky(heap: Heap, kernels: Kernels, a: View, report: PivotReport): CpuBuffer {
  heap.begin();
  const out = copyOf(heap, a);
  if (out.bytes === 0) return out;
  const { count, n } = countOf(a);
  const failure = (n <= SMALL ? small : large)(heap, kernels, heap.address(out), n, count);
  if (failure === null) return out;
  heap.free(out);
  const { matrix, pivot, at } = failure;
  return report(matrix, pivot, elements(heap, a.dtype)[at / kernels.float.one.bytes]!);
}
