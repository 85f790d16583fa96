import type { DType } from "./dtype.ts";
import type { Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** The few ops that makers and the reverse pass call, though makers make them; tied in `ops/knot.ts`. */
interface Knot {
  add(x: Tensor, y: Tensor): Tensor;
  neg(x: Tensor): Tensor;
  /** Equal rank, or new axes in front; sizes of 1 grow. */
  broadcastTo(x: Tensor, shape: Shape): Tensor;
  reshape(x: Tensor, shape: Shape): Tensor;
  astype(x: Tensor, dtype: DType): Tensor;
}

export const ops: Knot = {} as Knot;

export function tie(knot: Knot): void {
  Object.assign(ops, knot);
}

/** A tensor under a batch of `size`: [size, ...shape], a stride-0 view. */
export function spread(x: Tensor, size: number): Tensor {
  return ops.broadcastTo(x, [size, ...x.shape]);
}

/** Every side gets the leading axis; those that are not batched as stride-0 views. */
export function spreadAll(
  xs: readonly Tensor[],
  batched: readonly boolean[],
  size: number,
): readonly Tensor[] {
  return xs.map((x, i) => (batched[i] ? x : spread(x, size)));
}

export function addMaybe(a: Tensor | null, b: Tensor | null): Tensor | null {
  if (a === null) return b;
  return b === null ? a : ops.add(a, b);
}
