import { ArgumentError, ShapeError, Tensor, type Tensors, zeros } from "@cotangent/core";
import {
  checkSync,
  checkTensor,
  describe,
  gradAs,
  identityRows,
  list,
  sameShape,
  showShape,
  sizeOf,
} from "@cotangent/core/extend";
import type { Like } from "./types.ts";

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

const like = <P extends Tensors>(params: P, values: readonly Tensor[]): Like<P> =>
  (params instanceof Tensor ? values[0] : values) as Like<P>;

function checkShape(who: string, name: string, v: Tensor, shape: readonly number[]): Tensor {
  if (sameShape(checkTensor(who, v, name).shape, shape)) return v;
  throw new ShapeError(
    `${who}: ${name} has shape ${showShape(v.shape)}; it must have ${showShape(shape)}`,
  );
}

/** One vector for each parameter; a batch has a leading axis of one size. */
function vectors(who: string, params: readonly Tensor[], v: Tensors, batched: boolean) {
  const vs = list(who, "v", v);
  if (vs.length !== params.length)
    throw new ArgumentError(
      `${who}: v has ${vs.length} tensors for ${params.length} parameters; pass one for each`,
    );
  const lead = batched ? [checkTensor(who, vs[0], "v[0]").shape[0] ?? 0] : [];
  return vs.map((x, i) => checkShape(who, `v[${i}]`, x, [...lead, ...params[i]!.shape]));
}

interface Pull extends ClosureOptions {
  readonly isGradsBatched?: boolean;
}

/** Cotangents of the parameters, zeros for those that were not used. */
function pull(
  who: string,
  func: () => Tensor,
  params: Tensors,
  v: (y: Tensor) => Tensor,
  options: Pull,
): readonly Tensor[] {
  const y = outputOf(who, func);
  const o = { ...options, gradOutputs: v(y), materializeGrads: true };
  return gradAs(who, [y], list(who, "params", params), o) as readonly Tensor[];
}

/** uᵀJ is linear in u, so its derivative along v is J·v: two backward passes, one forward pass. */
function push(who: string, func: () => Tensor, params: Tensors, v: Tensors, options: Pull): Tensor {
  const ps = list(who, "params", params);
  const batched = options.isGradsBatched === true;
  const vs = vectors(who, ps, v, batched);
  const y = outputOf(who, func);
  const u = zeros(y.shape, { dtype: y.dtype, device: y.device, requiresGrad: true });
  const first = { gradOutputs: u, createGraph: true, materializeGrads: true };
  const products = gradAs(who, [y], ps, first) as readonly Tensor[];
  const used = products.flatMap((p, i) => (p.requiresGrad ? [i] : []));
  const lead = batched ? vs[0]!.shape.slice(0, 1) : [];
  if (used.length === 0) return zeros([...lead, ...y.shape], { dtype: y.dtype, device: y.device });
  const outputs = used.map((i) => products[i]!);
  const second = { ...options, gradOutputs: used.map((i) => vs[i]!), materializeGrads: true };
  return gradAs(who, outputs, [u], second)[0]!;
}

/**
 * J·v of a closure with respect to the tensors it reads. (A captured tensor cannot be made dual, so this goes by
 * two backward passes; true forward mode is `modelJvp` of `@cotangent/nn`.)
 *
 * @param params tensors that require grad; `v` has their structure and shapes.
 * @returns a tensor of the output's shape.
 * @throws ArgumentError or ShapeError for v that does not fit; GradError if the output has no graph.
 * @example
 * const w = tensor([1, 2], { requiresGrad: true });
 * jvp(() => w.mul(w), w, tensor([1, 10])); // [2, 40]
 */
export function jvp<P extends Tensors>(
  func: () => Tensor,
  params: P,
  v: NoInfer<Like<P>>,
  options: ClosureOptions = {},
): Tensor {
  return push("jvp", func, params, v as Tensors, options);
}

/**
 * vᵀJ of a closure, in the structure of `params`.
 *
 * @example vjp(() => w.mul(w), w, tensor([1, 10])); // [2, 40]
 */
export function vjp<P extends Tensors>(
  func: () => Tensor,
  params: P,
  v: Tensor,
  options: ClosureOptions = {},
): Like<P> {
  const check = (y: Tensor): Tensor => checkShape("vjp", "v", v, y.shape);
  return like(params, pull("vjp", func, params, check, options));
}

/** J·v for a batch of vectors with a leading axis: [batch, ...output]. One forward pass, one batched backward pass. */
export function batchJvp<P extends Tensors>(
  func: () => Tensor,
  params: P,
  vs: NoInfer<Like<P>>,
  options: ClosureOptions = {},
): Tensor {
  return push("batchJvp", func, params, vs as Tensors, { ...options, isGradsBatched: true });
}

/** vᵀJ for a batch of vectors [batch, ...output]: [batch, ...param] for each parameter. */
export function batchVjp<P extends Tensors>(
  func: () => Tensor,
  params: P,
  vs: Tensor,
  options: ClosureOptions = {},
): Like<P> {
  const lead = checkTensor("batchVjp", vs, "vs").shape.slice(0, 1);
  const check = (y: Tensor): Tensor => checkShape("batchVjp", "vs", vs, [...lead, ...y.shape]);
  const o = { ...options, isGradsBatched: true };
  return like(params, pull("batchVjp", func, params, check, o));
}

/** The Jacobian as one flat matrix [outputSize, paramSize] for each parameter, from one batched backward pass. */
export function fullJacobian<P extends Tensors>(
  func: () => Tensor,
  params: P,
  options: ClosureOptions = {},
): Like<P> {
  const identity = (y: Tensor): Tensor => identityRows([y], [0, y.size])[0]!;
  const o = { ...options, isGradsBatched: true };
  const rows = pull("fullJacobian", func, params, identity, o);
  return like(
    params,
    rows.map((J) => J.reshape([J.shape[0]!, sizeOf(J.shape.slice(1))])),
  );
}
