import { ArgumentError, type Tensor, type Tensors } from "@cotangent/core";
import { checkOptions, framed } from "@cotangent/core/extend";
import { type JacOptions, jacAs } from "./jac.ts";

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
  checkOptions("gramian", options, ["jacOutputs", "retainGraph"]);
  const product = (): Tensor => {
    const Js = jacAs("gramian", outputs, inputs, options);
    if (Js.length === 0)
      throw new ArgumentError("gramian: inputs is empty; pass at least one tensor");
    return Js.map((J) => J.reshape([J.shape[0]!, -1]))
      .map((J) => J.matmul(J.T))
      .reduce((sum, G) => sum.add(G));
  };
  return framed("gramian", product, (G) => [G]);
}
