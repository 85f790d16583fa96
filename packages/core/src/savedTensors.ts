import { ArgumentError } from "./errors.ts";
import { checkSync, noGrad, type Sync } from "./level.ts";
import type { Node, Saved } from "./node.ts";
import { sameShape, showShape } from "./shape.ts";
import { alias, Tensor, wrap } from "./tensor.ts";

/** What happens to a tensor that the tape keeps, and how it comes back. */
export interface SavedTensorHooks<Packed> {
  pack(x: Tensor): Packed;
  unpack(packed: Packed): Tensor;
}

/** The hooks in force. */
export const packing = {
  hooks: null as SavedTensorHooks<unknown> | null,
  pack(node: Node): void {
    const { hooks } = this;
    if (hooks === null) return;
    const inputs = node.inputs.map((x) => x && box(hooks, x));
    const outputs = node.outputs.map((x) => x && box(hooks, x));
    const { ins, outs } = node;
    node.inputs = [];
    node.outputs = [];
    node.unpack = (): Saved => ({
      inputs: inputs.map((open) => open && open()),
      outputs: outputs.map((open) => open && open()),
      ins,
      outs,
    });
  },
};

/** Packs a value without its history; the function brings it back with it. */
function box(hooks: SavedTensorHooks<unknown>, x: Tensor): () => Tensor {
  const { level, node, slot, spec } = x;
  const tracked = node !== null && level.kind === "grad";
  const packed = noGrad<unknown>(() => hooks.pack(tracked && x.value ? x.value : bare(x)));
  return () => {
    const y = hooks.unpack(packed);
    if (!(y instanceof Tensor) || !sameShape(y.shape, spec.shape) || y.dtype !== spec.dtype)
      throw new ArgumentError(
        `savedTensorHooks: unpack must return a ${spec.dtype} tensor of shape ` +
          `${showShape(spec.shape)}, as pack was given`,
      );
    if (!tracked) return y;
    const z = x.value ? wrap(level, y, null) : alias(y);
    z.node = node;
    z.slot = slot;
    return z;
  };
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
