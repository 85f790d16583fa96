/** A Jacobian for each sample, built row by row: a product with a one-hot vector picks an output. */
import { manualSeed, onesLike, rand, stack, type Tensor, zeros } from "@cotangent/core";
import { vjp } from "@cotangent/functional";
import type { Comparisons } from "./tour.ts";

export const title = "1000 Jacobians of 3 outputs by 2 inputs, row by row";
export const reference = "closed form";

const columns = (points: Tensor): [Tensor, Tensor] => [points.select(1, 0), points.select(1, 1)];

function f(points: Tensor): Tensor {
  const [x, y] = columns(points);
  return stack([x.mul(y), x.add(y.square()).sin(), x.square().sub(y.mul(3))], 1);
}

function derivative(points: Tensor): Tensor {
  const [x, y] = columns(points);
  const cosine = x.add(y.square()).cos();
  const dx = stack([y, cosine, x.mul(2)], 1);
  const dy = stack([x, y.mul(2).mul(cosine), onesLike(y).mul(-3)], 1);
  return stack([dx, dy], 2);
}

export function run(): Comparisons {
  manualSeed(0);
  const points = rand([1000, 2]).mul(2).sub(1);
  const rows = [0, 1, 2].map((k) => {
    const pick = zeros([1000, 3]).indexPut(["...", k], 1);
    return vjp(f, points, pick)[1];
  });
  return { Jacobians: [stack(rows, 1), derivative(points)] };
}
