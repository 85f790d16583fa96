import { ArgumentError, GradError, ShapeError, type Tensor } from "@cotangent/core";
import { checkOptions, fill, showShape } from "@cotangent/core/extend";
import { firstOrder, type Question, secondOrder, type Words } from "./strict.ts";
import {
  checkVector,
  type Flat,
  flattenInputs,
  type Outcome,
  type Run,
  runOf,
  transforming,
} from "./structure.ts";
import { type Mode, pushed, recorded, strictly } from "./transform.ts";
import type { Cotangents, Func, Like, Objective, TreeOf } from "./types.ts";

/** Options of `vjp`, `jvp`, `vhp` and `hvp`. */
export interface ProductOptions {
  /** Link outputs and product to the caller's tensors, to differentiate them again. Default: false, but true inside another transform. */
  readonly createGraph?: boolean;
  /** Throw a GradError where an output does not depend on an input, instead of giving zeros. Default: false. */
  readonly strict?: boolean;
}

export const PRODUCT_OPTIONS: readonly string[] = ["createGraph", "strict"];

/** Options of a function as the mode of its transform. */
export function modeOf(who: string, o: ProductOptions, words: Words, pairs: boolean): Mode {
  const second = o.createGraph === true;
  const question: Question = { who, words, pairs, second };
  const strict = o.strict === true ? question : undefined;
  return { who, createGraph: o.createGraph, hasOption: true, strict };
}

const ones = (x: Tensor): Tensor => fill(1, x.shape, x.dtype, x.device);

/** The vector, or one for a lone tensor with a single element. */
function vectorOr1(who: string, v: unknown, refs: Flat, what: string): readonly Tensor[] {
  if (v !== undefined && v !== null) return checkVector(who, "v", v, refs, what);
  const [x] = refs.leaves;
  if (refs.leaves.length === 1 && refs.paths[0] === "" && x!.size === 1) return [ones(x!)];
  const shapes = refs.leaves.map((y) => showShape(y.shape)).join(", ");
  throw new ArgumentError(
    `${who}: v may be left out only when ${what} are one tensor with a single element, ` +
      `but the shapes are ${shapes}; pass v`,
  );
}

/** gᵀJ of any function of leaves. */
function backwards(
  mode: Mode,
  run: Run,
  flat: Flat,
  v: unknown,
  what = "the outputs",
): [Outcome, readonly Tensor[]] {
  return recorded(mode, run, flat.leaves, (r) => {
    const gs = vectorOr1(mode.who, v, r.outputs, what);
    return [r, r.pull(gs, false).map(r.settle)];
  });
}

/** J·v of any function of leaves. */
function forwards(mode: Mode, run: Run, flat: Flat, v: unknown): [Outcome, readonly Tensor[]] {
  const ts = vectorOr1(mode.who, v, flat, "the inputs");
  const { strict } = mode;
  if (strict === undefined) {
    const p = pushed(mode, run, flat.leaves, ts);
    return [p, p.tangents];
  }
  return strictly(mode, flat.leaves, strict, (leaves, ask, off) => {
    const inner = { who: mode.who, hasOption: true };
    const p = pushed(inner, run, leaves, ts, ask);
    const outputs = { ...p.outputs, leaves: p.outputs.leaves.map(off) };
    return [
      { outputs, aux: p.aux === undefined ? undefined : off(p.aux as Tensor) },
      p.tangents.map(off),
    ];
  });
}

/** The gradient of an objective as a function of leaves; the value comes as aux. */
export function gradientOf(who: string, run: Run, flat: Flat, strict: boolean): Run {
  return (xs) => {
    const mode: Mode = { who, hasOption: false };
    return recorded(mode, run, xs, (r, leaves, own) => {
      const [value] = r.outputs.leaves;
      checkObjective(who, r.outputs);
      if (strict) checkReached(who, own, leaves);
      const leavesOut = r.pull([ones(value!)], false);
      return { outputs: { ...flat, leaves: leavesOut }, aux: value };
    });
  };
}

function checkReached(
  who: string,
  own: readonly (Tensor | null)[],
  leaves: readonly Tensor[],
): void {
  if (own[0]?.node && leaves.length > 0) return;
  throw new GradError(`${who}: ${firstOrder.noGraph(0)}`);
}

function checkObjective(who: string, outputs: Flat): void {
  if (outputs.leaves.length !== 1 || outputs.paths[0] !== "")
    throw new ArgumentError(
      `${who}: the function returned a structure with tensors at ${outputs.paths.join(", ")}; ` +
        "it must return one Tensor",
    );
  const { shape, size } = outputs.leaves[0]!;
  if (size !== 1)
    throw new ShapeError(
      `${who}: the function returned shape ${showShape(shape)}; it must return a single element, ` +
        `so reduce it with sum() or mean()`,
    );
}

