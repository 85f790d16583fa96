import type { DenseLinearAlgebra, View } from "@cotangent/core/extend";
import type { Heap } from "../memory/heap.ts";
import { cholesky } from "./cholesky.ts";
import { type Kernels, kernels } from "./kernels.ts";
import { lu } from "./lu.ts";
import { triangularSolve } from "./triangularSolve.ts";

/** Factorizations in a heap's memory, with relaxed instructions or without; `own` makes views usable. */
export function linalgOn(
  heap: Heap,
  relaxed: boolean,
  own: (view: View) => View,
): DenseLinearAlgebra {
  const known = { float32: kernels.float32(relaxed), float64: kernels.float64(relaxed) };
  const of = ({ dtype }: View): Kernels => known[dtype as keyof typeof known](heap);
  return {
    cholesky: (a, report) => cholesky(heap, of(a), own(a), report),
    triangularSolve: (a, b, triangle, report) =>
      triangularSolve(heap, of(a), own(a), own(b), triangle, report),
    lu: (a) => lu(heap, of(a), own(a)),
  };
}
