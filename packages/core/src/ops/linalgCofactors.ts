import type { HostRoutine } from "../backend.ts";
import type { HostArray } from "../dtype.ts";
import { determinants } from "./linalgRoutines.ts";

type Square = Float64Array;

/**
 * A[rows[i], columns[j]] = (L·diag(d)·U)[i, j] with unit triangles, by complete pivoting: it exists for
 * every matrix, and what a lower rank leaves over is zeros at the end of d. `sign` is that of both orders.
 */
interface Factors {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly sign: number;
  readonly d: readonly number[];
  /** L⁻¹ and U⁻ᵀ. */
  readonly left: Square;
  readonly right: Square;
}

/** Element [i, j] of a matrix. */
type At = (i: number, j: number) => number;

const elements =
  (a: ArrayLike<number>, n: number): At =>
  (i, j) =>
    a[i * n + j]!;

const transposed =
  (at: At): At =>
  (i, j) =>
    at(j, i);

/** The place of the largest element at or after [k, k]. */
function largest(a: Square, n: number, k: number): [row: number, column: number] {
  let best: [number, number] = [k, k];
  for (let i = k; i < n; i++)
    for (let j = k; j < n; j++)
      if (Math.abs(a[i * n + j]!) > Math.abs(a[best[0] * n + best[1]]!)) best = [i, j];
  return best;
}

function swap(list: { [i: number]: number }, i: number, j: number): void {
  const x = list[i]!;
  list[i] = list[j]!;
  list[j] = x;
}

/** Brings the largest element to [k, k]; the sign of the exchange. */
function pivot(a: Square, n: number, k: number, rows: number[], columns: number[]): number {
  const [row, column] = largest(a, n, k);
  for (let j = 0; j < n; j++) swap(a, k * n + j, row * n + j);
  for (let i = 0; i < n; i++) swap(a, i * n + k, i * n + column);
  swap(rows, k, row);
  swap(columns, k, column);
  return (row === k ? 1 : -1) * (column === k ? 1 : -1);
}

/** Splits row and column k off: below the diagonal L is left, above it U. */
function split(a: Square, n: number, k: number): void {
  const d = a[k * n + k]!;
  for (let i = k + 1; i < n; i++) {
    const factor = (a[i * n + k]! /= d);
    for (let j = k + 1; j < n; j++) a[i * n + j]! -= factor * a[k * n + j]!;
  }
  for (let j = k + 1; j < n; j++) a[k * n + j]! /= d;
}

/** The inverse of a unit lower triangle. */
function inverse(n: number, at: At): Square {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    out[i * n + i] = 1;
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum += at(i, k) * out[k * n + j]!;
      out[i * n + j] = -sum;
    }
  }
  return out;
}

function factorsOf(a: Square, n: number): Factors {
  const rows = Array.from({ length: n }, (_, i) => i);
  const columns = rows.slice();
  let sign = 1;
  for (let k = 0; k < n; k++) {
    sign *= pivot(a, n, k, rows, columns);
    if (a[k * n + k] === 0) break;
    split(a, n, k);
  }
  return {
    rows,
    columns,
    sign,
    d: rows.map((_, k) => a[k * n + k]!),
    left: inverse(n, (i, j) => a[i * n + j]!),
    right: inverse(n, (i, j) => a[j * n + i]!),
  };
}

function multiply(n: number, x: At, y: At): At {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) {
      const factor = x(i, k);
      if (factor !== 0) for (let j = 0; j < n; j++) out[i * n + j]! += factor * y(k, j);
    }
  return elements(out, n);
}

/** The product of all elements but those at i and j. */
function productWithout(d: readonly number[], i: number, j: number): number {
  let product = 1;
  for (let k = 0; k < d.length; k++) if (k !== i && k !== j) product *= d[k]!;
  return product;
}

/** Cofactors of diag(d). */
const ofDiagonal = (d: readonly number[]): At => {
  const products = d.map((_, i) => productWithout(d, i, i));
  return (i, j) => (i === j ? products[i]! : 0);
};

/** How those change when diag(d) changes by h. */
function changeOfDiagonal(d: readonly number[], h: At): At {
  const n = d.length;
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      if (i === j) continue;
      const product = productWithout(d, i, j);
      out[i * n + j] = -h(j, i) * product;
      out[i * n + i]! += h(j, j) * product;
    }
  return elements(out, n);
}

/** Writes L⁻ᵀ·core·U⁻ᵀ at the places that pivoting took them from. */
function writeBack(out: { [i: number]: number }, start: number, f: Factors, core: At): void {
  const n = f.d.length;
  const half = multiply(n, transposed(elements(f.left, n)), core);
  const whole = multiply(n, half, elements(f.right, n));
  f.rows.forEach((row, i) =>
    f.columns.forEach((column, j) => {
      out[start + row * n + column] = f.sign * whole(i, j);
    }),
  );
}

const factorsAt = (as: ArrayLike<number>, start: number, n: number): Factors =>
  factorsOf(
    Float64Array.from({ length: n * n }, (_, i) => as[start + i]!),
    n,
  );

/** The largest sum of magnitudes in a row, or NaN. */
function norm(a: ArrayLike<number>, start: number, n: number): number {
  let top = 0;
  for (let row = start; row < start + n * n; row += n) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += Math.abs(a[row + j]!);
    top = Math.max(top, sum);
  }
  return top;
}

/** Whether an inverse has two thirds of the digits of its dtype. */
function isExact(as: HostArray, inverses: HostArray, start: number, n: number): boolean {
  const epsilon = as instanceof Float32Array ? 2 ** -23 : 2 ** -52;
  return (norm(as, start, n) * norm(inverses, start, n)) ** 3 * epsilon <= 1;
}

/** det(A)·A⁻ᵀ. */
function writeByInverse(
  out: { [i: number]: number },
  start: number,
  n: number,
  det: number,
  inverses: HostArray,
): void {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) out[start + j * n + i] = det * inverses[start + i * n + j]!;
}

/**
 * The derivative of the determinant, for matrices of any rank, given A, what may be its inverse, and pivots and
 * order of LU. Where the inverse does not say it, cofactors are multiplicative: those of A = P·L·D·U·Q are the
 * product of theirs, and only those of D are not inverses.
 */
export function cofactors(count: number, n: number): HostRoutine {
  const determine = determinants(count, n);
  return ([as, inverses, pivots, orders], [out]) => {
    const dets = new Float64Array(count);
    determine([pivots!, orders!], [dets]);
    for (let m = 0; m < count; m++) {
      const [det, start] = [dets[m]!, m * n * n];
      if (Number.isFinite(det) && isExact(as!, inverses!, start, n))
        writeByInverse(out!, start, n, det, inverses!);
      else {
        const f = factorsAt(as!, start, n);
        writeBack(out!, start, f, ofDiagonal(f.d));
      }
    }
  };
}

/** How cofactors change when A changes by H: the second derivative of the determinant. */
export function cofactorChanges(count: number, n: number): HostRoutine {
  return ([as, hs], [out]) => {
    for (let start = 0; start < count * n * n; start += n * n) {
      const f = factorsAt(as!, start, n);
      const h: At = (i, j) => hs![start + f.rows[i]! * n + f.columns[j]!]!;
      const half = multiply(n, elements(f.left, n), h);
      const inside = multiply(n, half, transposed(elements(f.right, n)));
      writeBack(out!, start, f, changeOfDiagonal(f.d, inside));
    }
  };
}
