import { ShapeError, type Tensor } from "@cotangent/core";
import { checkOptions, fill, type Randomness, showShape } from "@cotangent/core/extend";
import { selectArgs } from "./argnums.ts";
import { blocksOf, checkChunk } from "./jacobian.ts";
import { transforming } from "./structure.ts";
import { checkRandomness, recorded } from "./transform.ts";
import type { Argnums, At, Like, Main, Out, WithAux } from "./types.ts";

/** Options of `grad` and `valueAndGrad`. */
export interface GradOptions<N extends Argnums = Argnums, H extends boolean = boolean> {
  /** Which arguments to differentiate: a number gives the bare result, an array a list; negative ones count from the end. Default: 0. */
  readonly argnums?: N;
  /** The function returns [output, aux], and aux is handed through. Default: false. */
  readonly hasAux?: H;
}

/** Options of `jacrev`. */
export interface JacrevOptions<N extends Argnums = Argnums, H extends boolean = boolean>
  extends GradOptions<N, H> {
  /** Rows (jacfwd: columns) at a time. Default: all. */
  readonly chunkSize?: number;
}

/** Options of `jacfwd`. */
export interface JacfwdOptions<N extends Argnums = Argnums, H extends boolean = boolean>
  extends JacrevOptions<N, H> {
  /** What random numbers do in the function: for each column the same, different, or an error. Default: `"same"`. */
  readonly randomness?: Randomness;
}

const GRAD_OPTIONS = ["argnums", "hasAux"];

function checkScalar(who: string, leaves: readonly Tensor[], paths: readonly string[]): Tensor {
  const [y] = leaves;
  if (leaves.length === 1 && paths[0] === "" && y!.ndim === 0) return y!;
  const got =
    paths[0] === ""
      ? `shape ${showShape(y!.shape)}`
      : `a structure with tensors at ${paths.join(", ")}`;
  throw new ShapeError(
    `${who}: the function returned ${got}; it must return a 0-d tensor, so reduce it with sum(), ` +
      `or use pullback or jacrev`,
  );
}

function valueAndGradOf(
  who: string,
  f: unknown,
  options: GradOptions,
  args: readonly unknown[],
): { value: Tensor; grads: unknown; aux: unknown } {
  const { argnums = 0, hasAux = false } = options;
  const { flat, run } = selectArgs(who, f, args, argnums, hasAux);
  return recorded({ who, hasOption: false }, run, flat.leaves, (r) => {
    const value = checkScalar(who, r.outputs.leaves, r.outputs.paths);
    const one = fill(1, value.shape, value.dtype, value.device);
    return { value, grads: flat.build(r.pull([one], false)), aux: r.aux };
  });
}

/**
 * The gradient of a function of one 0-d result, as a function of the same arguments. Results are linked to the
 * caller's tensors, so it nests. (The `grad` of `@cotangent/core` takes tensors of a tape instead.)
 *
 * @returns a function that gives the gradient in the structure of the argument, and with hasAux [gradient, aux].
 * @throws ShapeError unless the function returns a 0-d tensor; ArgumentError for argnums that do not fit.
 * @example grad((x) => x.mul(x).sum())(tensor([1, 2])); // [2, 4]
 */
export function grad<
  A extends Tensor[],
  const R,
  const N extends Argnums = 0,
  H extends boolean = false,
>(
  f: (...args: A) => R & Out<H, Tensor>,
  options?: GradOptions<N, H>,
): (...args: A) => WithAux<Like<At<A, N>>, R, H>;
export function grad<
  A extends readonly unknown[],
  const R,
  const N extends Argnums = 0,
  H extends boolean = false,
>(
  f: (...args: A) => R & Out<H, Tensor>,
  options?: GradOptions<N, H>,
): (...args: A) => WithAux<Like<At<A, N>>, R, H>;
export function grad(f: unknown, options: GradOptions = {}): (...args: unknown[]) => unknown {
  checkOptions("grad", options, GRAD_OPTIONS);
  return (...args) =>
    transforming("grad", () => {
      const { grads, aux } = valueAndGradOf("grad", f, options, args);
      return options.hasAux === true ? [grads, aux] : grads;
    });
}

/**
 * As `grad`, with the value: [value, gradient], and with hasAux [[value, aux], gradient].
 *
 * @example const [loss, g] = valueAndGrad((x) => x.mul(x).sum())(tensor([1, 2]));
 */
export function valueAndGrad<
  A extends Tensor[],
  const R,
  const N extends Argnums = 0,
  H extends boolean = false,
