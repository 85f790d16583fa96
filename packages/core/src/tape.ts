import { checkTensor, describe, fill, zerosOf } from "./align.ts";
import { ArgumentError, GradError, ShapeError } from "./errors.ts";
import { stored } from "./handles.ts";
import { addMaybe, ops, spread } from "./knot.ts";
import {
  enableGrad,
  insideTransform,
  type Level,
  levels,
  noGrad,
  root,
  withLevel,
} from "./level.ts";
import type { Node } from "./node.ts";
import { checkOptions } from "./options.ts";
import { dispose } from "./release.ts";
import { highest, reverse } from "./reverse.ts";
import { sameShape, showShape, sizeOf } from "./shape.ts";
import { checkOpen, detach, handle, Tensor, wrapBatch } from "./tensor.ts";
import { NO_TAPE } from "./track.ts";

/** A tensor or an array of them. */
export type Tensors = Tensor | readonly Tensor[];
type Maybe = Tensor | null;

/** Options of `grad`. */
export interface GradOptions {
  /** Cotangents of the outputs, null for ones; needed unless each output has one element. */
  readonly gradOutputs?: Tensor | readonly (Tensor | null)[];
  /** Keep what the tape saved, for another pass. Default: createGraph. */
  readonly retainGraph?: boolean;
  /** Record the derivative, to differentiate it again. Default: false, but true inside a transform. */
  readonly createGraph?: boolean;
  /** Give null for an input that no output depends on, instead of an error. */
  readonly allowUnused?: boolean;
  /** Give zeros for such an input. */
  readonly materializeGrads?: boolean;
  /** gradOutputs have a leading axis, and so have the results: one pass for many cotangents. */
  readonly isGradsBatched?: boolean;
}

/** null may stand for an unused input when the options allow it. */
export type MayBeNull<O> = O extends { readonly materializeGrads: true }
  ? never
  : O extends { readonly allowUnused: false }
    ? never
    : O extends { readonly allowUnused: boolean }
      ? null
      : never;

/** The result of `grad`: a gradient for each input, in its structure. */
export type Grads<I extends Tensors, O> = I extends Tensor
  ? Tensor | MayBeNull<O>
  : { -readonly [K in keyof I]: Tensor | MayBeNull<O> };

/** One or several tensors as a list, checked. */
export function list(who: string, name: string, xs: unknown): readonly Tensor[] {
  const all = Array.isArray(xs) ? (xs as readonly unknown[]) : [xs];
  return all.map((x, i) => {
    const t = checkTensor(who, x, Array.isArray(xs) ? `${name}[${i}]` : name);
    checkOpen(t, who);
    return t;
  });
}

/** Cotangents for outputs, checked; null stays null. */
function cotangents(
  who: string,
  name: string,
  outputs: readonly Tensor[],
  given: Tensor | readonly Maybe[] | undefined,
  batched: boolean,
): readonly Maybe[] {
  const gs =
    given === undefined ? outputs.map(() => null) : given instanceof Tensor ? [given] : given;
  if (!Array.isArray(gs))
    throw new ArgumentError(`${who}: ${name} is ${describe(given)}; pass tensors`);
  if (gs.length !== outputs.length)
    throw new ArgumentError(
      `${who}: ${name} has ${gs.length} tensors for ${outputs.length} outputs; pass one for each`,
    );
  return outputs.map((y, i) => checkCotangent(who, name, i, y, (gs[i] as Maybe) ?? null, batched));
}

function checkCotangent(
  who: string,
  name: string,
  i: number,
  y: Tensor,
  g: Maybe,
  batched: boolean,
): Maybe {
  if (g === null) {
    if (sizeOf(y.shape) === 1 && !batched) return null;
    throw new GradError(
      `${who}: output ${i} has shape ${showShape(y.shape)}, which is not a scalar; ` +
        `pass ${name}, or reduce it with sum() or mean()`,
    );
  }
  if (!(g instanceof Tensor)) checkTensor(who, g, `${name}[${i}]`);
  const shape = batched ? g.shape.slice(1) : g.shape;
  if (!sameShape(shape, y.shape))
    throw new ShapeError(
      `${who}: ${name}[${i}] has shape ${showShape(g.shape)} and output ${i} ${showShape(y.shape)}; ` +
        (batched ? "pass [batch, ...shape]" : "pass the same shape"),
    );
  return g.dtype === y.dtype ? g : ops.astype(g, y.dtype);
}

