import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cholesky,
  det,
  eye,
  grad,
  inv,
  matmul,
  mul,
  ones,
  slogdet,
  solve,
  type Tensor,
  tensor,
  triangularSolve,
  tril,
  zeros,
} from "../../src/index.ts";
import { jvp, vjp, vmap } from "../../src/testing/transforms.ts";

const f64 = (data: readonly (readonly number[])[] | readonly number[]): Tensor =>
  tensor(data, { dtype: "float64" });

const numbers = (x: Tensor): readonly number[] => [...x.dataSync()];

function close(actual: Tensor, expected: Tensor, bound = 1e-9): void {
  expect(actual.shape).toEqual(expected.shape);
  numbers(actual).forEach((v, i) => {
    const e = numbers(expected)[i]!;
    expect(Math.abs(v - e), `${v} instead of ${e}`).toBeLessThanOrEqual(bound * (1 + Math.abs(e)));
  });
}

/** Square matrices of whole numbers, often singular. */
const matrices = fc
  .integer({ min: 1, max: 4 })
  .chain((n) =>
    fc
      .array(fc.integer({ min: -2, max: 2 }), { minLength: n * n, maxLength: n * n })
      .map((data) => tensor(data, { dtype: "float64", shape: [n, n] })),
  );

const check = (run: (a: Tensor, n: number) => void): void =>
  fc.assert(
    fc.property(matrices, (a) => run(a, a.shape[0]!)),
    { numRuns: 100 },
  );

/** By the rule of minors. */
function leibniz(a: readonly (readonly number[])[]): number {
  if (a.length === 0) return 1;
  const minor = (j: number) => a.slice(1).map((row) => row.filter((_, c) => c !== j));
  return a[0]!.reduce((sum, x, j) => sum + (j % 2 ? -x : x) * leibniz(minor(j)), 0);
}

const rows = (a: Tensor): number[][] => a.arraySync() as number[][];

/** The minor rule's cofactors. */
const cofactor = (a: Tensor): Tensor =>
  f64(
    rows(a).map((row, i) =>
      row.map((_, j) => {
        const rest = rows(a).filter((_, r) => r !== i);
        const minor = rest.map((other) => other.filter((_, c) => c !== j));
        return ((i + j) % 2 ? -1 : 1) * leibniz(minor);
      }),
    ),
  );

describe("det", () => {
  it("is the sum over minors, at singular matrices too", () =>
    check((a) => close(det(a), tensor(leibniz(rows(a)), { dtype: "float64" }))));

  it("has the cofactors as derivative, whatever the rank", () =>
    check((a) => {
      const [g] = vjp((x) => [det(x!)], [a], [tensor(1, { dtype: "float64" })], [0]);
      close(g!, cofactor(a));
    }));

  it("keeps the digits of its derivative beside singular matrices", () => {
    const nearly = [0, 1e-12, 1].map((x) => [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9 + x],
    ]);
    const projection = [
      [0, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    const batch = [...nearly, projection];
    const ones = f64([1, 1, 1, 1]);
    const [g] = vjp((x) => [det(x!)], [tensor(batch, { dtype: "float64" })], [ones], [0]);
    batch.forEach((a, i) => close(g!.select(0, i), cofactor(f64(a)), 1e-14));
  });

  /** Irregular enough to be a direction. */
  const direction = (n: number, seed: number): Tensor =>
    f64(Array.from({ length: n * n }, (_, i) => ((i * seed) % 5) - 2)).reshape([n, n]);
  const gradient = (x: Tensor): Tensor =>
    vjp((y) => [det(y!)], [x], [tensor(1, { dtype: "float64" })], [0])[0]!;
  const second = (x: Tensor, h: Tensor): Tensor => jvp((y) => [gradient(y!)], [x], [h])[0]!;
  /** The derivative of a polynomial of degree 4 at most. */
  const difference = (at: (t: number) => Tensor): Tensor =>
    at(1).sub(at(-1)).mul(8).sub(at(2)).add(at(-2)).div(12);

  it("has a second derivative, whatever the rank", () =>
    check((a, n) => {
      const h = direction(n, 7);
      close(
        second(a, h),
        difference((t) => cofactor(a.add(h.mul(t)))),
      );
    }));

  it("has a third derivative at nonsingular matrices", () =>
    check((a, n) => {
      const [h, k] = [direction(n, 7), direction(n, 3)];
      const b = a.add(eye(n, { dtype: "float64" }).mul(10));
      const expected = difference((t) => second(b.add(k.mul(t)), h));
      close(jvp((x) => [second(x!, h)], [b], [k])[0]!, expected);
      const [pulled] = vjp((x) => [second(x!, h)], [b], [k], [0]);
      close(pulled!, expected);
    }));
});

describe("solve", () => {
  it("solves for vectors, matrices and batches", () => {
    const a = f64([
      [2, 1],
      [1, 3],
    ]);
    const b = f64([
      [1, 2],
      [3, 4],
    ]);
    close(matmul(a, solve(a, b)), b);
    close(matmul(a, solve(a, b.select(0, 0))), b.select(0, 0));
    const many = a.add(eye(2, { dtype: "float64" }).mul(f64([0, 1, 2]).reshape([3, 1, 1])));
    close(matmul(many, solve(many, b)), b.broadcastTo([3, 2, 2]));
  });

  it("works on batches of either side", () => {
    const as = f64([2, 1, 1, 3, 4, 1, 0, 2]).reshape([2, 2, 2]);
    const bs = f64([1, 2, 3, 4]).reshape([2, 2]);
    const run = (batched: readonly boolean[], xs: readonly Tensor[]): Tensor =>
      vmap((a, b) => [solve(a!, b!)], xs, batched, 2)[0]!;
    for (const [i, j] of [
      [0, 1],
      [1, 0],
      [1, 1],
    ] as const) {
      const xs = [i ? as : as.select(0, 0), j ? bs : bs.select(0, 0)];
      const out = run([i === 1, j === 1], xs);
      for (const k of [0, 1])
        close(out.select(0, k), solve(as.select(0, i * k), bs.select(0, j * k)));
    }
  });

  it("says which matrix is singular, and what does not fit", () => {
    const singular = zeros([2, 2]);
    expect(() => solve(singular, ones(2))).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: solve: the matrix is singular: pivot 0 is 0; pass a matrix of full rank]`,
    );
    const batch = tensor([
      [
        [1, 0],
        [0, 1],
      ],
      [
        [1, 2],
        [2, 4],
      ],
    ]);
    expect(() => inv(batch)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: inv: matrix 1 of 2 is singular: pivot 1 is 0; pass a matrix of full rank]`,
    );
    expect(() => solve(eye(2), ones(3))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: solve: shapes [2, 2] and [3] do not fit; the sides of the equation need 2 numbers each]`,
    );
    expect(() => solve(eye(2), ones(2, { dtype: "float64" }))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: solve: the input is float32 and the right side float64; convert one with astype]`,
    );
    expect(() => inv(zeros([2, 3]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: inv: shape [2, 3] is not square; pass a shape [..., n, n]]`,
    );
    expect(() => inv(eye(2, { dtype: "int32" }))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: inv: the matrix is int32; convert it with a.astype("float32")]`,
    );
  });
});

