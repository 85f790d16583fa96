/** A function of two arguments: inputs in an array, and the products come back in an array. */
import { manualSeed, ones, rand, type Tensor } from "@cotangent/core";
import { vjp } from "@cotangent/functional";
import type { Comparisons } from "./tour.ts";

export const title = "the same gradients for two inputs x and y, in two blocks";
export const reference = "closed form";

const f = (x: Tensor, y: Tensor): Tensor => x.mul(y).add(x.mul(y.square()).sin());

function partials(x: Tensor, y: Tensor): [Tensor, Tensor] {
  const cosine = x.mul(y.square()).cos();
  return [y.add(y.square().mul(cosine)), x.add(x.mul(y).mul(2).mul(cosine))];
}

export function run(): Comparisons {
  manualSeed(0);
  const x = rand(1000).mul(2).sub(1);
  const y = rand(1000).mul(2).sub(1);
  const [, products] = vjp(f, [x, y], ones(1000));
  return { "df/dx, df/dy": [products, partials(x, y)] };
}
