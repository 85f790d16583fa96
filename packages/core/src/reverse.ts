import { tracing } from "./anomaly.ts";
import { CotangentError, GradError } from "./errors.ts";
import { closeFrame, handOver, openFrame, outsideFrames, show } from "./frame.ts";
import { stored } from "./handles.ts";
import { addMaybe } from "./knot.ts";
import { type Level, levels, root } from "./level.ts";
import type { Meta, Node, Saved } from "./node.ts";
import { hasNaN } from "./read.ts";
import { freeNode, retain } from "./release.ts";
import { sameShape, showShape } from "./shape.ts";
import { handle, type Tensor } from "./tensor.ts";
import { type Step, type Wanted, wayBetween } from "./trail.ts";

/** Sees each node before its vjp: a package with another rule for each primitive starts here. */
export type Visitor = (node: Node, cotangents: readonly (Tensor | null)[], saved: Saved) => void;

/** How a reverse pass goes. */
export interface Pass {
  /** Brings saved values to the level where the pass computes. */
  readonly lower?: (x: Tensor) => Tensor;
  readonly retain?: boolean;
  /** Only nodes of this level are freed; by default all. */
  readonly frees?: Level;
  readonly visit?: Visitor;
}

/** What a reverse pass gives. */
export interface Pulled {
  /** By input; null where nothing came. */
  readonly grads: readonly (Tensor | null)[];
  /** By input: whether an output depends on it. */
  readonly reached: readonly boolean[];
}

/** The values of a node as a rule sees them. */
export function savedOf(node: Node, lower?: (x: Tensor) => Tensor): Saved {
  const saved = node.unpack === null ? node : node.unpack(node);
  if (lower === undefined) return saved;
  return {
    inputs: saved.inputs.map((x) => x && lower(x)),
    outputs: saved.outputs.map((x) => x && lower(x)),
    ins: node.ins,
    outs: node.outs,
  };
}

/** Retains what user code may see; what it may assign to gets a handle that it does not see. */
function borrowed(g: Tensor): Tensor {
  const own = g.level === root && g.view!.buffer !== null ? handle(g) : g;
  retain(own);
  return own;
}

/** A retained cotangent as the caller gets it: a handle of its own. */
function handedOver(g: Tensor): Tensor {
  const own = g.level === root && !g.disposed ? handle(g) : g;
  handOver(g);
  return own;
}

/** Hooks see a complete cotangent, and may replace it; `retainGrad` keeps it. */
function runHooks(node: Node, g: (Tensor | null)[]): void {
  node.metas.forEach((meta: Meta | undefined, slot) => {
    if (meta === undefined || !g[slot]) return;
    if (meta.hooks.size === 0 && !meta.retain) return;
    show(g[slot]!);
    g[slot] = borrowed(outsideFrames(() => seenBy(meta, g[slot]!)));
  });
}

function seenBy(meta: Meta, given: Tensor): Tensor {
  let g = given;
  for (const hook of meta.hooks) g = checkHook(hook(g), g);
  if (!meta.retain) return g;
  meta.grad = addMaybe(meta.grad, g);
  stored(meta);
  return g;
}

function checkHook(result: Tensor | void, g: Tensor): Tensor {
  if (result === undefined) return g;
  if (sameShape(result.shape, g.shape) && result.dtype === g.dtype) return result;
  throw new GradError(
    `registerHook: the hook returned ${result.dtype} ${showShape(result.shape)} for a gradient of ` +
      `${g.dtype} ${showShape(g.shape)}; return the same shape and dtype, or nothing`,
  );
}

function checkRule(node: Node, i: number, g: Tensor): void {
  const { name } = node.primitive!;
  const spec = node.ins[i]!;
  if (!sameShape(g.shape, spec.shape) || g.dtype !== spec.dtype)
    throw new CotangentError(
      `${name}: its vjp gave ${g.dtype} ${showShape(g.shape)} for input ${i}, ` +
        `which is ${spec.dtype} ${showShape(spec.shape)}; mend the rule`,
    );
  if (tracing.on && hasNaN(g))
    throw new GradError(
      `${name}: the derivative for input ${i} is NaN; the op was called\n${node.trace ?? ""}`,
    );
}

/**
 * The reverse pass: cotangents of `inputs`, given those of `outputs`. It asks each rule only for needed inputs
 * and visits only nodes that lead to one, iteratively.
 */
export function reverse(
  outputs: readonly (Wanted | null)[],
  cotangents: readonly (Tensor | null)[],
  inputs: readonly Wanted[],
  pass: Pass = {},
): Pulled {
  const { steps, starts, ends } = wayBetween(outputs, inputs);
  const frame = openFrame();
  let grads: readonly (Tensor | null)[] = [];
  try {
    starts.forEach((step, i) => {
      const g = cotangents[i];
      if (step !== null && g) step.add(outputs[i]!.slot, borrowed(g));
    });
    for (let k = steps.length - 1; k >= 0; k--) {
      const step = steps[k]!;
      if (step.cotangents !== null) take(step, step.cotangents, pass);
      if (step.wanted === null) step.drop();
    }
    grads = ends.map((step, i) => step?.cotangents?.[inputs[i]!.slot] ?? null);
    for (const g of grads) if (g !== null) retain(g);
    for (const step of steps) step.drop();
  } finally {
    closeFrame(frame, "the backward pass");
  }
  return {
    grads: grads.map((g) => g && handedOver(g)),
    reached: ends.map((step) => step !== null),
  };
}

function take(step: Step, g: (Tensor | null)[], pass: Pass): void {
  const { node } = step;
  if (node.metas.length > 0) runHooks(node, g);
  if (step.need.length === 0) return;
  pull(step, g, pass);
  if (pass.retain !== true && (pass.frees === undefined || pass.frees === node.level))
    freeNode(node);
}

/** One step: from the cotangents of a node's outputs to those of its inputs. */
function pull({ node, need, from }: Step, g: readonly (Tensor | null)[], pass: Pass): void {
  const primitive = node.primitive!;
  if (node.freed)
    throw new GradError(
      `${primitive.name}: its saved values were freed by an earlier backward pass; ` +
        `pass retainGraph: true to that one`,
    );
  const saved = savedOf(node, pass.lower);
  if (pass.visit !== undefined) showTo(pass.visit, node, g, saved);
  // When something throws, the frame of the pass closes this one too.
  const frame = openFrame();
  const grads = primitive.vjp(g, saved, node.params, need);
  for (let i = 0; i < grads.length; i++) {
    const gi = grads[i];
    if (!need[i] || !gi) continue;
    checkRule(node, i, gi);
    retain(gi);
    from[i]!.add(node.slots[i]!, gi);
  }
  closeFrame(frame, "the backward pass");
}

/** A visitor may keep what it sees. */
function showTo(visit: Visitor, node: Node, g: readonly (Tensor | null)[], saved: Saved): void {
  for (const x of [...g, ...saved.inputs, ...saved.outputs]) if (x !== null) retain(x);
  outsideFrames(() => visit(node, g, saved));
}

/** The highest of the levels of some tensors. */
export function highest(xs: readonly Tensor[]): Level {
  return xs.reduce((top, x) => (x.level.depth > top.depth ? x.level : top), levels[0]!);
}
