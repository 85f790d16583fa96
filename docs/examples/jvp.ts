/** J v: forward mode, a direction for the inputs. */
import { grad, ones, type Tensor, tensor } from "@cotangent/core";
import { jvp } from "@cotangent/functional";
import expected from "./expected.golden.json" with { type: "json" };
import type { Comparisons } from "./tour.ts";

export const title = "jvp: J v in forward mode, also differentiable, also of two inputs";
export const reference = "PyTorch";

const expReducer = (x: Tensor): Tensor => x.exp().sum(1);

const adder = (x: Tensor, y: Tensor): Tensor => x.mul(2).add(y.mul(3));

export function run(): Comparisons {
  const { square, jvp: golden } = expected.docstrings;
  const matrix = tensor(square, { requiresGrad: true });
  const [x, y] = [tensor(expected.docstrings.x), tensor(expected.docstrings.y)];

  const plain = jvp(expReducer, matrix, ones([4, 4]));
  const linked = jvp(expReducer, matrix, ones([4, 4]), { createGraph: true });
  return {
    expReducer: [plain, golden.expReducer],
    "with createGraph": [linked, golden.expReducer],
    "and its derivative": [grad(linked[1].sum(), matrix), golden.derivative],
    adder: [jvp(adder, [x, y], [ones(2), ones(2)]), golden.adder],
  };
}
