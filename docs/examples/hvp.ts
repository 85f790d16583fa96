/** H v, forward over reverse: the Hessian is never formed. */
import { grad, ones, type Tensor, tensor, zeros } from "@cotangent/core";
import { hvp } from "@cotangent/functional";
import expected from "./expected.golden.json" with { type: "json" };
import type { Comparisons } from "./tour.ts";

export const title = "hvp: H v without the Hessian";
export const reference = "PyTorch";

const powReducer = (x: Tensor): Tensor => x.pow(3).sum();

const powAdderReducer = (x: Tensor, y: Tensor): Tensor =>
  x.pow(2).mul(2).add(y.pow(2).mul(3)).sum();

export function run(): Comparisons {
  const { small, hvp: golden } = expected.docstrings;
  const matrix = tensor(small, { requiresGrad: true });
  const [x, y] = [tensor(expected.docstrings.x), tensor(expected.docstrings.y)];

  const linked = hvp(powReducer, matrix, ones([2, 2]), { createGraph: true });
  return {
    powReducer: [hvp(powReducer, matrix, ones([2, 2])), golden.powReducer],
    "with createGraph": [linked, golden.powReducer],
    "and its derivative": [grad(linked[1].sum(), matrix), golden.derivative],
    powAdderReducer: [hvp(powAdderReducer, [x, y], [zeros(2), ones(2)]), golden.powAdderReducer],
  };
}