/**
 * The vector-Jacobian product vᵀJ of a function, in reverse mode: the gradient of Σ v·func(inputs).
 *
 * `inputs` is a tree, or an array of trees that are passed as arguments; outputs are any tree. `v` has the
 * structure and shapes of the outputs; it may be left out for an output of one element. Works under noGrad.
 *
 * @returns [outputs, product], the product in the structure of the inputs.
 * @throws ArgumentError, ShapeError or DTypeError for inputs, outputs or v that do not fit; GradError by strict.
 * @example
 * const x = tensor([1, 2]);
 * const [y, g] = vjp((x) => x.mul(x), x, tensor([1, 10])); // g = [2, 40]
 */
export function vjp<const I, const O>(
  func: Func<I, O>,
  inputs: I & TreeOf<I>,
  v?: NoInfer<Cotangents<O>>,
  options: ProductOptions = {},
): [Like<O>, Like<I>] {
  checkOptions("vjp", options, PRODUCT_OPTIONS);
  const flat = flattenInputs("vjp", inputs);
  const run = runOf("vjp", func, inputs, flat);
  return transforming("vjp", () => {
    const [{ outputs }, g] = backwards(modeOf("vjp", options, firstOrder, false), run, flat, v);
    return [outputs.build(outputs.leaves), flat.build(g)] as [Like<O>, Like<I>];
  });
}

/**
 * The Jacobian-vector product J·v of a function, in forward mode: the derivative of func along v.
 *
 * `v` has the structure and shapes of the inputs; it may be left out for an input of one element.
 *
 * @returns [outputs, product], the product in the structure of the outputs.
 * @throws as `vjp`.
 * @example jvp((x) => x.mul(x), tensor([1, 2]), tensor([1, 10]))[1]; // [2, 40]
 */
export function jvp<const I, const O>(
  func: Func<I, O>,
  inputs: I & TreeOf<I>,
  v?: NoInfer<Like<I>>,
  options: ProductOptions = {},
): [Like<O>, Like<O>] {
  checkOptions("jvp", options, PRODUCT_OPTIONS);
  const flat = flattenInputs("jvp", inputs);
  const run = runOf("jvp", func, inputs, flat);
  return transforming("jvp", () => {
    const [{ outputs }, t] = forwards(modeOf("jvp", options, firstOrder, false), run, flat, v);
    return [outputs.build(outputs.leaves), outputs.build(t)] as [Like<O>, Like<O>];
  });
}

function hessianProduct<I>(
  who: string,
  product: typeof backwards,
  func: unknown,
  inputs: I,
  v: unknown,
  options: ProductOptions,
): [Tensor, Like<I>] {
  checkOptions(who, options, PRODUCT_OPTIONS);
  const flat = flattenInputs(who, inputs);
  const run = gradientOf(who, runOf(who, func, inputs, flat), flat, options.strict === true);
  const mode = modeOf(who, options, secondOrder, false);
  return transforming(who, () => {
    const [{ aux }, result] = product(mode, run, flat, v, "the inputs");
    return [aux as Tensor, flat.build(result) as Like<I>];
  });
}

/**
 * The vector-Hessian product vᵀH of a function of one element, by reverse over reverse mode.
 *
 * @returns [output, product], the product in the structure of the inputs.
 * @throws as `vjp`; ShapeError unless the function returns a single element.
 * @example vhp((x) => x.pow(3).sum(), tensor([1, 2]), tensor([1, 1]))[1]; // [6, 12]
 */
export function vhp<const I>(
  func: Objective<I>,
  inputs: I & TreeOf<I>,
  v?: NoInfer<Like<I>>,
  options: ProductOptions = {},
): [Tensor, Like<I>] {
  return hessianProduct<I>("vhp", backwards, func, inputs, v, options);
}

/**
 * The Hessian-vector product H·v of a function of one element, by forward over reverse mode: as cheap as
 * `vhp`, and equal to it where H is symmetric.
 *
 * @returns [output, product], the product in the structure of the inputs.
 * @throws as `vhp`.
 * @example hvp((x) => x.pow(3).sum(), tensor([1, 2]), tensor([1, 1]))[1]; // [6, 12]
 */
export function hvp<const I>(
  func: Objective<I>,
  inputs: I & TreeOf<I>,
  v?: NoInfer<Like<I>>,
  options: ProductOptions = {},
): [Tensor, Like<I>] {
  return hessianProduct<I>("hvp", forwards, func, inputs, v, options);
}
