import type { ReduceOp, ScanOp } from "../backend.ts";
import { type DType, type HostArray, isFloat } from "../dtype.ts";
import { isContiguous, stridesOf } from "../shape.ts";
import { View } from "../view.ts";
import { zeros } from "./arrays.ts";
import { dataOf } from "./memory.ts";
import { eachLine, pack } from "./walk.ts";

/** The `n` elements of `x` from `at` on as one number. */
type Fold = (x: HostArray, at: number, n: number) => number;

const sum: Fold = (x, at, n) => {
  let total = 0;
  for (let i = at; i < at + n; i++) total += x[i]!;
  return total;
};

const sumInteger: Fold = (x, at, n) => {
  let total = 0;
  for (let i = at; i < at + n; i++) total = (total + x[i]!) | 0;
  return total;
};

const FOLDS: { readonly [O in ReduceOp]: Fold } = {
  sum,
  max(x, at, n) {
    let best = -Infinity;
    for (let i = at; i < at + n; i++) best = Math.max(best, x[i]!);
    return best;
  },
  min(x, at, n) {
    let best = Infinity;
    for (let i = at; i < at + n; i++) best = Math.min(best, x[i]!);
    return best;
  },
  argmax(x, at, n) {
    let best = at;
    for (let i = at; i < at + n; i++) if (x[i]! > x[best]! || isFirstNaN(x, i, best)) best = i;
    return best - at;
  },
  argmin(x, at, n) {
    let best = at;
    for (let i = at; i < at + n; i++) if (x[i]! < x[best]! || isFirstNaN(x, i, best)) best = i;
    return best - at;
  },
};

const isFirstNaN = (x: HostArray, i: number, best: number): boolean =>
  x[i] !== x[i] && x[best] === x[best];

const foldOf = (op: ReduceOp, dtype: DType): Fold =>
  op === "sum" && !isFloat(dtype) ? sumInteger : FOLDS[op];

const areLast = (axes: readonly number[], rank: number): boolean =>
  axes.length === 0 || axes[0] === rank - axes.length;

/** The view with `axes` (ascending) behind the others. */
function withLast(view: View, axes: readonly number[]): View {
  const order = [...view.shape.keys()].filter((i) => !axes.includes(i)).concat(axes);
  const pick = (list: readonly number[]): number[] => order.map((i) => list[i]!);
  const { dtype, device, shape, strides, offset, buffer, fill } = view;
  return new View(dtype, device, pick(shape), pick(strides), offset, buffer, fill);
}

/** Folds a view over ascending axes. */
export function reduce(op: ReduceOp, view: View, axes: readonly number[]): HostArray {
  const { shape, strides, dtype } = view;
  const dense = view.buffer !== null && areLast(axes, shape.length) && isContiguous(shape, strides);
  const data = dense ? dataOf(view) : pack(withLast(view, axes));
  let n = 1;
  for (const axis of axes) n *= shape[axis]!;
  let count = 1;
  for (let i = 0; i < shape.length; i++) if (!axes.includes(i)) count *= shape[i]!;
  const out = zeros(op === "argmax" || op === "argmin" ? "int32" : dtype, count);
  const fold = foldOf(op, dtype);
  const at = dense ? view.offset : 0;
  for (let i = 0; i < count; i++) out[i] = fold(data, at + i * n, n);
  return out;
}

const SCANS: { readonly [O in ScanOp]: (total: number, x: number) => number } = {
  sum: (total, x) => total + x,
  max: Math.max,
  min: Math.min,
};
const STARTS: { readonly [O in ScanOp]: number } = { sum: 0, max: -Infinity, min: Infinity };

/** Running results along an axis; a sum is carried in float64, and an int32 one wraps. */
export function scan(op: ScanOp, view: View, axis: number): HostArray {
  const out = zeros(view.dtype, view.size);
  const data = dataOf(view);
  const n = view.shape[axis]!;
  const step = view.strides[axis]!;
  const stride = stridesOf(view.shape)[axis]!;
  const carry = isFloat(view.dtype) ? (x: number) => x : (x: number) => x | 0;
  eachLine(view, axis, (from, to) => {
    let total = STARTS[op];
    for (let i = 0; i < n; i++) {
      total = carry(SCANS[op](total, data[from + i * step]!));
      out[to + i * stride] = total;
    }
  });
  return out;
}
