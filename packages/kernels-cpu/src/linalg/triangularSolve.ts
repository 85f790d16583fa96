import type { PivotReport, Triangle, View } from "@cotangent/core/extend";
import type { CpuBuffer } from "../memory/cpuBuffer.ts";
import type { Heap } from "../memory/heap.ts";
import { elements } from "../strided/elements.ts";
import { blocksOf, SMALL } from "./blocks.ts";
import type { Kernels } from "./kernels.ts";
import { copyOf, countOf, type Matrices, matricesIn } from "./matrices.ts";
import { Update } from "./update.ts";

/** T and X of one system after the other, in the place of B, as for a lower triangle. */
interface System {
  readonly n: number;
  readonly columns: number;
  readonly count: number;
  readonly unit: boolean;
  readonly t: Matrices;
  readonly x: Matrices;
}

/** The same with the last row first: an upper triangle becomes a lower one. */
const reversed = ({ t, x, ...system }: System): System => {
  const last = system.n - 1;
  return {
    ...system,
    t: { ...t, at: t.at + last * (t.row + t.column), row: -t.row, column: -t.column },
    x: { ...x, at: x.at + last * x.row, row: -x.row },
  };
};

function reportZeros(heap: Heap, a: View, t: Matrices, report: PivotReport): void {
  const data = elements(heap, a.dtype);
  const bytes = data.BYTES_PER_ELEMENT;
  const { count, n } = countOf(a);
  for (let matrix = 0; matrix < count; matrix++)
    for (let k = 0; k < n; k++)
      if (data[(t.at + matrix * t.step + k * (t.row + t.column)) / bytes] === 0)
        report(matrix, k, 0);
}

/** Substitutes block by block. */
function large(heap: Heap, kernels: Kernels, { n, columns, count, unit, t, x }: System): void {
  const update = new Update(heap, kernels, columns);
  const solve = (a: number, b: number): void => {
    for (const { start, width, rest } of blocksOf(n)) {
      const [diagonal, own] = [a + start * (t.row + t.column), b + start * x.row];
      kernels.run.substitute(diagonal, t.row, t.column, width, own, x.row, columns, Number(unit));
      if (rest === 0) break;
      const c = { at: own + width * x.row, step: x.row, rows: rest, columns };
      update.subtract(c, { ...t, at: diagonal + width * t.row }, { ...x, at: own }, width);
    }
  };
  for (let i = 0; i < count; i++) solve(t.at + i * t.step, x.at + i * x.step);
}

function small({ run }: Kernels, { n, columns, count, unit, t, x }: System): void {
  const sides = [x.at, x.row, columns, Number(unit)] as const;
  run.substituteMany(t.at, t.row, t.column, n, ...sides, count, t.step, x.step);
}

/** X of T·X = B for triangles T of A. */
export function triangularSolve(
  heap: Heap,
  kernels: Kernels,
  a: View,
  b: View,
  { upper, unit }: Triangle,
  report: PivotReport | null,
): CpuBuffer {
  heap.begin();
  const { count, n } = countOf(a);
  const t = matricesIn(heap, a);
  if (report !== null && !unit) reportZeros(heap, a, t, report);
  const out = copyOf(heap, b);
  if (out.bytes === 0) return out;
  const columns = b.shape.at(-1)!;
  const { bytes } = kernels.float.one;
  const row = columns * bytes;
  const x = { at: heap.address(out), row, column: bytes, step: n * row };
  const system = { n, columns, count, unit, t, x };
  const lower = upper ? reversed(system) : system;
  if (n > SMALL) large(heap, kernels, lower);
  else small(kernels, lower);
  return out;
}