/** What a pass gives is a handle of its own already. */
const cut = (g: Tensor): Tensor => (g.level === root && g.node === null ? g : detach(g));

/** Runs a derivative: createGraph true turns recording on, false cuts the result, the default depends on where. */
function derived(createGraph: boolean | undefined, run: () => readonly Maybe[]): readonly Maybe[] {
  if (createGraph === true) return enableGrad(run);
  if (createGraph === undefined && insideTransform()) return run();
  return noGrad(run).map((g) => g && cut(g));
}

interface Call {
  readonly outputs: readonly Tensor[];
  readonly inputs: readonly Tensor[] | null;
  readonly gs: readonly Maybe[];
}

/** An input of a lower level works where only grad levels lie between. */
function checkBetween(who: string, x: Tensor, top: Level): void {
  if (x.level === top) return;
  const between = levels.slice(x.level.depth + 1, top.depth);
  if (x.level.kind === "grad" && between.every((l) => l.kind === "grad")) return;
  const owner = x.level === root ? "code" : x.level.who;
  throw new GradError(
    `${who}: an input belongs to the ${owner} outside of the ${top.who} of the outputs; ` +
      `pass it to the function as an argument`,
  );
}

/** How often the tape was called: who calls a function to look at it must know whether it did. */
export const tapeUse = { calls: 0 };

/** Takes batch levels off when every input is batched, runs `f` at a grad level, and puts them on again. */
function atGradLevel(
  who: string,
  call: Call,
  f: (call: Call, level: Level) => readonly Maybe[],
): readonly Maybe[] {
  tapeUse.calls++;
  const level = highest(call.inputs === null ? call.outputs : call.outputs.concat(call.inputs));
  if (level.kind === "dual") throw new GradError(`${who}: ${NO_TAPE}`);
  if (level.kind === "grad") {
    for (const x of call.inputs ?? []) checkBetween(who, x, level);
    return f(call, level);
  }
  const below = { ...call, ...unbatched(who, call, level) };
  return atGradLevel(who, below, f).map((g) => g && wrapBatch(level, g));
}

function unbatched(who: string, { outputs, inputs, gs }: Call, level: Level): Call {
  if (inputs === null)
    throw new GradError(
      `${who}: inside ${level.who} leaves cannot be told from captured tensors; name them in inputs`,
    );
  if (!inputs.every((x) => x.level === level))
    throw new GradError(
      `${who}: an input is not batched, so its gradient would be summed over the ${level.who}; ` +
        `use grad of @cotangent/functional, or pass it as a batched argument`,
    );
  const off = (x: Tensor): Tensor => (x.level === level ? x.value! : x);
  const cotangent = (y: Tensor, i: number): Tensor => {
    const g = gs[i] ?? fill(1, y.shape, y.dtype, y.device);
    return y.level === level && g.level !== level ? spread(g, level.size) : off(g);
  };
  return { outputs: outputs.map(off), inputs: inputs.map(off), gs: outputs.map(cotangent) };
}

const ones = (y: Tensor): Tensor => fill(1, y.shape, y.dtype, y.device);

/** A batch of cotangents is vmap over the reverse pass. */
function overBatch(
  who: string,
  gs: readonly Maybe[],
  run: (gs: readonly Maybe[]) => readonly Maybe[],
): readonly Maybe[] {
  const sizes = gs.flatMap((g) => (g === null ? [] : [g.shape[0]!]));
  if (sizes.some((n) => n !== sizes[0]))
    throw new ShapeError(
      `${who}: gradOutputs have leading axes of different sizes: ${sizes.join(", ")}; they must be equal`,
    );
  return withLevel("batch", who, (level) => {
    level.size = level.total = sizes[0]!;
    const results = run(gs.map((g) => g && wrapBatch(level, handle(g))));
    return results.map((r) => r && (r.level === level ? r.value! : spread(r, level.size)));
  });
}

