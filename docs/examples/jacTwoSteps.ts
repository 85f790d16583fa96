/** The chain rule by hand: the Jacobian of the second step is what the first one starts from. */
import { tensor } from "@cotangent/core";
import { jac } from "@cotangent/jd";
import type { Comparisons } from "./tour.ts";

export const title = "jac in two steps, by jacOutputs";
export const reference = "TorchJD's printed digits";
export const dtype = "float32";
export const tolerance = 0;

export function run(): Comparisons {
  const x = tensor([1, 2], { requiresGrad: true });
  const h = x.square();
  const y1 = h.sum();
  const y2 = tensor([1, -1]).matmul(h);

  const [byH] = jac([y1, y2], [h]);
  const [byX] = jac(h, [x], { jacOutputs: byH });

  const printed = [
    [2, 4],
    [2, -4],
  ];
  return { "d[y1, y2]/dx": [byX, printed] };
}
