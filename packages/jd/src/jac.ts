import {
  ArgumentError,
  concat,
  GradError,
  type GradOptions,
  leaves,
  ShapeError,
  type Tensor,
  type Tensors,
} from "@cotangent/core";
import {
  checkOptions,
  chunkRanges,
  framed,
  gradAs,
  identityRows,
  list,
  type Range,
  sameShape,
  showShape,
  totalSize,
} from "@cotangent/core/extend";

/** Options of `jac`. */
export interface JacOptions {
  /** Rows to multiply the Jacobian with, [m, ...shape] for each output. Default: the identity, a row for each element of the outputs. */
  readonly jacOutputs?: Tensors;
  /** Keep what the tape saved, for another pass. Default: createGraph. */
  readonly retainGraph?: boolean;
  /** Rows at a time; 1 goes without vmap. Default: all. */
  readonly chunkSize?: number;
  /** Record the derivative, to differentiate it again. Default: false, but true inside a transform. */
  readonly createGraph?: boolean;
}

/** A Jacobian for each input; a tuple also for one tensor. */
export type Jacobians<I extends Tensors> = I extends Tensor
  ? [Tensor]
  : { -readonly [K in keyof I]: Tensor };

/** Outputs: some, each once. */
export function checkOutputs(who: string, name: string, outputs: Tensors): readonly Tensor[] {
  const ys = list(who, name, outputs);
  if (ys.length === 0)
    throw new ArgumentError(`${who}: ${name} is empty; pass at least one tensor`);
  if (new Set(ys).size < ys.length)
    throw new ArgumentError(`${who}: a tensor appears twice in ${name}; pass each once`);
  return ys;
}

/** The leaves of outputs that all have a graph: without one, a Jacobian by nothing would pass for a result. */
export function leavesOf(who: string, ys: readonly Tensor[]): readonly Tensor[] {
  ys.forEach((y, i) => {
    if (y.requiresGrad) return;
    throw new GradError(
      `${who}: output ${i} was not computed from a tensor that requires grad, or under noGrad; ` +
        `call requiresGrad_() on an input first, or name the inputs`,
    );
  });
  return leaves(ys);
}

/** The rows that multiply the Jacobian: m, and rows start … end for each output. */
interface Rows {
  readonly count: number;
  rows(range: Range): readonly Tensor[];
}

function rowsOf(who: string, name: string, ys: readonly Tensor[], given?: Tensors): Rows {
  if (given === undefined)
    return { count: totalSize(ys), rows: (range) => identityRows(ys, range) };
  const gs = list(who, name, given);
  if (gs.length !== ys.length)
    throw new ArgumentError(
      `${who}: ${name} has ${gs.length} tensors for ${ys.length} outputs; pass one for each`,
    );
  const count = gs[0]!.shape[0] ?? 0;
  gs.forEach((g, i) => {
    if (g.ndim > 0 && g.shape[0] === count && sameShape(g.shape.slice(1), ys[i]!.shape)) return;
    throw new ShapeError(
      `${who}: ${name}[${i}] has shape ${showShape(g.shape)} for an output of shape ` +
        `${showShape(ys[i]!.shape)}; pass ${showShape([count, ...ys[i]!.shape])}: the same number ` +
        `of rows for each, then the output's shape`,
    );
  });
  return { count, rows: ([start, end]) => gs.map((g) => g.narrow(0, start, end - start)) };
}

function checkChunk(who: string, chunkSize: number | undefined): number {
  if (chunkSize === undefined) return Number.POSITIVE_INFINITY;
  if (Number.isInteger(chunkSize) && chunkSize > 0) return chunkSize;
  throw new ArgumentError(`${who}: chunkSize is ${String(chunkSize)}; pass an integer > 0`);
}

/** Jacobians of checked outputs, a chunk of rows at a time; the graph goes with the last one. */
export function rowsOfJacobian(
  who: string,
  name: string,
  ys: readonly Tensor[],
  xs: readonly Tensor[],
  { jacOutputs, chunkSize, retainGraph, createGraph }: JacOptions,
): Tensor[] {
  if (xs.length === 0) return [];
  const { count, rows } = rowsOf(who, name, ys, jacOutputs);
  const ranges = chunkRanges(count, checkChunk(who, chunkSize));
  const parts = ranges.map((range, k) => {
    const isLast = k === ranges.length - 1;
    const keep = isLast ? retainGraph : true;
    const given = { ...(createGraph === undefined ? {} : { createGraph }) };
    const options = { ...given, ...(keep === undefined ? {} : { retainGraph: keep }) };
    return pull(who, ys, xs, rows(range), range, options);
  });
  if (parts.length === 1) return [...parts[0]!];
  return xs.map((_, j) => concat(parts.map((part) => part[j]!)));
}

/** One row goes without vmap. */
function pull(
  who: string,
  ys: readonly Tensor[],
  xs: readonly Tensor[],
  gs: readonly Tensor[],
  [start, end]: Range,
  options: { readonly createGraph?: boolean; readonly retainGraph?: boolean },
): readonly Tensor[] {
  const o = { ...options, materializeGrads: true };
  const run = (given: GradOptions): readonly Tensor[] =>
    gradAs(who, ys, xs, { ...o, ...given }) as readonly Tensor[];
  if (end - start !== 1) return run({ gradOutputs: gs, isGradsBatched: true });
  const row = gs.map((g) => g.squeeze(0));
  return run({ gradOutputs: row }).map((g) => g.unsqueeze(0));
}

/**
 * The Jacobian of `outputs` by each input, from the tape: rows are the elements of the outputs one after another,
 * or `jacOutputs` times them. Zeros where an output does not depend on an input.
 *
 * @param inputs default: `leaves(outputs)`, in that order.
 * @returns a tuple parallel to the inputs, each [m, ...input.shape].
 * @throws ArgumentError or ShapeError for arguments that do not fit; GradError when an output has no graph.
 * @example
 * const w = tensor([1, 2], { requiresGrad: true });
 * jac([tensor([-1, 1]).dot(w), w.square().sum()], [w]); // [[[-1, 1], [2, 4]]]
 */
export function jac<const I extends Tensors = Tensor[]>(
  outputs: Tensors,
  inputs?: I,
  options: JacOptions = {},
): Jacobians<I> {
  return jacAs("jac", outputs, inputs, options) as Jacobians<I>;
}

const JAC_OPTIONS = ["jacOutputs", "retainGraph", "chunkSize", "createGraph"];

/** As `jac`, for functions with names of their own. */
export function jacAs(
  who: string,
  outputs: Tensors,
  inputs: Tensors | undefined,
  options: JacOptions,
): Tensor[] {
  checkOptions(who, options, JAC_OPTIONS);
  const ys = checkOutputs(who, "outputs", outputs);
  const xs = inputs === undefined ? leavesOf(who, ys) : list(who, "inputs", inputs);
  return framed(
    who,
    () => rowsOfJacobian(who, "jacOutputs", ys, xs, options),
    (Js) => Js,
  );
}
