/** Derivatives by a matrix: every axis of the input stays an axis of the result. */
import { type Tensor, tensor } from "@cotangent/core";
import { hessian, jacobian } from "@cotangent/functional";
import expected from "./expected.golden.json" with { type: "json" };
import type { Comparisons } from "./tour.ts";

export const title = "Jacobian [2, 2, 2, 3] and Hessian [2, 3, 2, 3] by a matrix";
export const reference = "PyTorch";

const gram = (x: Tensor): Tensor => x.matmul(x.T);

const energy = (x: Tensor): Tensor => gram(x).sin().sum();

export function run(): Comparisons {
  const { shapes } = expected;
  const x = tensor(shapes.wide);
  return {
    reverse: [jacobian(gram, x), shapes.gram],
    forward: [jacobian(gram, x, { strategy: "forward-mode" }), shapes.gram],
    hessian: [hessian(energy, x), shapes.gramHessian],
  };
}
