import type { Spec } from "./backend.ts";
import type { DType } from "./dtype.ts";
import { GradError } from "./errors.ts";
import { enroll, frames, track } from "./handles.ts";
import { type Level, root } from "./level.ts";
import type { TensorMethods } from "./methods.ts";
import { Meta, type Node } from "./node.ts";
import { type Shape, showShape, sizeOf } from "./shape.ts";
import type { Device, View } from "./view.ts";

/**
 * An n-dimensional array of numbers that knows how it was computed. Made by `tensor`, `zeros`, `rand` …,
 * never with `new`. Ops are methods; see `methods.ts`.
 */
export class Tensor {
  /** The innermost transform that knows this tensor; level 0 holds buffers. */
  readonly level: Level;
  /** Shape and dtype; without the batch axis under vmap. */
  spec: Spec;
  /** At level 0. */
  view: View | null;
  /** At a higher level: the tensor below, a dual's primal, a batch with its leading axis. */
  readonly value: Tensor | null;
  /** At a dual level, never null there. */
  readonly tangent: Tensor | null;
  node: Node | null = null;
  slot = 0;
  /** Until there is a node that holds it. */
  ownMeta: Meta | null = null;
  /** Whether this handle was given up. */
  disposed = false;

  constructor(
    level: Level,
    spec: Spec,
    view: View | null,
    value: Tensor | null,
    tangent: Tensor | null,
  ) {
    this.level = level;
    this.spec = spec;
    this.view = view;
    this.value = value;
    this.tangent = tangent;
  }

  /** Sizes by dim. */
  get shape(): Shape {
    return this.spec.shape;
  }
  /** The type of the elements. */
  get dtype(): DType {
    return this.spec.dtype;
  }
  /** The number of dims. */
  get ndim(): number {
    return this.spec.shape.length;
  }
  /** The number of elements. */
  get size(): number {
    return sizeOf(this.spec.shape);
  }
  /** Where the memory is. */
  get device(): Device {
    return bottom(this).device;
  }
}

export interface Tensor extends TensorMethods {}

/** The view that lies under all levels of a tensor. */
export function bottom(x: Tensor): View {
  let t = x;
  while (t.value !== null) t = t.value;
  return t.view!;
}

const scalars: { [D in DType]?: Spec } = {};

/** Scalars share theirs: of those programs keep many. */
function specOf({ shape, dtype }: View): Spec {
  return shape.length > 0 ? { shape, dtype } : (scalars[dtype] ??= { shape: [], dtype });
}

/** A tensor of level 0. */
export function fromView(view: View): Tensor {
  const x = new Tensor(root, specOf(view), view, null, null);
  track(x);
  return x;
}

/** Wraps a value whose shape and dtype stay as they are. */
export const wrap = (level: Level, value: Tensor, tangent: Tensor | null): Tensor =>
  new Tensor(level, value.spec, null, value, tangent);

/** Wraps a value at a batch level: its leading axis is hidden. */
export const wrapBatch = (level: Level, value: Tensor): Tensor =>
  new Tensor(level, { shape: value.shape.slice(1), dtype: value.dtype }, null, value, null);

/** Another handle of the same value and history. */
export function alias(x: Tensor): Tensor {
  const y = new Tensor(x.level, x.spec, x.view, x.value, x.tangent);
  if (x.view !== null && x.view.buffer !== null) x.view.buffer.refs++;
  y.node = x.node;
  y.slot = x.slot;
  return y;
}

/** An alias that the innermost frame and scope will give up. */
export function handle(x: Tensor): Tensor {
  const y = alias(x);
  enroll(y);
  if (frames.open && y.view !== null && y.view.buffer !== null) frames.handles.push(y);
  return y;
}

/** An escaped tensor has no meaning: its transform has returned. */
export function checkOpen(x: Tensor, who: string): void {
  if (!x.level.open)
    throw new GradError(
      `${who}: a tensor of shape ${showShape(x.shape)} escaped the ${x.level.who} that made it; ` +
        `return it from the function instead`,
    );
}

/** Cuts every grad and dual level and keeps batch levels; always a new handle. */
export function detach(x: Tensor): Tensor {
  checkOpen(x, "detach");
  if (x.level === root) {
    const y = handle(x);
    y.node = null;
    y.slot = 0;
    return y;
  }
  const below = detach(x.value!);
  return x.level.kind === "batch" ? wrapBatch(x.level, below) : below;
}

/** Grad, jac and hooks of a tensor. */
export function metaOf(x: Tensor): Meta {
  return x.node !== null ? x.node.meta(x.slot) : (x.ownMeta ??= new Meta());
}