const GRAD_OPTIONS: readonly string[] = [
  "gradOutputs",
  "retainGraph",
  "createGraph",
  "allowUnused",
  "materializeGrads",
  "isGradsBatched",
] satisfies (keyof GradOptions)[];

function checkGradOptions(who: string, o: GradOptions): void {
  checkOptions(who, o, GRAD_OPTIONS);
  if (o.materializeGrads === true && o.allowUnused === false)
    throw new ArgumentError(
      `${who}: materializeGrads: true with allowUnused: false contradict each other; leave out allowUnused`,
    );
  if (o.isGradsBatched === true && o.gradOutputs === undefined)
    throw new ArgumentError(
      `${who}: isGradsBatched: true needs gradOutputs; pass [batch, ...shape]`,
    );
}

function checkGraph(who: string, { outputs, inputs }: Call): void {
  outputs.forEach((y, i) => {
    if (y.node === null)
      throw new GradError(
        `${who}: output ${i} was not computed from a tensor that requires grad, or under noGrad; ` +
          `call requiresGrad_() on an input first`,
      );
  });
  inputs?.forEach((x, i) => {
    if (x.node === null)
      throw new GradError(
        `${who}: inputs[${i}] (shape ${showShape(x.shape)}) does not require grad; ` +
          `call requiresGrad_() on it before it is used`,
      );
  });
}

/** What stands for an input that no output depends on. */
function unused(who: string, x: Tensor, i: number, o: GradOptions): Maybe {
  if (o.materializeGrads === true) return zerosOf(x.spec, x.device);
  if (o.allowUnused === true) return null;
  throw new GradError(
    `${who}: inputs[${i}] (shape ${showShape(x.shape)}) was not used to compute outputs; ` +
      `pass allowUnused: true to get null, or materializeGrads: true to get zeros`,
  );
}

/**
 * Gradients of the sum of `outputs`, weighted by `gradOutputs`, with respect to `inputs`, from the tape:
 * gᵀJ, in the structure of `inputs`. For the derivative of a function see `@cotangent/functional`.
 *
 * @throws GradError when an output has no graph, is not a scalar without gradOutputs, or does not depend
 * on an input (unless allowUnused or materializeGrads).
 * @example
 * const x = tensor([1, 2], { requiresGrad: true });
 * grad(x.mul(x).sum(), x); // [2, 4]
 */
export function grad<const I extends Tensors, const O extends GradOptions = object>(
  outputs: Tensors,
  inputs: I,
  options?: O,
): Grads<I, O> {
  const ys = list("grad", "outputs", outputs);
  const xs = list("grad", "inputs", inputs);
  const results = gradAs("grad", ys, xs, options ?? {});
  return (inputs instanceof Tensor ? results[0] : results) as Grads<I, O>;
}

/** As `grad`, for functions with names of their own. */
export function gradAs(
  who: string,
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  o: GradOptions,
): readonly Maybe[] {
  checkGradOptions(who, o);
  const batched = o.isGradsBatched === true;
  const gs = cotangents(who, "gradOutputs", outputs, o.gradOutputs, batched);
  const run = (given: readonly Maybe[]): readonly Maybe[] =>
    atGradLevel(who, { outputs, inputs, gs: given }, (c) => pullBack(who, c, o));
  return batched ? overBatch(who, gs, run) : run(gs);
}

function pullBack(who: string, call: Call, o: GradOptions): readonly Maybe[] {
  checkGraph(who, call);
  const create = o.createGraph ?? insideTransform();
  return derived(o.createGraph, () => {
    const { outputs, inputs, gs } = call;
    const seeds = outputs.map((y, i) => gs[i] ?? ones(y));
    const pass = { retain: o.retainGraph ?? create, frees: root };
    const { grads, reached } = reverse(outputs, seeds, inputs!, pass);
    return inputs!.map((x, i) =>
      reached[i] ? (grads[i] ?? zerosOf(x.spec, x.device)) : unused(who, x, i, o),
    );
  });
}

