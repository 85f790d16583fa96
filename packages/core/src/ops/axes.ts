import { checkTensor, describe } from "../align.ts";
import type { Backend, ReduceOp } from "../backend.ts";
import type { DType } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { type Expr, input } from "../expr.ts";
import { checkOptions } from "../options.ts";
import { checkDim, checkDims, type Dims, type Shape, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { denseView, type View } from "../view.ts";
import { expandTo, reshapeTo, reView } from "./views.ts";

/** What every reduction takes last. */
export interface ReduceOptions {
  /** Keeps reduced dims, with size 1. Default: false. */
  readonly keepdim?: boolean;
}

/** Options may follow any prefix: `x.sum({ keepdim: true })`. No dims, or an empty list, means all. */
export type Reduction<O extends ReduceOptions = ReduceOptions, D = Dims> = (
  x: Tensor,
  dim?: D | O,
  options?: O,
) => Tensor;

/** The options of a plain reduction. */
export const KEEPDIM: readonly string[] = ["keepdim"];

const NONE: readonly number[] = [];
const everything: (readonly number[])[] = [];

/** 0 … rank − 1. */
const allAxes = (rank: number): readonly number[] =>
  (everything[rank] ??= Array.from({ length: rank }, (_, i) => i));

/** The axes that are named, or null where options stand instead. */
function namedAxes(who: string, dim: unknown, rank: number): readonly number[] | null {
  if (dim === undefined) return allAxes(rank);
  if (typeof dim === "number") return axesAt(who, dim, rank);
  if (Array.isArray(dim)) return dim.length === 0 ? allAxes(rank) : checkDims(who, dim, rank);
  if (typeof dim === "object" && dim !== null) return null;
  throw new ArgumentError(
    `${who}: dim is ${describe(dim)}; pass a dim, an array of dims, or options`,
  );
}

/** One number or an array of them, as an array. */
export function listOf(who: string, name: string, numbers: Dims): readonly number[] {
  if (typeof numbers === "number") return [numbers];
  if (Array.isArray(numbers)) return numbers;
  throw new ArgumentError(
    `${who}: ${name} is ${describe(numbers)}; pass an integer or an array of integers`,
  );
}

/** One checked dim as axes: none for a 0-d tensor. */
export function axesAt(who: string, dim: number, rank: number): readonly number[] {
  const axis = checkDim(who, dim, rank);
  return rank === 0 ? NONE : [axis];
}

/** The shape with `axes` of size 1. */
export const keptShape = (shape: Shape, axes: readonly number[]): Shape =>
  shape.map((n, i) => (axes.includes(i) ? 1 : n));

/** The shape without `axes`. */
export const dropAxes = (shape: Shape, axes: readonly number[]): Shape =>
  axes.length === shape.length ? NONE : shape.filter((_, i) => !axes.includes(i));

/** The params of a reduction under a leading axis. */
export const liftAxes = (axes: readonly number[]): readonly number[] => axes.map((a) => a + 1);

/** An expression of the inputs, built once for each dtype. */
export function bodyOf(build: (x: Expr, y: Expr, z: Expr) => Expr): (dtype: DType) => Expr {
  const built: { [D in DType]?: Expr } = {};
  return (dtype) => (built[dtype] ??= build(input(0, dtype), input(1, dtype), input(2, dtype)));
}

/** Reduces `body` of views of one shape. */
export function reduceView(
  op: ReduceOp,
  body: Expr,
  inputs: readonly View[],
  axes: readonly number[],
  backend: Backend,
): View {
  const { device, shape } = inputs[0]!;
  const dtype = op === "argmax" || op === "argmin" ? "int32" : (body.type as DType);
  const buffer = backend.reduce(op, body, inputs, shape, axes);
  return denseView(dtype, device, dropAxes(shape, axes), buffer);
}

/** One expression of views of one shape. */
export function mapView(body: Expr, inputs: readonly View[], backend: Backend): View {
  const { device, shape } = inputs[0]!;
  const [buffer] = backend.elementwise([body], inputs, shape);
  return denseView(body.type as DType, device, shape, buffer!);
}

/** What a reduction left, as a view that spreads over the axes again. */
export function restoreView(y: View, shape: Shape, axes: readonly number[]): View {
  const rest = y.strides.values();
  const strides = shape.map((_, i) => (axes.includes(i) ? 0 : rest.next().value!));
  return reView(y, shape, strides, y.offset);
}

/** What a reduction left, spread over the axes again. */
export const restore = (y: Tensor, shape: Shape, axes: readonly number[]): Tensor =>
  expandTo(reshapeTo(y, keptShape(shape, axes)), shape);

/** The number of elements along `axes`. */
export const countOver = (shape: Shape, axes: readonly number[]): number =>
  axes.reduce((n, axis) => n * shape[axis]!, 1);

/** The public reduction: reads its arguments and keeps dims where that is asked. */
export function reduction<O extends ReduceOptions = ReduceOptions>(
  who: string,
  run: (x: Tensor, axes: readonly number[], options: O | undefined) => Tensor,
  known: readonly string[] = KEEPDIM,
): Reduction<O> {
  return (x, dim, options) => {
    const named = namedAxes(who, dim, checkTensor(who, x).ndim);
    const given = named === null ? (dim as O) : options;
    checkOptions(who, given, known);
    const axes = named ?? allAxes(x.ndim);
    const out = run(x, axes, given);
    return given?.keepdim ? reshapeTo(out, keptShape(x.shape, axes)) : out;
  };
}

/** A largest or smallest element, or its place, exists only where there is one. */
export function checkSome(who: string, shape: Shape, axes: readonly number[]): void {
  for (const axis of axes)
    if (shape[axis] === 0)
      throw new ArgumentError(
        `${who}: dim ${axis} of shape ${showShape(shape)} has no elements; ` +
          `reduce dims with at least one`,
      );
}
