import type { DType, HostArray } from "./dtype.ts";
import type { Expr } from "./expr.ts";
import type { Shape } from "./shape.ts";
import type { Buffer, View } from "./view.ts";

/** NaN wins in max, min, argmax and argmin; the first of equal ones wins in argmax and argmin, whose result is int32. */
export type ReduceOp = "sum" | "max" | "min" | "argmax" | "argmin";
/** What a scan accumulates. */
export type ScanOp = "sum" | "max" | "min";

/** What a device holds. */
export interface MemoryUse {
  /** Buffers that are not freed. */
  readonly tensors: number;
  readonly bytes: number;
}

/** A source that is written, or added, at a strided window of a new buffer. No part overlaps itself. */
export interface Part {
  readonly source: View;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Shape and dtype of a result. */
export interface Spec {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Plain TypeScript over row-major arrays; fills `outputs`. */
export type HostRoutine = (inputs: readonly HostArray[], outputs: readonly HostArray[]) => void;

/** Which triangle of a matrix counts, and whether its diagonal is taken for ones. */
export interface Triangle {
  readonly upper: boolean;
  readonly unit: boolean;
}

/** Throws the error for a matrix that has no result, given its number and the pivot that says so. */
export type PivotReport = (matrix: number, pivot: number, value: number) => never;

/** Factorizations of matrices [..., n, n] of floats. */
export interface DenseLinearAlgebra {
  /** L with L·Lᵀ = A, and zeros above; only lower triangles are read. Reports pivots that are not positive. */
  cholesky(a: View, report: PivotReport): Buffer;
  /**
   * X of T·X = B [..., n, k], where T is a triangle of A; leading axes are equal. Reports zeros on diagonals,
   * or divides by them if there is no report.
   */
  triangularSolve(a: View, b: View, triangle: Triangle, report: PivotReport | null): Buffer;
  /**
   * L·U of the rows of A in an order (int32 [..., n]) that partial pivoting finds; the first of equals is the
   * pivot. L, without its diagonal of ones, lies below U. Singular matrices have factors too.
   */
  lu(a: View): { readonly factors: Buffer; readonly order: Buffer };
}

/**
 * A few kernel families over strided views; a backend never sees an op's name. Results are new
 * row-major buffers. A view without a buffer (a number) reaches `elementwise` and `reduce` only.
 */
export interface Backend {
  readonly name: string;
  readonly dtypes: ReadonlySet<DType>;
  /** Memory of the backend with these elements. */
  upload(data: HostArray, dtype: DType): Buffer;
  /** The elements of a view, row-major. */
  download(view: View): Promise<HostArray>;
  /** Only where reading never waits. */
  downloadSync?(view: View): HostArray;
  /** The element of a view of one; only where reading never waits. */
  readNumber?(view: View): number;
  /** Gives memory back; nobody uses it any more. */
  free(buffer: Buffer): void;
  /** What is in use. */
  memory(): MemoryUse;
  /** One buffer for each expression; inputs have `shape` or are numbers. */
  elementwise(outputs: readonly Expr[], inputs: readonly View[], shape: Shape): readonly Buffer[];
  /** Reduces `body` of the inputs over `axes`; the result has no trace of them. */
  reduce(
    op: ReduceOp,
    body: Expr,
    inputs: readonly View[],
    shape: Shape,
    axes: readonly number[],
  ): Buffer;
  /** Inclusive. */
  scan(op: ScanOp, input: View, axis: number): Buffer;
  /** [..., m, k] by [..., k, n], with equal leading axes. */
  matmul(left: View, right: View): Buffer;
  /** A new buffer of `fill`, with each part written, or added, at its window. */
  place(
    shape: Shape,
    dtype: DType,
    fill: number,
    parts: readonly Part[],
    mode: "write" | "add",
  ): Buffer;
  /** out[…, i, …] = input[…, index[…, i, …], …]; has the shape of index. An index out of range is an ArgumentError. */
  gather(input: View, index: View, axis: number): Buffer;
  /** A copy of `into` with out[…, index[…, i, …], …] written, in order, or added. index and updates have one shape. */
  scatter(into: View, index: View, updates: View, axis: number, mode: "write" | "add"): Buffer;
  /** Ascending and stable, NaN last; indices are int32. */
  sort(input: View, axis: number): { readonly values: Buffer; readonly indices: Buffer };
  /** Without it, those run in `host`. */
  readonly linalg?: DenseLinearAlgebra;
  /** Runs in TypeScript on copies; queued where reading waits. */
  host(inputs: readonly View[], outputs: readonly Spec[], routine: HostRoutine): readonly Buffer[];
  /** Takes over a buffer that the replaced implementation made. */
  adopt?(buffer: Buffer): Buffer;
}
