/** The Jacobian of two quantities at once: a row for each number in them. */
import { tensor } from "@cotangent/core";
import { jac } from "@cotangent/jd";
import type { Comparisons } from "./tour.ts";

export const title = "jac of [a · p, Σp²]";
export const reference = "TorchJD's printed digits";
export const dtype = "float32";
export const tolerance = 0;

export function run(): Comparisons {
  const param = tensor([1, 2], { requiresGrad: true });
  const y1 = tensor([-1, 1]).matmul(param);
  const y2 = param.square().sum();

  const [jacobian] = jac([y1, y2], [param]);

  const printed = [
    [-1, 1],
    [2, 4],
  ];
  return { jacobian: [jacobian, printed] };
}
