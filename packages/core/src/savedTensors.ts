import { describe } from "./align.ts";
import { ArgumentError } from "./errors.ts";
import { outsideFrames } from "./frame.ts";
import { checkSync, type Level, muted, root, type Sync } from "./level.ts";
import type { Node, Saved } from "./node.ts";
import { letGo, retain } from "./release.ts";
import { sameShape, showShape } from "./shape.ts";
import { alias, Tensor, wrap } from "./tensor.ts";

/** What happens to a tensor that the tape keeps, and how it comes back. */
export interface SavedTensorHooks<Packed> {
  /** Gets a value without history. */
  pack(x: Tensor): Packed;
  /** Brings back what `pack` was given. */
  unpack(packed: Packed): Tensor;
}

/** The hooks in force. */
export const packing = {
  hooks: null as SavedTensorHooks<unknown> | null,
  pack(node: Node): void {
    const { hooks } = this;
    if (hooks === null) return;
    const { level } = node;
    const boxes = (held: readonly (Tensor | null)[]) => held.map((x) => x && box(hooks, x, level));
    const inputs = boxes(node.inputs);
    const outputs = boxes(node.outputs);
    for (const x of [...node.inputs, ...node.outputs]) if (x !== null) letGo(x);
    const { ins, outs } = node;
    node.inputs = [];
    node.outputs = [];
    node.packed = [...inputs, ...outputs].map((b) => b?.packed);
    node.unpack = (): Saved => ({
      inputs: inputs.map((b) => b?.open() ?? null),
      outputs: outputs.map((b) => b?.open() ?? null),
      ins,
      outs,
    });
  },
};

interface Box {
  readonly packed: unknown;
  open(): Tensor;
}

const isTracked = ({ node, level }: Tensor): boolean => node !== null && level.kind === "grad";

/** What `pack` makes of a value without its history. It computes below the level that keeps the value. */
function packed(hooks: SavedTensorHooks<unknown>, x: Tensor, level: Level): unknown {
  const value = isTracked(x) && x.level !== root ? x.value! : bare(x);
  packing.hooks = null;
  try {
    if (value === x.value) retain(value);
    return outsideFrames(() => muted(level, () => hooks.pack(value)));
  } finally {
    packing.hooks = hooks;
  }
}

/** `open` brings a value back with its history. It must not hold x, which pack was to replace. */
function box(hooks: SavedTensorHooks<unknown>, x: Tensor, keeper: Level): Box {
  const { level, node, slot, spec } = x;
  const tracked = isTracked(x);
  const inside = packed(hooks, x, keeper);
  const open = (): Tensor => {
    const y = outsideFrames(() => hooks.unpack(inside));
    if (!(y instanceof Tensor) || !sameShape(y.shape, spec.shape) || y.dtype !== spec.dtype)
      throw new ArgumentError(
        `savedTensorHooks: unpack gave ${describe(y)} for a ${spec.dtype} tensor of shape ` +
          `${showShape(spec.shape)}; it must return what pack was given`,
      );
    if (!tracked) return y;
    const z = level === root ? alias(y) : wrap(level, y, null);
    z.node = node;
    z.slot = slot;
    return z;
  };
  return { packed: inside, open };
}

function bare(x: Tensor): Tensor {
  const y = alias(x);
  y.node = null;
  y.slot = 0;
  return y;
}

/**
 * Runs `f`; each tensor that the tape keeps meanwhile goes through `pack`, and through `unpack` when a
 * derivative needs it: to compress it, to hold it elsewhere, or to compute it again.
 *
 * @example savedTensorHooks({ pack: (x) => x.astype("float32"), unpack: (x) => x.astype("float64") }, f);
 */
export function savedTensorHooks<Packed, T>(
  hooks: SavedTensorHooks<Packed>,
  f: () => T & Sync<T>,
): T {
  const outer = packing.hooks;
  packing.hooks = hooks as SavedTensorHooks<unknown>;
  try {
    return checkSync<T>("savedTensorHooks", f());
  } finally {
    packing.hooks = outer;
  }
}
