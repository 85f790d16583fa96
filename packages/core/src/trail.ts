import { ops } from "./knot.ts";
import type { Node } from "./node.ts";
import { release, retain } from "./release.ts";
import type { Tensor } from "./tensor.ts";

/** An output of a node, to which a pass shall lead. */
export interface Wanted {
  readonly node: Node | null;
  readonly slot: number;
}

const NOWHERE: readonly (Step | null)[] = [];
const NOTHING: readonly boolean[] = [];

/** A node as one pass sees it. */
export class Step {
  readonly node: Node;
  /** Which outputs of the node are wanted, and whether they are reached; null for none. */
  wanted: boolean[] | null = null;
  /** Whether the walk came here. */
  seen = false;
  /** Whether it leads to a wanted input. */
  leads = false;
  /** Where its edges go, as far as the walk does. */
  from: readonly (Step | null)[] = NOWHERE;
  /** Which inputs of the node lead on; empty if none does. */
  need: readonly boolean[] = NOTHING;
  /** Retained cotangents of the outputs, summed as they come. */
  cotangents: (Tensor | null)[] | null = null;

  constructor(node: Node) {
    this.node = node;
  }

  /** Takes a retained cotangent. */
  add(slot: number, g: Tensor): void {
    this.cotangents ??= this.node.outs.length === 1 ? [null] : this.node.outs.map(() => null);
    const old = this.cotangents[slot];
    this.cotangents[slot] = old ? sumOf(old, g) : g;
  }

  /** Gives the cotangents up. */
  drop(): void {
    if (this.cotangents === null) return;
    for (const g of this.cotangents) if (g !== null) release(g);
    this.cotangents = null;
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

/** The way from outputs to wanted inputs, as a pass goes it. */
interface Way {
  /** In recording order, those that lead to an input. */
  readonly steps: readonly Step[];
  /** For each output, its step if it leads to an input. */
  readonly starts: readonly (Step | null)[];
  /** For each input, its step if an output depends on it. */
  readonly ends: readonly (Step | null)[];
}

/** The step of a node in the walk that goes on. */
const stepOf = (node: Node): Step => (node.mark ??= new Step(node));

/** Walks on from steps that were seen, to nodes that are not older than, or below, every wanted input. */
function walk(seen: Step[], oldest: number, lowest: number): void {
  for (let i = 0; i < seen.length; i++) {
    const { from, slots } = seen[i]!.node;
    const steps = new Array<Step | null>(from.length);
    for (let k = 0; k < from.length; k++) {
      const node = from[k]!;
      const ends = node === null || node.number < oldest || node.level.depth < lowest;
      steps[k] = ends ? null : visit(node, slots[k]!, seen);
    }
    seen[i]!.from = steps;
  }
}

function visit(node: Node, slot: number, seen: Step[]): Step {
  const step = stepOf(node);
  if (step.wanted !== null) step.wanted[slot] = true;
  if (step.seen) return step;
  step.seen = true;
  seen.push(step);
  return step;
}

/** Into recording order. The walk mostly goes the other way, and sort has a price for few steps too. */
function sortByAge(steps: Step[]): void {
  let k = 1;
  while (k < steps.length && steps[k]!.node.number < steps[k - 1]!.node.number) k++;
  if (k >= steps.length) steps.reverse();
  else steps.sort((a, b) => a.node.number - b.node.number);
}

const leads = (step: Step | null): boolean => step?.leads === true;

/** Most ops have one or two inputs, which all lead on: they share these lists. */
const ALL: readonly (readonly boolean[])[] = [NOTHING, [true], [true, true]];

/** Finds out which edges lead on, where it is known of older steps. */
function look(step: Step): void {
  const { from } = step;
  let count = 0;
  for (let k = 0; k < from.length; k++) if (leads(from[k]!)) count++;
  if (count > 0) step.need = (count === from.length && ALL[count]) || from.map(leads);
  step.leads = count > 0 || step.wanted !== null;
}

/**
 * Finds the way. Steps are marks of nodes as long as that takes: afterwards a rule may call the tape, and another
 * pass may mark the same nodes.
 */
export function wayBetween(outputs: readonly (Wanted | null)[], inputs: readonly Wanted[]): Way {
  let oldest = Infinity;
  let lowest = Infinity;
  for (const { node } of inputs) {
    if (node === null) continue;
    stepOf(node).wanted ??= [];
    oldest = Math.min(oldest, node.number);
    lowest = Math.min(lowest, node.level.depth);
  }
  const seen: Step[] = [];
  const starts = outputs.map((y) =>
    y === null || y.node === null || y.node.number < oldest || y.node.level.depth < lowest
      ? null
      : visit(y.node, y.slot, seen),
  );
  walk(seen, oldest, lowest);
  sortByAge(seen);
  for (const step of seen) look(step);
  const ends = inputs.map(({ node, slot }) =>
    node?.mark?.wanted?.[slot] === true ? node.mark : null,
  );
  for (const { node } of inputs) if (node !== null) node.mark = null;
  for (const { node } of seen) node.mark = null;
  return {
    steps: seen.filter((step) => step.leads),
    starts: starts.map((step) => (step?.leads ? step : null)),
    ends,
  };
}

/** What lies between outputs and wanted inputs. */
export interface Trail {
  /** In recording order, those that lead to an input. */
  readonly nodes: readonly Node[];
  /** For each input, whether an output depends on it. */
  readonly reached: readonly boolean[];
}

/** Walks the tape without arithmetic. */
export function trail(outputs: readonly (Wanted | null)[], inputs: readonly Wanted[]): Trail {
  const { steps, ends } = wayBetween(outputs, inputs);
  return { nodes: steps.map(({ node }) => node), reached: ends.map((end) => end !== null) };
}
