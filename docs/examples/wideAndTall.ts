/** Jacobians that are not square, by both modes: 2 outputs of 3 inputs, and 3 outputs of 2. */
import { type Tensor, tensor } from "@cotangent/core";
import { jacfwd, jacrev } from "@cotangent/functional";
import expected from "./expected.golden.json" with { type: "json" };
import type { Comparisons } from "./tour.ts";

export const title = "Jacobians of shape 2 × 3 and 3 × 2, forward and reverse";
export const reference = "PyTorch";

export function run(): Comparisons {
  const { shapes } = expected;
  const [wide, tall] = [tensor(shapes.wide), tensor(shapes.tall)];
  const [three, two] = [tensor(shapes.three), tensor(shapes.two)];

  const linear = (x: Tensor): Tensor => wide.matmul(x);
  const squeezed = (x: Tensor): Tensor => wide.matmul(x).tanh();
  const widened = (x: Tensor): Tensor => tall.matmul(x).tanh();
  return {
    "A x, forward": [jacfwd(linear)(three), shapes.wide],
    "A x, reverse": [jacrev(linear)(three), shapes.wide],
    "2 × 3, forward": [jacfwd(squeezed)(three), shapes.tanhWide],
    "2 × 3, reverse": [jacrev(squeezed)(three), shapes.tanhWide],
    "3 × 2, forward": [jacfwd(widened)(two), shapes.tanhTall],
    "3 × 2, reverse": [jacrev(widened)(two), shapes.tanhTall],
  };
}