describe("triangularSolve", () => {
  it("reads one triangle, and not the diagonal if it is of ones", () => {
    const a = f64([
      [2, 5],
      [3, 4],
    ]);
    const b = f64([
      [1, 2],
      [3, 4],
    ]);
    const lower = f64([
      [2, 0],
      [3, 4],
    ]);
    close(matmul(lower, triangularSolve(a, b)), b);
    close(matmul(triangularSolve(a, b, { left: false }), lower), b);
    close(
      matmul(
        f64([
          [1, 5],
          [0, 1],
        ]),
        triangularSolve(a, b, { upper: true, unitriangular: true }),
      ),
      b,
    );
  });

  it("says what is wrong", () => {
    expect(() => triangularSolve(zeros([2, 2]), eye(2))).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: triangularSolve: the matrix is singular: pivot 0 is 0; pass a matrix of full rank]`,
    );
    expect(() => triangularSolve(eye(2), ones(2))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: triangularSolve: the right side has shape [2]; pass a matrix]`,
    );
    expect(() =>
      triangularSolve(eye(2), ones([2, 3]), { left: false }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: triangularSolve: shapes [2, 2] and [2, 3] do not fit; the sides of the equation need 2 numbers each]`,
    );
  });
});

describe("cholesky", () => {
  it("is a lower triangle whose square is the matrix", () => {
    const a = f64([
      [4, 2, 1],
      [2, 3, 0],
      [1, 0, 2],
    ]);
    const l = cholesky(a);
    close(matmul(l, l.mT), a);
    close(tril(l), l);
  });

  it("says which matrix is not positive definite", () => {
    expect(() =>
      cholesky(
        tensor([
          [1, 2],
          [2, 1],
        ]),
      ),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: cholesky: the matrix is not positive definite: pivot 1 is -3; pass a symmetric matrix with positive eigenvalues]`,
    );
    expect(() => cholesky(ones(2))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: cholesky: shape [2] is not square; pass a shape [..., n, n]]`,
    );
  });
});

describe("slogdet", () => {
  it("splits the determinant into sign and logarithm", () =>
    check((a) => {
      const [sign, log] = slogdet(a);
      close(mul(sign, log.exp()), det(a));
    }));

  it("is −∞ at singular matrices", () => {
    const a = f64([
      [1, 2],
      [2, 4],
    ]).requiresGrad_();
    const [sign, log] = slogdet(a);
    expect([sign.eq(0).item(), log.item()]).toEqual([true, -Infinity]);
    expect(numbers(grad(log, a)).some(Number.isFinite)).toBe(false);
  });

  it("has no derivative of the sign", () => {
    const a = f64([
      [1, 2],
      [3, 4],
    ]).requiresGrad_();
    expect(grad(slogdet(a)[0], a).arraySync()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
});