>(
  f: (...args: A) => R & Out<H, Tensor>,
  options?: GradOptions<N, H>,
): (...args: A) => [H extends true ? Mutable<R> : Tensor, Like<At<A, N>>];
export function valueAndGrad<
  A extends readonly unknown[],
  const R,
  const N extends Argnums = 0,
  H extends boolean = false,
>(
  f: (...args: A) => R & Out<H, Tensor>,
  options?: GradOptions<N, H>,
): (...args: A) => [H extends true ? Mutable<R> : Tensor, Like<At<A, N>>];
export function valueAndGrad(
  f: unknown,
  options: GradOptions = {},
): (...args: unknown[]) => unknown {
  checkOptions("valueAndGrad", options, GRAD_OPTIONS);
  return (...args) =>
    transforming("valueAndGrad", () => {
      const { value, grads, aux } = valueAndGradOf("valueAndGrad", f, options, args);
      return [options.hasAux === true ? [value, aux] : value, grads];
    });
}

type Mutable<R> = R extends readonly [infer O, infer X] ? [O, X] : never;

function jacobianOf(
  who: string,
  strategy: "reverse-mode" | "forward-mode",
  f: unknown,
  options: JacfwdOptions,
): (...args: unknown[]) => unknown {
  const own = strategy === "forward-mode" ? ["chunkSize", "randomness"] : ["chunkSize"];
  checkOptions(who, options, [...GRAD_OPTIONS, ...own]);
  const { argnums = 0, hasAux = false, randomness = "same" } = options;
  const chunkSize = checkChunk(who, options);
  checkRandomness(who, randomness);
  return (...args) =>
    transforming(who, () => {
      const { flat, run } = selectArgs(who, f, args, argnums, hasAux);
      const mode = { who, hasOption: false };
      const { outputs, blocks, aux } = blocksOf(mode, run, flat.leaves, {
        strategy,
        chunkSize,
        randomness,
      });
      const J = outputs.build(blocks.map((row) => flat.build(row)));
      return hasAux ? [J, aux] : J;
    });
}

/**
 * The Jacobian as a function, in reverse mode: [...out, ...in] for each output and each selected argument, in
 * their structures. Best where outputs are fewer than inputs.
 *
 * @throws ArgumentError for options that do not fit.
 * @example jacrev((x) => x.mul(x))(tensor([1, 2])); // [[2, 0], [0, 4]]
 */
export function jacrev<
  A extends Tensor[],
  const R,
  const N extends Argnums = 0,
  H extends boolean = false,
>(
  f: (...args: A) => R & Out<H, unknown>,
  options?: JacrevOptions<N, H>,
): (...args: A) => WithAux<Like<Main<R, H>, Like<At<A, N>>>, R, H>;
export function jacrev<
  A extends readonly unknown[],
  const R,
  const N extends Argnums = 0,
  H extends boolean = false,
>(
  f: (...args: A) => R & Out<H, unknown>,
  options?: JacrevOptions<N, H>,
): (...args: A) => WithAux<Like<Main<R, H>, Like<At<A, N>>>, R, H>;
export function jacrev(f: unknown, options: JacrevOptions = {}): (...args: unknown[]) => unknown {
  return jacobianOf("jacrev", "reverse-mode", f, options);
}

/**
 * The Jacobian as a function, in forward mode; the Hessian as a function is `jacfwd(jacrev(f))`. Best where inputs
 * are fewer than outputs.
 *
 * @example jacfwd((x) => x.mul(x))(tensor([1, 2])); // [[2, 0], [0, 4]]
 */
export function jacfwd<
  A extends Tensor[],
  const R,
  const N extends Argnums = 0,
  H extends boolean = false,
>(
  f: (...args: A) => R & Out<H, unknown>,
  options?: JacfwdOptions<N, H>,
): (...args: A) => WithAux<Like<Main<R, H>, Like<At<A, N>>>, R, H>;
export function jacfwd<
  A extends readonly unknown[],
  const R,
  const N extends Argnums = 0,
  H extends boolean = false,
>(
  f: (...args: A) => R & Out<H, unknown>,
  options?: JacfwdOptions<N, H>,
): (...args: A) => WithAux<Like<Main<R, H>, Like<At<A, N>>>, R, H>;
export function jacfwd(f: unknown, options: JacfwdOptions = {}): (...args: unknown[]) => unknown {
  return jacobianOf("jacfwd", "forward-mode", f, options);
}
