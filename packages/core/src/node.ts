import type { Spec } from "./backend.ts";
import type { Level } from "./level.ts";
import type { Primitive } from "./primitive.ts";
import type { Tensor } from "./tensor.ts";
import type { Step } from "./trail.ts";

/** What belongs to a tensor beside its value; shared by all its handles through the node. */
export class Meta {
  grad: Tensor | null = null;
  jac: Tensor | null = null;
  retain = false;
  readonly hooks: Set<(grad: Tensor) => Tensor | void> = new Set();
}

/** The inputs and outputs of an op that its rule may read: `keeps` says which have a value. */
export interface Saved {
  readonly inputs: readonly (Tensor | null)[];
  readonly outputs: readonly (Tensor | null)[];
  /** Shape and dtype of every input and output. */
  readonly ins: readonly Spec[];
  readonly outs: readonly Spec[];
}

/** Restores saved values that `savedTensorHooks` packed. */
export type Unpack = (saved: Saved) => Saved;

const NONE: readonly never[] = [];
let count = 0;

/** One recorded op, or a leaf (without a primitive). Numbers grow, over all levels, in recording order. */
export class Node implements Saved {
  readonly number: number = count++;
  readonly level: Level;
  readonly primitive: Primitive<unknown> | null;
  readonly params: unknown;
  /** Edges: the nodes that made the inputs (null: no derivative there) and which of their outputs. */
  from: readonly (Node | null)[] = NONE;
  slots: readonly number[] = NONE;
  inputs: readonly (Tensor | null)[] = NONE;
  outputs: readonly (Tensor | null)[] = NONE;
  ins: readonly Spec[] = NONE;
  outs: readonly Spec[] = NONE;
  unpack: Unpack | null = null;
  /** What `pack` gave, for those who ask which tensors are in use. */
  packed: readonly unknown[] = NONE;
  freed = false;
  /** By output; empty until somebody asks. */
  metas: (Meta | undefined)[] = NONE as never[];
  /** What a walk over the tape knows of it, as long as it goes on. */
  mark: Step | null = null;
  /** The tensor of a leaf. */
  leaf: Tensor | null = null;
  /** Where the op was called, under `detectAnomaly`. */
  trace: string | null = null;
  constructor(level: Level, primitive: Primitive<unknown> | null, params: unknown) {
    this.level = level;
    this.primitive = primitive;
    this.params = params;
  }
  /** What belongs to an output; made when first asked for. */
  meta(slot: number): Meta {
    if (this.metas.length === 0) this.metas = [];
    return (this.metas[slot] ??= new Meta());
  }
  /** Lets saved values go: where there were any, a second backward pass is an error. */
  free(): void {
    const saved = (x: Tensor | null): boolean => x !== null;
    if (!this.inputs.some(saved) && !this.outputs.some(saved) && this.unpack === null) return;
    this.freed = true;
    this.inputs = NONE;
    this.outputs = NONE;
    this.unpack = null;
    this.packed = NONE;
  }
}
