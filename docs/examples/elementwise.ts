/** The derivative of a function of one number, at a thousand points in one product with ones. */
import { linspace, onesLike, type Tensor } from "@cotangent/core";
import { vjp } from "@cotangent/functional";
import type { Comparisons } from "./tour.ts";

export const title = "derivative of x² + sin x² at 1000 points, by one vjp";
export const reference = "closed form";

const f = (x: Tensor): Tensor => x.square().add(x.square().sin());

const derivative = (x: Tensor): Tensor => x.mul(2).add(x.mul(2).mul(x.square().cos()));

export function run(): Comparisons {
  const x = linspace(0, 5, 1000);
  const [y, dydx] = vjp(f, x, onesLike(x));
  return { "f(x)": [y, f(x)], "df/dx": [dydx, derivative(x)] };
}
