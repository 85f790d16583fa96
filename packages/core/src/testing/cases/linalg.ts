import { eye, ones, zeros } from "../../create.ts";
import { add, mul } from "../../ops/arithmetic.ts";
import { cofactorOf, det, slogdet } from "../../ops/determinants.ts";
import { cholesky, inv, solve, triangularSolve } from "../../ops/linalg.ts";
import { matmul } from "../../ops/matmul.ts";
import { mT } from "../../ops/shaping.ts";
import type { Tensor } from "../../tensor.ts";
import { type Case, real } from "../case.ts";
import { loop, Plain, total } from "../plain.ts";

const SHIFT = 4;

/** Far enough from singular. */
const shifted = (a: Tensor): Tensor =>
  add(a, mul(eye(a.shape.at(-1)!, { dtype: a.dtype, device: a.device }), SHIFT));

const one = (a: Plain): Plain =>
  loop(a.shape, (...at) => a.at(...at) + (at.at(-1) === at.at(-2) ? SHIFT : 0));

/** Without row i and column j, of the matrix at `lead`. */
const minorOf = (a: Plain, i: number, j: number): Plain => {
  const n = a.shape[0]! - 1;
  return loop([n, n], (r, c) => a.at(r! < i ? r! : r! + 1, c! < j ? c! : c! + 1));
};

const sign = (n: number): number => (n % 2 === 0 ? 1 : -1);

/** By minors along the first row. */
const determinant = (a: Plain): number =>
  a.shape[0] === 0
    ? 1
    : total(a.shape[0]!, (j) => sign(j) * a.at(0, j) * determinant(minorOf(a, 0, j)));

const cofactor = (a: Plain, i: number, j: number): number =>
  sign(i + j) * determinant(minorOf(a, i, j));

/** One matrix of a batch. */
const matrixAt = (a: Plain, lead: readonly number[]): Plain =>
  loop(a.shape.slice(-2), (i, j) => a.at(...lead, i!, j!));

/** A number for each matrix. */
const numbers = (a: Plain, f: (matrix: Plain) => number): Plain =>
  loop(a.shape.slice(0, -2), (...lead) => f(matrixAt(a, lead)));

/** A⁻¹·B by cofactors. */
const divided = (a: Plain, b: Plain): Plain =>
  loop(b.shape, (...at) => {
    const [lead, i, j] = [at.slice(0, -2), at.at(-2)!, at.at(-1)!];
    const m = matrixAt(a, lead);
    const sum = total(m.shape[0]!, (k) => cofactor(m, k, i) * b.at(...lead, k, j));
    return sum / determinant(m);
  });

const triangle = (a: Plain): Plain =>
  loop(a.shape, (...at) => (at.at(-2)! >= at.at(-1)! ? a.at(...at) : 0));

/** L of A·Aᵀ + SHIFT, row by row. */
function factorOf(a: Plain): Plain {
  const n = a.shape[0]!;
  const l = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const square = total(n, (k) => a.at(i, k) * a.at(j, k)) + (i === j ? SHIFT : 0);
      const rest = square - total(j, (k) => l[i]![k]! * l[j]![k]!);
      l[i]![j] = i === j ? Math.sqrt(rest) : rest / l[j]![j]!;
    }
  return new Plain(a.shape, l.flat());
}

const SQUARES = [[real([3, 3])], [real([2, 2, 2])], [real([1, 1])], [real([0, 0])]];
const SIDES = [
  [real([3, 3]), real([3, 2])],
  [real([2, 2, 2]), real([2, 2, 1])],
  [real([0, 0]), real([0, 2])],
  [real([2, 2]), real([2, 0])],
];

export const linalg: readonly Case[] = [
  {
    name: "solve",
    call: (a, b) => solve(shifted(a!), b!),
    reference: (a, b) => divided(one(a!), b!),
    samples: SIDES,
    errors: [[() => solve(zeros([2, 2]), ones(2)), /^solve: the matrix is singular: pivot 0 is 0/]],
  },
  {
    name: "inv",
    covers: ["solve"],
    call: (a) => inv(shifted(a!)),
    reference: (a) => {
      const identity = loop(a!.shape, (...at) => Number(at.at(-1) === at.at(-2)));
      return divided(one(a!), identity);
    },
    samples: SQUARES,
  },
  {
    name: "triangularSolve",
    call: (a, b) => triangularSolve(shifted(a!), b!),
    reference: (a, b) => divided(triangle(one(a!)), b!),
    samples: SIDES,
    errors: [
      [() => triangularSolve(zeros([1, 1]), eye(1)), /^triangularSolve: the matrix is singular/],
    ],
  },
  {
    name: "cholesky",
    call: (a) => cholesky(shifted(matmul(a!, mT(a!)))),
    reference: (a) => factorOf(a!),
    samples: [[real([3, 3])], [real([1, 1])], [real([0, 0])]],
    errors: [
      [() => cholesky(zeros([1, 1])), /^cholesky: the matrix is not positive definite: pivot 0/],
    ],
  },
  {
    name: "det",
    covers: ["det", "cofactors"],
    call: (a) => det(a!),
    reference: (a) => numbers(a!, determinant),
    samples: SQUARES,
    errors: [[() => det(zeros([2, 3])), /^det: shape \[2, 3\] is not square/]],
  },
  {
    name: "cofactors",
    covers: ["cofactors", "cofactorChanges"],
    call: (a) => cofactorOf(a!),
    reference: (a) =>
      loop(a!.shape, (...at) => {
        const [lead, i, j] = [at.slice(0, -2), at.at(-2)!, at.at(-1)!];
        return cofactor(matrixAt(a!, lead), i, j);
      }),
    samples: SQUARES,
  },
  {
    name: "slogdet",
    call: (a) => slogdet(a!),
    reference: (a) => [
      numbers(a!, (m) => Math.sign(determinant(m))),
      numbers(a!, (m) => Math.log(Math.abs(determinant(m)))),
    ],
    samples: SQUARES,
  },
];
