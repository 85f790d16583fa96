import { ArgumentError, concat, enableGrad, type Tensor } from "@cotangent/core";
import {
  checkOptions,
  chunkRanges,
  describe,
  handle,
  identityRows,
  type Randomness,
  type Range,
  rewinding,
  type Shape,
  tapeUse,
  totalSize,
} from "@cotangent/core/extend";
import { gradientOf, modeOf, PRODUCT_OPTIONS, type ProductOptions } from "./products.ts";
import { firstOrder, secondOrder, type Words } from "./strict.ts";
import { type Flat, flattenInputs, type Run, runOf, transforming } from "./structure.ts";
import {
  type Batch,
  batched,
  type Mode,
  pushed,
  type Recorded,
  recorded,
  strictly,
} from "./transform.ts";
import type { Func, Like, Objective, TreeOf } from "./types.ts";

/** Reverse mode costs a pass for each output element, forward mode one for each input element; auto takes the fewer. */
export type Strategy = "reverse-mode" | "forward-mode" | "auto";

export interface BlockOptions extends ProductOptions {
  /** Compute many rows at once, by vmap. False is chunkSize 1. Default: true. */
  readonly vectorize?: boolean;
  /** Rows (or, in forward mode, columns) at a time. Default: all. */
  readonly chunkSize?: number;
}

/** Options of `jacobian`. */
export interface JacobianOptions extends BlockOptions {
  /** Default: `"reverse-mode"`. */
  readonly strategy?: Strategy;
}

/** Options of `hessian`. */
export interface HessianOptions extends BlockOptions {
  /** How the gradient is differentiated; the gradient itself is always in reverse mode. Default: `"reverse-mode"`. */
  readonly outerJacobianStrategy?: Strategy;
}

const BLOCK_OPTIONS = [...PRODUCT_OPTIONS, "vectorize", "chunkSize"];

/** J[i][j]: output leaf i by input leaf j, of shape [...out, ...in]. */
export interface Blocks {
  readonly outputs: Flat;
  readonly aux: unknown;
  readonly blocks: readonly (readonly Tensor[])[];
}

export interface BlocksOptions {
  readonly strategy: Strategy;
  /** Infinity is all at once. */
  readonly chunkSize: number;
  /** What random numbers do in forward mode, for each column. Default: `"same"`. */
  readonly randomness?: Randomness;
}

/** Rows of many vectors at once; a single one goes without vmap, but for random numbers of its own. */
function rows(
  batch: Batch,
  vectors: readonly Tensor[],
  [start, end]: Range,
  f: (vectors: readonly Tensor[]) => readonly Tensor[],
): readonly Tensor[] {
  if (end - start !== 1 || batch.randomness !== "same")
    return batched({ ...batch, start, size: end - start }, vectors, f);
  return f(vectors.map((v) => v.squeeze(0))).map((r) => r.unsqueeze(0));
}

const join = (parts: readonly Tensor[]): Tensor => (parts.length === 1 ? parts[0]! : concat(parts));

/** Cuts axis 0 into parts of the sizes of `xs`. */
function cutRows(x: Tensor, xs: readonly Tensor[]): readonly Tensor[] {
  return xs.length === 1
    ? [x]
    : x.split(
        xs.map((y) => y.size),
        0,
      );
}

const toBlock = (x: Tensor, out: Shape, of: Shape): Tensor => x.reshape([...out, ...of]);

function reverseBlocks(mode: Mode, r: Recorded, xs: readonly Tensor[], size: number): Blocks {
  const ys = r.outputs.leaves;
  const ranges = chunkRanges(totalSize(ys), size);
  const batch: Batch = { who: mode.who, total: totalSize(ys), randomness: "same" };
  const blocks = r.linked(() => {
    const parts = ranges.map((range, k) =>
      transforming(mode.who, () =>
        rows(batch, identityRows(ys, range), range, (gs) => r.pull(gs, k < ranges.length - 1)),
      ),
    );
    const columns = xs.map((x, j) =>
      cutRows(join(parts.map((p) => p[j]!)), ys).map((block, i) =>
        r.settle(toBlock(block, ys[i]!.shape, x.shape)),
      ),
    );
    return ys.map((_, i) => columns.map((column) => column[i]!));
  });
  return { outputs: r.outputs, aux: r.aux, blocks };
}

/** [n, ...out] with the leading axis last. */
function moveLast(x: Tensor): Tensor {
  return x.permute([...x.shape.keys()].slice(1).concat(0));
}

function forwardBlocks(
  mode: Mode,
  run: Run,
  xs: readonly Tensor[],
  { chunkSize, randomness = "same" }: BlocksOptions,
  ask: (outputs: readonly Tensor[]) => void,
): Blocks {
  let last: { outputs: Flat; aux: unknown } | undefined;
  const batch: Batch = { who: mode.who, total: totalSize(xs), randomness };
  const rewind = rewinding();
  const push = (ts: readonly Tensor[]): readonly Tensor[] => {
    const p = pushed(mode, run, xs, ts, ask);
    last = p;
    return p.tangents;
  };
  const parts = chunkRanges(totalSize(xs), chunkSize).map((range) =>
    rewind(() => {
      const chunk = () => [rows(batch, identityRows(xs, range), range, push), last] as const;
      return transforming(mode.who, chunk)[0];
    }),
  );
  const { outputs, aux } = last!;
  const blocks = outputs.leaves.map((y, i) => {
    const columns = cutRows(join(parts.map((p) => p[i]!)), xs);
    return columns.map((block, j) =>
      toBlock(moveLast(block).astype(xs[j]!.dtype), y.shape, xs[j]!.shape),
    );
  });
  return { outputs, aux, blocks };
}

