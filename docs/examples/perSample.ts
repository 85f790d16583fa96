/** A batch of points in the plane, a number for each: one product with ones gives every gradient. */
import { manualSeed, ones, rand, stack, type Tensor } from "@cotangent/core";
import { vjp } from "@cotangent/functional";
import type { Comparisons } from "./tour.ts";

export const title = "gradients of x₁x₂ + sin x₁x₂² at 1000 points, by one vjp";
export const reference = "closed form";

const columns = (points: Tensor): [Tensor, Tensor] => [points.select(1, 0), points.select(1, 1)];

function f(points: Tensor): Tensor {
  const [x, y] = columns(points);
  return x.mul(y).add(x.mul(y.square()).sin());
}

function gradient(points: Tensor): Tensor {
  const [x, y] = columns(points);
  const cosine = x.mul(y.square()).cos();
  const dx = y.add(y.square().mul(cosine));
  const dy = x.add(x.mul(y).mul(2).mul(cosine));
  return stack([dx, dy], 1);
}

export function run(): Comparisons {
  manualSeed(0);
  const points = rand([1000, 2]).mul(2).sub(1);
  const [, gradients] = vjp(f, points, ones(1000));
  return { gradients: [gradients, gradient(points)] };
}
