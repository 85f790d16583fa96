import { checkTensor, fill } from "../align.ts";
import type { Backend, PivotReport, Triangle } from "../backend.ts";
import { isFloat } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { checkOptions } from "../options.ts";
import { broadcastShapes, sameShape, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { View } from "../view.ts";
import { add, mul, neg, sub } from "./arithmetic.ts";
import { checkSame } from "./gathering.ts";
import { linalgOf } from "./linalgHost.ts";
import { solveBy, withFactors } from "./luFactors.ts";
import { matmul } from "./matmul.ts";
import { matricesOf, matrixOp, reporter, viewLike } from "./matrixOp.ts";
import { mT } from "./shaping.ts";
import { tril, triu } from "./triangular.ts";
import { expandTo, permuteOp, placeDiagonal, reshapeTo } from "./views.ts";

/** X of A·X = B, where A may stand for a part of it. */
interface Division<P> {
  readonly kernel: (backend: Backend, a: View, b: View, params: P) => View;
  /** The params of the same with Aᵀ. */
  readonly transposed: (params: P) => P;
  /** What of A counts. */
  readonly part: (a: Tensor, params: P) => Tensor;
}

/** Rows of a batch beside one matrix become further columns: it is factorized once. */
function asColumns(b: Tensor, divide: (columns: Tensor) => Tensor): Tensor {
  const axes = [...b.shape.keys()];
  const moved = permuteOp(b, [...axes.slice(1), 0]);
  const { shape } = moved;
  const flat = [...shape.slice(0, -2), shape.at(-2)! * shape.at(-1)!];
  const x = reshapeTo(divide(reshapeTo(moved, flat)), shape);
  return permuteOp(x, [axes.length - 1, ...axes.slice(0, -1)]);
}

function division<P>(name: string, { kernel, transposed, part }: Division<P>) {
  const divide = (a: Tensor, b: Tensor, params: P): Tensor => call([a, b], params)[0]!;
  const call = matrixOp<P>(name, {
    kernel: (backend, [a, b], params) => [kernel(backend, a!, b!, params)],
    keeps: (need) => ({ inputs: [0], outputs: need[0] ? [0] : [] }),
    vjp([g], saved, params, need) {
      const gB = divide(mT(saved.inputs[0]!), g!, transposed(params));
      const gA = (): Tensor => neg(part(matmul(gB, mT(saved.outputs[0]!)), params));
      return [need[0] ? gA() : null, need[1] ? gB : null];
    },
    jvp([tA, tB], saved, params) {
      const change = tA && matmul(part(tA, params), saved.outputs[0]!);
      const right = change && tB ? sub(tB, change) : change ? neg(change) : tB!;
      return [divide(saved.inputs[0]!, right, params)];
    },
    batch([a, b], [many], size, params) {
      if (!many) return [asColumns(b!, (columns) => divide(a!, columns, params))];
      const columns = b!.ndim === a!.ndim ? b! : expandTo(b!, [size, ...b!.shape]);
      return [divide(a!, columns, params)];
    },
  });
  return divide;
}

const singular = (who: string, a: View): PivotReport =>
  reporter(who, matricesOf(a).count, "singular", "pass a matrix of full rank");

/** Null: a singular matrix gives infinities instead of an error. */
type Solving = { readonly who: string | null };

const solveOp = division<Solving>("solve", {
  kernel: (backend, a, b, { who }) =>
    withFactors(backend, a, (lu) =>
      solveBy(backend, lu, b, who === null ? null : singular(who, a)),
    ),
  transposed: (params) => params,
  part: (a) => a,
});

type Substituting = Triangle & { readonly who: string };

const triangularOp = division<Substituting>("triangularSolve", {
  kernel: (backend, a, b, params) =>
    viewLike(b, linalgOf(backend).triangularSolve(a, b, params, singular(params.who, a))),
  transposed: (params) => ({ ...params, upper: !params.upper }),
  part: (a, { upper, unit }) => (upper ? triu(a, unit ? 1 : 0) : tril(a, unit ? -1 : 0)),
});

/** A batch of square matrices of a floating point dtype. */
export function checkSquare(who: string, a: Tensor): Tensor {
  const { shape, ndim, dtype } = checkTensor(who, a);
  if (!isFloat(dtype))
    throw new DTypeError(`${who}: the matrix is ${dtype}; convert it with a.astype("float32")`);
  if (ndim >= 2 && shape.at(-1) === shape.at(-2)) return a;
  throw new ShapeError(`${who}: shape ${showShape(shape)} is not square; pass a shape [..., n, n]`);
}

/** The identity, as often as there are matrices. */
function identityLike(a: Tensor): Tensor {
  const n = a.shape.at(-1)!;
  const ones = fill(1, [n], a.dtype, a.device);
  const eye = placeDiagonal(ones, { offset: 0, rows: 0, columns: 1, shape: [n, n] });
  return expandTo(eye, a.shape);
}

/** Infinite where it does not exist, if `who` is null. */
export const inverseOf = (a: Tensor, who: string | null): Tensor =>
  solveOp(a, identityLike(a), { who });

/** Both with the leading dims of their common batch. */
function sameBatch(who: string, a: Tensor, b: Tensor): readonly [Tensor, Tensor] {
  const lead = broadcastShapes(who, a.shape.slice(0, -2), b.shape.slice(0, -2));
  const grown = (x: Tensor): Tensor => expandTo(x, [...lead, ...x.shape.slice(-2)]);
  return [grown(a), grown(b)];
}

function checkFits(who: string, a: Tensor, b: Tensor, rows: number | undefined): void {
  if (rows === a.shape.at(-1)) return;
  throw new ShapeError(
    `${who}: shapes ${showShape(a.shape)} and ${showShape(b.shape)} do not fit; ` +
      `the sides of the equation need ${a.shape.at(-1)} numbers each`,
  );
}

/** As torch.linalg.solve tells vectors from matrices. */
const isVectors = (a: Tensor, b: Tensor): boolean =>
  b.ndim === 1 || (b.ndim === a.ndim - 1 && sameShape(b.shape, a.shape.slice(0, -1)));

/**
 * X of A·X = B for square matrices [..., n, n] and right sides [..., n, k] or [..., n]. Leading dims broadcast.
 *
 * @throws ArgumentError when a matrix is singular; ShapeError, DTypeError when sides do not fit.
 * @example solve(tensor([[2, 0], [0, 4]]), tensor([2, 2])); // [1, 0.5]
 */
export function solve(a: Tensor, b: Tensor): Tensor {
  checkSquare("solve", a);
  checkSame("solve", a, checkTensor("solve", b, "the right side"), "the right side");
  const vectors = isVectors(a, b);
  checkFits("solve", a, b, vectors ? b.shape.at(-1) : b.shape.at(-2));
  const sides = vectors ? reshapeTo(b, [...b.shape, 1]) : b;
  const x = solveOp(...sameBatch("solve", a, sides), { who: "solve" });
  return vectors ? reshapeTo(x, x.shape.slice(0, -1)) : x;
}

/** Options of `triangularSolve`. */
export interface TriangularSolveOptions {
  /** A's upper triangle counts instead of the lower. Default: false. */
  readonly upper?: boolean;
  /** Solve A·X = B; false: X·A = B. Default: true. */
  readonly left?: boolean;
  /** Take the diagonal for ones. Default: false. */
  readonly unitriangular?: boolean;
}

/**
 * X of A·X = B for triangular matrices [..., n, n] and right sides [..., n, k]. Leading dims broadcast; the
 * other triangle of A is not read.
 *
 * @throws ArgumentError when there is a 0 on a diagonal; ShapeError, DTypeError when sides do not fit.
 * @example tensor([[2, 0], [1, 1]]).triangularSolve(tensor([[2], [3]])); // [[1], [2]]
 */
export function triangularSolve(a: Tensor, b: Tensor, options?: TriangularSolveOptions): Tensor {
  const who = "triangularSolve";
  checkOptions(who, options, ["upper", "left", "unitriangular"]);
  const { upper = false, left = true, unitriangular = false } = options ?? {};
  checkSquare(who, a);
  checkSame(who, a, checkTensor(who, b, "the right side"), "the right side");
  if (b.ndim < 2)
    throw new ShapeError(`${who}: the right side has shape ${showShape(b.shape)}; pass a matrix`);
  checkFits(who, a, b, b.shape.at(left ? -2 : -1));
  const [m, sides] = sameBatch(who, a, b);
  if (left) return triangularOp(m, sides, { who, upper, unit: unitriangular });
  return mT(triangularOp(mT(m), mT(sides), { who, upper: !upper, unit: unitriangular }));
}

/** The inverse of square matrices. @throws ArgumentError when a matrix is singular */
export const inv = (a: Tensor): Tensor => inverseOf(checkSquare("inv", a), "inv");

/** The lower triangle with half the diagonal: Φ with Φ(S) + Φ(S)ᵀ = S. */
const lowerHalf = (s: Tensor): Tensor => mul(add(tril(s), tril(s, -1)), 0.5);

const dividing = (l: Tensor, b: Tensor, upper: boolean): Tensor =>
  triangularOp(l, b, { who: "cholesky", upper, unit: false });

// With S = L⁻¹·dA·L⁻ᵀ: dL = L·Φ(S). Its transpose gives a symmetric gradient, as in PyTorch.
const choleskyOp = matrixOp<null>("cholesky", {
  kernel(backend, [a]) {
    const advice = "pass a symmetric matrix with positive eigenvalues";
    const { count } = matricesOf(a!);
    const report = reporter("cholesky", count, "not positive definite", advice);
    return [viewLike(a!, linalgOf(backend).cholesky(a!, report))];
  },
  keeps: () => ({ inputs: [], outputs: [0] }),
  vjp([g], saved) {
    const l = saved.outputs[0]!;
    const half = lowerHalf(matmul(mT(l), g!));
    const middle = mul(add(half, mT(half)), 0.5);
    const side = dividing(mT(l), middle, true);
    return [mT(dividing(mT(l), mT(side), true))];
  },
  jvp([t], saved) {
    const l = saved.outputs[0]!;
    const side = dividing(l, mul(add(t!, mT(t!)), 0.5), false);
    return [matmul(l, lowerHalf(dividing(l, mT(side), false)))];
  },
});

/**
 * The lower triangular L with L·Lᵀ = A, for symmetric positive definite matrices; only the lower triangle is read.
 *
 * @throws ArgumentError when a matrix is not positive definite.
 * @example tensor([[4, 2], [2, 2]]).cholesky(); // [[2, 0], [1, 1]]
 */
export const cholesky = (a: Tensor): Tensor => choleskyOp([checkSquare("cholesky", a)], null)[0]!;
