import "@cotangent/kernels-cpu";
import { ArgumentError, type Tensor, zeros } from "@cotangent/core";
import {
  checkOptions,
  checkSync,
  checkTensor,
  describe,
  gradAs,
  identityRows,
  sizeOf,
} from "@cotangent/core/extend";
import { checkVector, type Flat, flatten, flattenInputs } from "./structure.ts";
import type { Like, TreeOf } from "./types.ts";

/** What every function here takes last. */
export interface ClosureOptions {
  /** Record the derivative, to differentiate it again. Default: false, but true inside a transform. */
  readonly createGraph?: boolean;
}

function outputOf(who: string, func: () => Tensor): Tensor {
  if (typeof func !== "function")
    throw new ArgumentError(`${who}: func is ${describe(func)}; pass a function without arguments`);
  return checkTensor(who, checkSync(who, func()), "the function's result");
}

const PARAMS = "the parameters";

interface Pull extends ClosureOptions {
  readonly isGradsBatched?: boolean;
}

function checkClosure(who: string, options: ClosureOptions): void {
  checkOptions(who, options, ["createGraph"]);
}

/** Cotangents of the parameters in their structure, zeros for those that were not used. */
function pull(
  who: string,
  func: () => Tensor,
  params: Flat,
  v: (y: Tensor) => Tensor,
  options: Pull,
): readonly Tensor[] {
  const y = outputOf(who, func);
  const o = { ...options, gradOutputs: v(y), materializeGrads: true };
  return gradAs(who, [y], params.leaves, o) as readonly Tensor[];
}

/** A cotangent of the output's shape; a batch of them has a leading axis. */
function cotangent(who: string, v: unknown, batched: boolean): (y: Tensor) => Tensor {
  const name = batched ? "vs" : "v";
  return (y) => checkVector(who, name, v, flatten(who, "output", y), "the output", batched)[0]!;
}

/** uᵀJ is linear in u, so its derivative along v is J·v: two backward passes, one forward pass. */
function push(who: string, func: () => Tensor, params: Flat, v: unknown, options: Pull): Tensor {
  const batched = options.isGradsBatched === true;
  const vs = checkVector(who, batched ? "vs" : "v", v, params, PARAMS, batched);
  const y = outputOf(who, func);
  const u = zeros(y.shape, { dtype: y.dtype, device: y.device, requiresGrad: true });
  const first = { gradOutputs: u, createGraph: true, materializeGrads: true };
  const products = gradAs(who, [y], params.leaves, first) as readonly Tensor[];
  const used = products.flatMap((p, i) => (p.requiresGrad ? [i] : []));
  const lead = batched ? vs[0]!.shape.slice(0, 1) : [];
  if (used.length === 0) return zeros([...lead, ...y.shape], { dtype: y.dtype, device: y.device });
  const outputs = used.map((i) => products[i]!);
  const second = { ...options, gradOutputs: used.map((i) => vs[i]!), materializeGrads: true };
  return gradAs(who, outputs, [u], second)[0]!;
}

const flatParams = (who: string, params: unknown): Flat => flattenInputs(who, params, "params");

/**
 * J·v of a closure with respect to the tensors it reads. (A captured tensor cannot be made dual, so this goes by
 * two backward passes; true forward mode is `modelJvp` of `@cotangent/nn`.)
 *
 * @param params a tree of tensors that require grad; `v` has their structure and shapes.
 * @returns a tensor of the output's shape.
 * @throws ArgumentError or ShapeError for v that does not fit; GradError if the output has no graph.
 * @example
 * const w = tensor([1, 2], { requiresGrad: true });
 * jvp(() => w.mul(w), w, tensor([1, 10])); // [2, 40]
 */
export function jvp<const P>(
  func: () => Tensor,
  params: P & TreeOf<P>,
  v: NoInfer<Like<P>>,
  options: ClosureOptions = {},
): Tensor {
  checkClosure("jvp", options);
  return push("jvp", func, flatParams("jvp", params), v, options);
}

/**
 * vᵀJ of a closure, in the structure of `params`.
 *
 * @example vjp(() => w.mul(w), w, tensor([1, 10])); // [2, 40]
 */
export function vjp<const P>(
  func: () => Tensor,
  params: P & TreeOf<P>,
  v: Tensor,
  options: ClosureOptions = {},
): Like<P> {
  checkClosure("vjp", options);
  const flat = flatParams("vjp", params);
  return flat.build(pull("vjp", func, flat, cotangent("vjp", v, false), options)) as Like<P>;
}

/** J·v for a batch of vectors with a leading axis: [batch, ...output]. One forward pass, one batched backward pass. */
export function batchJvp<const P>(
  func: () => Tensor,
  params: P & TreeOf<P>,
  vs: NoInfer<Like<P>>,
  options: ClosureOptions = {},
): Tensor {
  checkClosure("batchJvp", options);
  const flat = flatParams("batchJvp", params);
  return push("batchJvp", func, flat, vs, { ...options, isGradsBatched: true });
}

/** vᵀJ for a batch of vectors [batch, ...output]: [batch, ...param] for each parameter. */
export function batchVjp<const P>(
  func: () => Tensor,
  params: P & TreeOf<P>,
  vs: Tensor,
  options: ClosureOptions = {},
): Like<P> {
  checkClosure("batchVjp", options);
  const flat = flatParams("batchVjp", params);
  const o = { ...options, isGradsBatched: true };
  return flat.build(pull("batchVjp", func, flat, cotangent("batchVjp", vs, true), o)) as Like<P>;
}

/** The Jacobian as one flat matrix [outputSize, paramSize] for each parameter, from one batched backward pass. */
export function fullJacobian<const P>(
  func: () => Tensor,
  params: P & TreeOf<P>,
  options: ClosureOptions = {},
): Like<P> {
  checkClosure("fullJacobian", options);
  const flat = flatParams("fullJacobian", params);
  const identity = (y: Tensor): Tensor => identityRows([y], [0, y.size])[0]!;
  const o = { ...options, isGradsBatched: true };
  const rows = pull("fullJacobian", func, flat, identity, o);
  const matrices = rows.map((J) => J.reshape([J.shape[0]!, sizeOf(J.shape.slice(1))]));
  return flat.build(matrices) as Like<P>;
}