/** Options of `backward`. */
export interface BackwardOptions {
  /** Cotangents, null for ones; needed unless each tensor has one element. */
  readonly gradTensors?: Tensor | readonly (Tensor | null)[];
  /** Keep what the tape saved, for another pass. Default: createGraph. */
  readonly retainGraph?: boolean;
  /** Record the derivative. Default: false, but true inside a transform. */
  readonly createGraph?: boolean;
  /** Add only to the `.grad` of these. Default: every leaf. */
  readonly inputs?: Tensors;
}

/** Leaf nodes below outputs, in the order in which they began to require grad. */
function leafNodes(outputs: readonly Tensor[]): readonly Node[] {
  const seen = new Set<Node>();
  const todo = outputs.flatMap((y) => (y.node === null ? [] : [y.node]));
  const found: Node[] = [];
  for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.primitive === null) found.push(node);
    for (const n of node.from) if (n !== null) todo.push(n);
  }
  return found.sort((a, b) => a.number - b.number);
}

/**
 * The leaves that `outputs` were computed from, in the order in which they began to require grad.
 *
 * @example leaves(model.forward(x).sum()); // the parameters that were used
 */
export function leaves(outputs: Tensors): Tensor[] {
  const ys = list("leaves", "outputs", outputs);
  return leafNodes(ys).map((node) => node.leaf!);
}

/** The leaves of the outputs' own level; one of a lower level is an error. */
function ownLeaves(outputs: readonly Tensor[], level: Level): readonly Tensor[] {
  return leafNodes(outputs).map((node) => {
    if (node.level === level) return node.leaf!;
    throw new GradError(
      `backward: the outputs depend on a tensor that requires grad outside of the ${level.who}; ` +
        `use grad(outputs, inputs), or name the inputs`,
    );
  });
}

/**
 * Adds the gradients of `tensors` to the `.grad` of the leaves they were computed from.
 *
 * @throws GradError when a tensor has no graph, or is not a scalar without gradTensors.
 * @example
 * const x = tensor([1, 2], { requiresGrad: true });
 * backward(x.mul(x).sum());
 * x.grad; // [2, 4]
 */
export function backward(tensors: Tensors, options: BackwardOptions = {}): void {
  backwardAs("gradTensors", list("backward", "tensors", tensors), options);
}

const BACKWARD_OPTIONS: readonly string[] = [
  "gradTensors",
  "retainGraph",
  "createGraph",
  "inputs",
] satisfies (keyof BackwardOptions)[];

/** As `backward`, where the cotangents have a name of their own. */
export function backwardAs(name: string, ys: readonly Tensor[], options: BackwardOptions): void {
  checkOptions("backward", options, BACKWARD_OPTIONS);
  const xs = options.inputs === undefined ? null : list("backward", "inputs", options.inputs);
  const gs = cotangents("backward", name, ys, options.gradTensors, false);
  atGradLevel("backward", { outputs: ys, inputs: xs, gs }, (call, level) => {
    checkGraph("backward", call);
    const create = options.createGraph ?? insideTransform();
    const targets = call.inputs ?? ownLeaves(call.outputs, level);
    const seeds = call.outputs.map((y, i) => call.gs[i] ?? ones(y));
    const pass = { retain: options.retainGraph ?? create, frees: root };
    const grads = derived(
      options.createGraph,
      () => reverse(call.outputs, seeds, targets, pass).grads,
    );
    targets.forEach((x, i) => accumulate(x, grads[i]!, create));
    dropAdded(targets, grads);
    return [];
  });
}

/** A retained result's gradient was set by the pass itself. */
function accumulate(x: Tensor, g: Maybe, create: boolean): void {
  const meta = x.node!.meta(x.slot);
  if (g === null || meta.retain) return;
  meta.grad = create ? addMaybe(meta.grad, g) : noGrad(() => addMaybe(meta.grad, g));
  stored(meta);
}

/** Gives up gradients that were added to others. */
function dropAdded(targets: readonly Tensor[], grads: readonly Maybe[]): void {
  const grad = (x: Tensor): Maybe => x.node!.meta(x.slot).grad;
  grads.forEach((g, i) => {
    if (g !== null && grad(targets[i]!) !== g) dispose(g, "backward");
  });
}
