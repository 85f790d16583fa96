/** Many more outputs than inputs: strategy "auto" sees it and goes forward, 32 columns at once. */
import { manualSeed, randn, type Tensor } from "@cotangent/core";
import { jacobian } from "@cotangent/functional";
import type { Comparisons } from "./tour.ts";

export const title = "Jacobian of a layer from 32 to 2048, with strategy auto";
export const reference = "closed form";

export function run(): Comparisons {
  manualSeed(0);
  const weight = randn([2048, 32]);
  const x = randn(32);
  const layer = (x: Tensor): Tensor => weight.matmul(x).tanh();

  // d tanh(Wx) = (1 − tanh²) W
  const slope = layer(x).square().neg().add(1);
  const closedForm = slope.unsqueeze(1).mul(weight);
  return { jacobian: [jacobian(layer, x, { strategy: "auto" }), closedForm] };
}
