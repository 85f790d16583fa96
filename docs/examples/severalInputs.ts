/** Several inputs and outputs: the result has the structure of the outputs, then of the inputs. */
import { outer, type Tensor, tensor } from "@cotangent/core";
import { jacobian } from "@cotangent/functional";
import expected from "./expected.golden.json" with { type: "json" };
import type { Comparisons } from "./tour.ts";

export const title = "Jacobian blocks of several inputs and outputs, in arrays and records";
export const reference = "PyTorch";

const products = (x: Tensor, y: Tensor): [Tensor, Tensor] => [outer(x, y), x.sum().mul(y).exp()];

export function run(): Comparisons {
  const { shapes } = expected;
  const [x, y] = [tensor(shapes.three), tensor(shapes.two)];
  const weight = tensor(shapes.wide);

  type Params = { weight: Tensor; bias: Tensor };
  const layer = ({ weight, bias }: Params): Tensor => weight.matmul(x).add(bias).tanh();
  const blocks = jacobian(layer, { weight, bias: y });
  return {
    "two by two": [jacobian(products, [x, y]), shapes.products],
    "a record": [[blocks.weight, blocks.bias], shapes.layer],
  };
}
