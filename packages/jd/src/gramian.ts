import type { Tensor, Tensors } from "@cotangent/core";
import { type JacOptions, jac } from "./jac.ts";

/** Options of `gramian`. */
export type GramianOptions = Pick<JacOptions, "jacOutputs" | "retainGraph">;

/**
 * The Gramian J·Jᵀ of the Jacobian of `outputs` by all inputs side by side: the inner products of the gradients of
 * every two rows.
 *
 * @param inputs default: `leaves(outputs)`.
 * @returns a tensor [m, m].
 * @throws as `jac`.
 * @example gramian([loss1, loss2], model.parameters()); // negative off the diagonal: they conflict
 */
export function gramian(outputs: Tensors, inputs?: Tensors, options: GramianOptions = {}): Tensor {
  const Js: readonly Tensor[] = jac(outputs, inputs, options);
  return Js.map((J) => J.reshape([J.shape[0]!, -1]))
    .map((J) => J.matmul(J.T))
    .reduce((sum, G) => sum.add(G));
}