/** Every block of the Jacobian of a function of leaves, which may run often, and change or give up its inputs. */
export function blocksOf(
  mode: Mode,
  run: Run,
  inputs: readonly Tensor[],
  options: BlocksOptions,
): Blocks {
  const { strategy, chunkSize } = options;
  const xs = inputs.map(handle);
  if (strategy === "forward-mode") return inForwardMode(mode, run, xs, options);
  const before = tapeUse.calls;
  const rewind = rewinding();
  const look = (): Blocks | null =>
    recorded<Blocks | null>(mode, run, xs, (r) => {
      const fewer = totalSize(xs) < totalSize(r.outputs.leaves);
      const forward = strategy === "auto" && fewer && tapeUse.calls === before;
      return forward ? null : reverseBlocks(mode, r, xs, chunkSize);
    });
  return rewind(look) ?? rewind(() => inForwardMode(mode, run, xs, options));
}

function inForwardMode(
  mode: Mode,
  run: Run,
  xs: readonly Tensor[],
  options: BlocksOptions,
): Blocks {
  const compute = (): Blocks => forwardOrStrict(mode, run, xs, options);
  return mode.createGraph === true ? enableGrad<Blocks>(compute) : compute();
}

function forwardOrStrict(
  mode: Mode,
  run: Run,
  xs: readonly Tensor[],
  options: BlocksOptions,
): Blocks {
  const { strict } = mode;
  if (strict === undefined) return forwardBlocks(mode, run, xs, options, () => {});
  return strictly(mode, xs, strict, (leaves, ask, off) => {
    const inner = { who: mode.who, hasOption: true };
    const { blocks, ...rest } = forwardBlocks(inner, run, leaves, options, ask);
    return { ...rest, blocks: blocks.map((row) => row.map(off)) };
  });
}

export function checkChunk(who: string, o: BlockOptions): number {
  const { vectorize = true, chunkSize } = o;
  if (chunkSize !== undefined && !(Number.isInteger(chunkSize) && chunkSize > 0))
    throw new ArgumentError(`${who}: chunkSize is ${describe(chunkSize)}; pass an integer > 0`);
  if (vectorize) return chunkSize ?? Number.POSITIVE_INFINITY;
  if (chunkSize === undefined || chunkSize === 1) return 1;
  throw new ArgumentError(
    `${who}: vectorize: false is chunkSize 1, but chunkSize is ${chunkSize}; leave one of them out`,
  );
}

function checkStrategy(who: string, name: string, strategy: unknown): Strategy {
  if (strategy === "reverse-mode" || strategy === "forward-mode" || strategy === "auto")
    return strategy;
  throw new ArgumentError(
    `${who}: ${name} is ${JSON.stringify(strategy)}; use "reverse-mode", "forward-mode" ` +
      `(better with more outputs than inputs) or "auto"`,
  );
}

function build({ outputs, blocks }: Blocks, inputs: Flat): unknown {
  return outputs.build(blocks.map((row) => inputs.build(row)));
}

function compute(
  who: string,
  words: Words,
  run: Run,
  flat: Flat,
  options: BlockOptions,
  strategy: Strategy,
): unknown {
  const chunkSize = checkChunk(who, options);
  const mode = modeOf(who, options, words, true);
  return transforming(who, () =>
    build(blocksOf(mode, run, flat.leaves, { strategy, chunkSize }), flat),
  );
}

/**
 * The Jacobian of a function: for output i and input j the derivative of shape [...out, ...in], in the
 * structure of the outputs, and in that of the inputs for each. Zeros where there is no dependence. Its dtype is
 * the inputs' in every mode.
 *
 * @throws ArgumentError for options or inputs that do not fit; GradError by strict.
 * @example jacobian((x) => x.mul(x), tensor([1, 2])); // [[2, 0], [0, 4]]
 */
export function jacobian<const I, const O>(
  func: Func<I, O>,
  inputs: I & TreeOf<I>,
  options: JacobianOptions = {},
): Like<O, Like<I>> {
  checkOptions("jacobian", options, [...BLOCK_OPTIONS, "strategy"]);
  const strategy = checkStrategy("jacobian", "strategy", options.strategy ?? "reverse-mode");
  const flat = flattenInputs("jacobian", inputs);
  const run = runOf("jacobian", func, inputs, flat);
  return compute("jacobian", firstOrder, run, flat, options, strategy) as Like<O, Like<I>>;
}

/**
 * The Hessian of a function of one element: for inputs i and j the second derivative of shape
 * [...in_i, ...in_j], in the structure of the inputs twice.
 *
 * @throws as `jacobian`; ShapeError unless the function returns a single element.
 * @example hessian((x) => x.pow(3).sum(), tensor([1, 2])); // [[6, 0], [0, 12]]
 */
export function hessian<const I>(
  func: Objective<I>,
  inputs: I & TreeOf<I>,
  options: HessianOptions = {},
): Like<I, Like<I>> {
  checkOptions("hessian", options, [...BLOCK_OPTIONS, "outerJacobianStrategy"]);
  const given = options.outerJacobianStrategy ?? "reverse-mode";
  const strategy = checkStrategy("hessian", "outerJacobianStrategy", given);
  const flat = flattenInputs("hessian", inputs);
  const run = runOf("hessian", func, inputs, flat);
  const gradient = gradientOf("hessian", run, flat, options.strict === true);
  return compute("hessian", secondOrder, gradient, flat, options, strategy) as Like<I, Like<I>>;
}
