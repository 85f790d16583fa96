/** The whole Jacobian: its shape is the output's, then the input's; two inputs give two blocks. */
import { grad, type Tensor, tensor } from "@cotangent/core";
import { jacobian } from "@cotangent/functional";
import expected from "./expected.golden.json" with { type: "json" };
import type { Comparisons } from "./tour.ts";

export const title = "jacobian: [2, 2, 2] of a matrix, and a block for each of two inputs";
export const reference = "PyTorch";

const expReducer = (x: Tensor): Tensor => x.exp().sum(1);

const expAdder = (x: Tensor, y: Tensor): Tensor => x.exp().mul(2).add(y.mul(3));

export function run(): Comparisons {
  const { small, jacobian: golden } = expected.docstrings;
  const matrix = tensor(small, { requiresGrad: true });
  const [x, y] = [tensor(expected.docstrings.x), tensor(expected.docstrings.y)];

  const linked = jacobian(expReducer, matrix, { createGraph: true });
  return {
    expReducer: [jacobian(expReducer, matrix), golden.expReducer],
    "with createGraph": [linked, golden.expReducer],
    "and its derivative": [grad(linked.sum(), matrix), golden.derivative],
    expAdder: [jacobian(expAdder, [x, y]), golden.expAdder],
  };
}
