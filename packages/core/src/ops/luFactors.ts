import type { Backend, PivotReport } from "../backend.ts";
import { dtypes } from "../dtype.ts";
import { denseView, View } from "../view.ts";
import { linalgOf } from "./linalgHost.ts";
import { viewLike } from "./matrixOp.ts";
import { reView } from "./views.ts";

/** P·A = L·U: both factors in one matrix, and the rows of A in the order of P. */
interface Factors {
  readonly factors: View;
  readonly order: View;
}

/** Uses the factors of A, and gives them back. */
export function withFactors<R>(backend: Backend, a: View, use: (lu: Factors) => R): R {
  const { factors, order } = linalgOf(backend).lu(a);
  try {
    return use({
      factors: viewLike(a, factors),
      order: denseView("int32", a.device, a.shape.slice(0, -1), order),
    });
  } finally {
    backend.free(factors);
    backend.free(order);
  }
}

/** The diagonals of the factors. */
export function pivotsOf({ factors, order }: Factors): View {
  const { strides } = factors;
  const steps = [...strides.slice(0, -2), strides.at(-2)! + 1];
  return reView(factors, order.shape, steps, 0);
}

/** Rows of b in the order of P. */
function permuted(backend: Backend, { order }: Factors, b: View): View {
  const { dtype, device, strides, buffer } = order;
  const index = new View(dtype, device, b.shape, [...strides, 0], 0, buffer, 0);
  return viewLike(b, backend.gather(b, index, b.shape.length - 2));
}

/** A\B. */
export function solveBy(backend: Backend, lu: Factors, b: View, report: PivotReport | null): View {
  const linalg = linalgOf(backend);
  const rows = permuted(backend, lu, b);
  const lower = linalg.triangularSolve(lu.factors, rows, { upper: false, unit: true }, null);
  backend.free(rows.buffer!);
  try {
    const y = viewLike(b, lower);
    return viewLike(b, linalg.triangularSolve(lu.factors, y, { upper: true, unit: false }, report));
  } finally {
    backend.free(lower);
  }
}

/** Inverses, or what is not finite where there is none. */
export function invertBy(backend: Backend, lu: Factors): View {
  const { dtype, device, shape } = lu.factors;
  const n = shape.at(-1)!;
  const data = new dtypes[dtype].array(n * n);
  for (let i = 0; i < n; i++) data[i * (n + 1)] = 1;
  const buffer = backend.upload(data, dtype);
  const strides = shape.map((_, axis) => [1, n][shape.length - 1 - axis] ?? 0);
  const inverses = solveBy(
    backend,
    lu,
    new View(dtype, device, shape, strides, 0, buffer, 0),
    null,
  );
  backend.free(buffer);
  return inverses;
}
