import {
  cholesky,
  det,
  eye,
  grad,
  inv,
  matmul,
  slogdet,
  solve,
  type Tensor,
  tensor,
  triangularSolve,
} from "@cotangent/core";
import { type Backend, backendOf, registerBackend } from "@cotangent/core/extend";
import { afterEach, describe, expect, it } from "vitest";
import { cpuBackend } from "../src/backend.ts";
import { Heap } from "../src/memory/heap.ts";
import { relaxedSimd } from "../src/wasm/relaxed.ts";

const reference = backendOf("cpu");

/** Pseudorandom matrices near the identity. */
function near(shape: readonly number[]): Tensor {
  const n = shape.at(-1)!;
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Float64Array.from({ length: size }, (_, i) => Math.sin(7 * i + (i % 11)) / n);
  return tensor(data, { shape }).add(eye(n, { dtype: "float64" }));
}

const spd = (a: Tensor): Tensor => matmul(a, a.mT).add(eye(a.shape.at(-1)!, { dtype: "float64" }));

const FUNCTIONS: Readonly<Record<string, (a: Tensor) => Tensor>> = {
  solve: (a) => solve(a, a.narrow(-1, 0, 2).add(1)),
  "solve, transposed": (a) => solve(a.mT, a.narrow(-1, 1, 2).mul(2)),
  inv,
  det: (a) => det(a).mul(det(a)),
  slogdet: (a) => slogdet(a)[1],
  cholesky: (a) => cholesky(spd(a)),
  triangularSolve: (a) => triangularSolve(a, a.mT.narrow(-1, 0, 2)),
  "triangularSolve, from the right": (a) =>
    triangularSolve(a.mT, a.narrow(-2, 0, 1), { upper: true, left: false }),
  "triangularSolve, unitriangular": (a) =>
    triangularSolve(a, a.narrow(-1, 0, 1), { upper: true, unitriangular: true }),
};

/** A function's value, its gradient and the gradient of that, on a backend. */
function derivatives(
  backend: Backend,
  f: (a: Tensor) => Tensor,
  shape: readonly number[],
): readonly (readonly number[])[] {
  registerBackend("cpu", backend);
  const a = near(shape).detach().requiresGrad_();
  const y = f(a);
  const first = grad(y.sin().sum(), a, { createGraph: true });
  const second = grad(first.square().sum(), a);
  return [y, first, second].map((x) => [...x.dataSync()]);
}

const paths = [
  ...(relaxedSimd() ? [{ path: "relaxed", relaxed: true }] : []),
  { path: "plain", relaxed: false },
];

describe.each(paths)("linear algebra beside the reference backend ($path)", ({ relaxed }) => {
  afterEach(() => registerBackend("cpu", reference));

  it.each(
    Object.keys(FUNCTIONS).flatMap((name) => [
      [name, [2, 3, 3]] as const,
      [name, [1, 70, 70]] as const,
    ]),
  )("agrees on %s of %j and its derivatives", (name, shape) => {
    const f = FUNCTIONS[name]!;
    const expected = derivatives(reference, f, shape);
    const actual = derivatives(cpuBackend(new Heap(), relaxed, reference), f, shape);
    actual.forEach((values, order) => {
      const scale = 1 + Math.max(...expected[order]!.map(Math.abs));
      values.forEach((x, i) => {
        const difference = Math.abs(x - expected[order]![i]!);
        expect(difference, `derivative ${order} at ${i}`).toBeLessThanOrEqual(1e-12 * scale);
      });
    });
  });
});
