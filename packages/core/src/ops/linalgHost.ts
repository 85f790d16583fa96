import type { Backend, DenseLinearAlgebra } from "../backend.ts";
import { cholesky, factorizing, substituting } from "./linalgRoutines.ts";
import { matricesOf } from "./matrixOp.ts";

/** By routines in TypeScript. */
const onHost = (backend: Backend): DenseLinearAlgebra => ({
  cholesky(a, report) {
    const { count, n } = matricesOf(a);
    return backend.host([a], [a], cholesky(count, n, report))[0]!;
  },
  triangularSolve(a, b, triangle, report) {
    const { count, n } = matricesOf(a);
    const routine = substituting(count, n, b.shape.at(-1)!, triangle, report);
    return backend.host([a, b], [b], routine)[0]!;
  },
  lu(a) {
    const { count, n } = matricesOf(a);
    const rows = { shape: a.shape.slice(0, -1), dtype: "int32" } as const;
    const [factors, order] = backend.host([a], [a, rows], factorizing(count, n));
    return { factors: factors!, order: order! };
  },
});

/** That of the backend, or of the host. */
export const linalgOf = (backend: Backend): DenseLinearAlgebra => backend.linalg ?? onHost(backend);
