/** Which gradients conflict? The Gramian of the combined Jacobian tells: negative means conflict. */
import { concat, tensor } from "@cotangent/core";
import { gramian, jac } from "@cotangent/jd";
import type { Comparisons } from "./tour.ts";

export const title = "jac of a layer and a penalty, and its Gramian";
export const reference = "TorchJD's printed digits";
export const dtype = "float32";
export const tolerance = 0;

export function run(): Comparisons {
  const weight = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { requiresGrad: true },
  );
  const bias = tensor([0.5, -0.5], { requiresGrad: true });
  const y1 = weight.matmul(tensor([1, -1])).add(bias);
  const y2 = weight.square().sum().add(bias.square().sum());

  const direct = gramian([y1, y2], [weight, bias], { retainGraph: true });
  const jacobians = jac([y1, y2], [weight, bias]);
  const combined = concat(
    jacobians.map((J) => J.flatten(1)),
    1,
  );

  const printed = [
    [3, 0, -1],
    [0, 3, -3],
    [-1, -3, 122],
  ];
  return { "J Jᵀ": [combined.matmul(combined.T), printed], gramian: [direct, printed] };
}
