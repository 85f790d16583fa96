/** vᵀJ: reverse mode, a row of weights for the outputs. */
import { grad, ones, type Tensor, tensor } from "@cotangent/core";
import { vjp } from "@cotangent/functional";
import expected from "./expected.golden.json" with { type: "json" };
import type { Comparisons } from "./tour.ts";

export const title = "vjp: vᵀJ, also differentiable, also of two inputs";
export const reference = "PyTorch";

const expReducer = (x: Tensor): Tensor => x.exp().sum(1);

const adder = (x: Tensor, y: Tensor): Tensor => x.mul(2).add(y.mul(3));

export function run(): Comparisons {
  const { square, vjp: golden } = expected.docstrings;
  const matrix = tensor(square, { requiresGrad: true });
  const [x, y] = [tensor(expected.docstrings.x), tensor(expected.docstrings.y)];

  const plain = vjp(expReducer, matrix, ones(4));
  const linked = vjp(expReducer, matrix, ones(4), { createGraph: true });
  return {
    expReducer: [plain, golden.expReducer],
    "with createGraph": [linked, golden.expReducer],
    "and its derivative": [grad(linked[1].sum(), matrix), golden.derivative],
    adder: [vjp(adder, [x, y], ones(2)), golden.adder],
  };
}
