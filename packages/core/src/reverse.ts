import { tracing } from "./anomaly.ts";
import { CotangentError, GradError } from "./errors.ts";
import { closeFrame, handOver, openFrame, outsideFrames, show } from "./frame.ts";
import { stored } from "./handles.ts";
import { addMaybe, ops } from "./knot.ts";
import { type Level, levels, root } from "./level.ts";
import type { Meta, Node, Saved } from "./node.ts";
import { hasNaN } from "./read.ts";
import { freeNode, release, retain } from "./release.ts";
import { sameShape, showShape } from "./shape.ts";
import { handle, type Tensor } from "./tensor.ts";

/** An output of a node, to which a pass shall lead. */
export interface Wanted {
  readonly node: Node | null;
  readonly slot: number;
}

/** The way from outputs to wanted inputs. */
export interface Trail {
  /** In recording order, those that lead to an input. */
  readonly nodes: readonly Node[];
  readonly useful: ReadonlySet<Node>;
  /** For each wanted node, which of its outputs are wanted: true once it is reached. */
  readonly want: ReadonlyMap<Node, boolean[]>;
  /** For each input, whether an output depends on it. */
  readonly reached: readonly boolean[];
}

/** Walks the tape without arithmetic. Nodes older than, or below, every wanted input cannot lead to one. */
export function trail(outputs: readonly (Wanted | null)[], inputs: readonly Wanted[]): Trail {
  const want = new Map<Node, boolean[]>();
  let oldest = Infinity;
  let lowest = Infinity;
  for (const { node } of inputs) {
    if (node === null) continue;
    want.set(node, []);
    oldest = Math.min(oldest, node.number);
    lowest = Math.min(lowest, node.level.depth);
  }
  const useful = new Set<Node>();
  const todo: Node[] = [];
  const visit = (node: Node | null, slot: number): void => {
    if (node === null || node.number < oldest || node.level.depth < lowest) return;
    const slots = want.get(node);
    if (slots !== undefined) slots[slot] = true;
    if (useful.has(node)) return;
    useful.add(node);
    todo.push(node);
  };
  for (const y of outputs) if (y !== null) visit(y.node, y.slot);
  for (let i = 0; i < todo.length; i++) {
    const { from, slots } = todo[i]!;
    for (let k = 0; k < from.length; k++) visit(from[k]!, slots[k]!);
  }
  todo.sort((a, b) => a.number - b.number);
  // Older nodes come first, so that what does not lead on is gone when it is asked about.
  const nodes = todo.filter((node) => {
    const leads = want.has(node) || node.from.some((n) => n !== null && useful.has(n));
    if (!leads) useful.delete(node);
    return leads;
  });
  const reached = inputs.map((x) => x.node !== null && want.get(x.node)![x.slot] === true);
  return { nodes, useful, want, reached };
}

/** Which inputs of a node lead on, or null if none does. */
function needOf({ from }: Node, useful: ReadonlySet<Node>): readonly boolean[] | null {
  const need = new Array<boolean>(from.length);
  let some = false;
  for (let i = 0; i < from.length; i++) {
    need[i] = from[i] !== null && useful.has(from[i]!);
    some ||= need[i]!;
  }
  return some ? need : null;
}

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
  const down = (x: Tensor | null): Tensor | null => x && lower(x);
  return {
    inputs: saved.inputs.map(down),
    outputs: saved.outputs.map(down),
    ins: node.ins,
    outs: node.outs,
  };
}

/** Cotangents by node and output, summed as they come, and the references to their memory. */
class Cotangents {
  private readonly byNode = new Map<Node, (Tensor | null)[]>();
  /** Takes a retained cotangent. */
  add(node: Node, slot: number, g: Tensor): void {
    let list = this.byNode.get(node);
    if (list === undefined) {
      list = node.outs.length === 1 ? [null] : new Array<null>(node.outs.length).fill(null);
      this.byNode.set(node, list);
    }
    const old = list[slot];
    list[slot] = old ? sumOf(old, g) : g;
  }
  get(node: Node): (Tensor | null)[] | undefined {
    return this.byNode.get(node);
  }
  drop(node: Node): void {
    for (const g of this.byNode.get(node) ?? []) if (g !== null) release(g);
    this.byNode.delete(node);
  }
}

/** Of two retained cotangents a third one. */
function sumOf(a: Tensor, b: Tensor): Tensor {
  const sum = ops.add(a, b);
  retain(sum);
  release(a);
  release(b);
  return sum;
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
  const { nodes, useful, want, reached } = trail(outputs, inputs);
  const frame = openFrame();
  let grads: readonly (Tensor | null)[] = [];
  try {
    const sums = new Cotangents();
    outputs.forEach((y, i) => {
      const g = cotangents[i];
      if (y?.node && g && useful.has(y.node)) sums.add(y.node, y.slot, borrowed(g));
    });
    for (let k = nodes.length - 1; k >= 0; k--) {
      const node = nodes[k]!;
      step(node, needOf(node, useful), sums, pass);
      if (!want.has(node)) sums.drop(node);
    }
    grads = inputs.map((x) => (x.node && sums.get(x.node)?.[x.slot]) ?? null);
    for (const g of grads) if (g !== null) retain(g);
    for (const node of want.keys()) sums.drop(node);
  } finally {
    closeFrame(frame, "the backward pass");
  }
  return { grads: grads.map((g) => g && handedOver(g)), reached };
}

function step(node: Node, need: readonly boolean[] | null, sums: Cotangents, pass: Pass): void {
  const g = sums.get(node);
  if (g === undefined) return;
  if (node.metas.length > 0) runHooks(node, g);
  if (need === null) return;
  pull(node, g, need, sums, pass);
  if (pass.retain !== true && (pass.frees === undefined || pass.frees === node.level))
    freeNode(node);
}

/** One step: from the cotangents of a node's outputs to those of its inputs. */
function pull(
  node: Node,
  g: readonly (Tensor | null)[],
  need: readonly boolean[],
  sums: Cotangents,
  { lower, visit }: Pass,
): void {
  const primitive = node.primitive!;
  if (node.freed)
    throw new GradError(
      `${primitive.name}: its saved values were freed by an earlier backward pass; ` +
        `pass retainGraph: true to that one`,
    );
  const saved = savedOf(node, lower);
  if (visit !== undefined) showTo(visit, node, g, saved);
  // When something throws, the frame of the pass closes this one too.
  const frame = openFrame();
  const grads = primitive.vjp(g, saved, node.params, need);
  for (let i = 0; i < grads.length; i++) {
    const gi = grads[i];
    if (!need[i] || !gi) continue;
    checkRule(node, i, gi);
    retain(gi);
    sums.add(node.from[i]!, node.slots[i]!, gi);
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
