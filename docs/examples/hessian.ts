/** The Hessian of a scalar function: its shape is the input's twice; H[i][j] for several inputs. */
import { grad, type Tensor, tensor } from "@cotangent/core";
import { hessian } from "@cotangent/functional";
import expected from "./expected.golden.json" with { type: "json" };
import type { Comparisons } from "./tour.ts";

export const title = "hessian: [2, 2, 2, 2] of a matrix, and 2 × 2 blocks for two inputs";
export const reference = "PyTorch";

const powReducer = (x: Tensor): Tensor => x.pow(3).sum();

const powAdderReducer = (x: Tensor, y: Tensor): Tensor =>
  x.pow(2).mul(2).add(y.pow(2).mul(3)).sum();

export function run(): Comparisons {
  const { small, hessian: golden } = expected.docstrings;
  const matrix = tensor(small, { requiresGrad: true });
  const [x, y] = [tensor(expected.docstrings.x), tensor(expected.docstrings.y)];

  const linked = hessian(powReducer, matrix, { createGraph: true });
  return {
    powReducer: [hessian(powReducer, matrix), golden.powReducer],
    "with createGraph": [linked, golden.powReducer],
    "and its derivative": [grad(linked.sum(), matrix), golden.derivative],
    powAdderReducer: [hessian(powAdderReducer, [x, y]), golden.powAdderReducer],
  };
}
