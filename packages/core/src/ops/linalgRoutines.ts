import type { HostRoutine, PivotReport, Triangle } from "../backend.ts";
import type { HostArray } from "../dtype.ts";

/** A square matrix by rows, in float64. */
type Square = Float64Array;

const squareOf = (from: HostArray, matrix: number, n: number): Square =>
  Float64Array.from(from.subarray(matrix * n * n, (matrix + 1) * n * n));

function swapRows(a: Float64Array, n: number, i: number, j: number): void {
  if (i === j) return;
  for (let c = 0; c < n; c++) {
    const x = a[i * n + c]!;
    a[i * n + c] = a[j * n + c]!;
    a[j * n + c] = x;
  }
}

/** The row from `k` on with the largest element in column k. */
function largestRow(a: Square, n: number, k: number): number {
  let best = k;
  for (let i = k + 1; i < n; i++)
    if (Math.abs(a[i * n + k]!) > Math.abs(a[best * n + k]!)) best = i;
  return best;
}

/** Subtracts multiples of row k from those below; the factors stay in column k. */
function eliminate(a: Square, n: number, k: number): void {
  for (let i = k + 1; i < n; i++) {
    const factor = (a[i * n + k]! /= a[k * n + k]!);
    for (let j = k + 1; j < n; j++) a[i * n + j]! -= factor * a[k * n + j]!;
  }
}

/** L and U with partial pivoting, in the place of a; rows and `order` are exchanged alike. */
function factorize(a: Square, n: number, order: { [i: number]: number }): void {
  for (let k = 0; k < n; k++) {
    const best = largestRow(a, n, k);
    swapRows(a, n, k, best);
    const row = order[k]!;
    order[k] = order[best]!;
    order[best] = row;
    if (a[k * n + k] !== 0) eliminate(a, n, k);
  }
}

/** L·U, and the order of the rows. */
export function factorizing(count: number, n: number): HostRoutine {
  return ([as], [factors, orders]) => {
    for (let m = 0; m < count; m++) {
      const a = squareOf(as!, m, n);
      const order = Int32Array.from({ length: n }, (_, i) => i);
      factorize(a, n, order);
      factors!.set(a, m * n * n);
      orders!.set(order, m * n);
    }
  };
}

/** x = T⁻¹x for the columns of x, where T is a triangle of a. */
function substitute(a: Square, n: number, x: Float64Array, upper: boolean, unit: boolean): void {
  const columns = x.length / n;
  for (let step = 0; step < n; step++) {
    const i = upper ? n - 1 - step : step;
    const [from, to] = upper ? [i + 1, n] : [0, i];
    for (let j = from; j < to; j++) {
      const factor = a[i * n + j]!;
      for (let c = 0; c < columns; c++) x[i * columns + c]! -= factor * x[j * columns + c]!;
    }
    if (!unit) for (let c = 0; c < columns; c++) x[i * columns + c]! /= a[i * n + i]!;
  }
}

function reportZeros(a: Square, n: number, matrix: number, report: PivotReport): void {
  for (let k = 0; k < n; k++) if (a[k * n + k] === 0) report(matrix, k, 0);
}

/** T\B for each of `count` matrices [n, n] beside [n, columns], where T is a triangle of A. */
export function substituting(
  count: number,
  n: number,
  columns: number,
  { upper, unit }: Triangle,
  report: PivotReport | null,
): HostRoutine {
  return ([as, bs], [xs]) => {
    for (let m = 0; m < count; m++) {
      const a = squareOf(as!, m, n);
      if (report !== null && !unit) reportZeros(a, n, m, report);
      const start = m * n * columns;
      const x = Float64Array.from(bs!.subarray(start, start + n * columns));
      substitute(a, n, x, upper, unit);
      xs!.set(x, start);
    }
  };
}

/** The lower factor of symmetric matrices, of which only the lower triangle is read. */
export function cholesky(count: number, n: number, report: PivotReport): HostRoutine {
  return ([as], [ls]) => {
    for (let m = 0; m < count; m++) {
      const a = squareOf(as!, m, n);
      const l = new Float64Array(n * n);
      const dot = (i: number, j: number): number => {
        let sum = 0;
        for (let k = 0; k < j; k++) sum += l[i * n + k]! * l[j * n + k]!;
        return sum;
      };
      for (let j = 0; j < n; j++) {
        const pivot = a[j * n + j]! - dot(j, j);
        if (!(pivot > 0)) report(m, j, pivot);
        l[j * n + j] = Math.sqrt(pivot);
        for (let i = j + 1; i < n; i++) l[i * n + j] = (a[i * n + j]! - dot(i, j)) / l[j * n + j]!;
      }
      ls!.set(l, m * n * n);
    }
  };
}

/** −1 for an odd permutation, from `start` on in a list of them, which is used up. */
function signOf(orders: HostArray, start: number, n: number): number {
  let sign = 1;
  for (let i = 0; i < n; i++) {
    let j = orders[start + i]!;
    while (j !== i) {
      const next = orders[start + j]!;
      orders[start + j] = j;
      j = next;
      sign = -sign;
    }
  }
  return sign;
}

/** Determinants, by the pivots and the orders of LU. */
export function determinants(count: number, n: number): HostRoutine {
  return ([pivots, orders], [dets]) => {
    const rest = orders!.slice();
    for (let m = 0; m < count; m++) {
      let det = signOf(rest, m * n, n);
      for (let k = 0; k < n; k++) det *= pivots![m * n + k]!;
      dets![m] = det;
    }
  };
}

/** Signs of determinants, and logarithms of their magnitudes, as `determinants`. */
export function logDeterminants(count: number, n: number): HostRoutine {
  return ([pivots, orders], [signs, logs]) => {
    const rest = orders!.slice();
    for (let m = 0; m < count; m++) {
      let sign = signOf(rest, m * n, n);
      let log = 0;
      for (let k = 0; k < n; k++) {
        sign *= Math.sign(pivots![m * n + k]!);
        log += Math.log(Math.abs(pivots![m * n + k]!));
      }
      signs![m] = sign;
      logs![m] = log;
    }
  };
}
