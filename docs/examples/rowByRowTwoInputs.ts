/** The same of two inputs: every product gives a row of both blocks. */
import { manualSeed, onesLike, rand, stack, type Tensor, zeros } from "@cotangent/core";
import { vjp } from "@cotangent/functional";
import type { Comparisons } from "./tour.ts";

export const title = "the same Jacobians for two inputs x and y";
export const reference = "closed form";

const f = (x: Tensor, y: Tensor): Tensor =>
  stack([x.mul(y), x.add(y.square()).sin(), x.square().sub(y.mul(3))], 1);

function derivative(x: Tensor, y: Tensor): Tensor {
  const cosine = x.add(y.square()).cos();
  const dx = stack([y, cosine, x.mul(2)], 1);
  const dy = stack([x, y.mul(2).mul(cosine), onesLike(y).mul(-3)], 1);
  return stack([dx, dy], 2);
}

export function run(): Comparisons {
  manualSeed(0);
  const x = rand(1000).mul(2).sub(1);
  const y = rand(1000).mul(2).sub(1);
  const rows = [0, 1, 2].map((k) => {
    const pick = zeros([1000, 3]).indexPut(["...", k], 1);
    const [, [dx, dy]] = vjp(f, [x, y], pick);
    return stack([dx, dy], 1);
  });
  return { Jacobians: [stack(rows, 1), derivative(x, y)] };
}
