/** Scalars are tensors without axes: a gradient is a Jacobian of one, a second derivative a Hessian. */
import { type Tensor, tensor } from "@cotangent/core";
import { hessian, jacfwd, jacobian, jacrev } from "@cotangent/functional";
import expected from "./expected.golden.json" with { type: "json" };
import type { Comparisons } from "./tour.ts";

export const title = "scalar outputs and scalar inputs, to second order";
export const reference = "PyTorch";

const norm = (x: Tensor): Tensor => x.square().sum().sqrt();

const wave = (x: Tensor): Tensor => x.mul(x.sin());

export function run(): Comparisons {
  const { shapes } = expected;
  const x = tensor(shapes.three);
  const point = tensor(shapes.point);
  return {
    "gradient of a norm": [jacobian(norm, x), shapes.normGradient],
    "forward, too": [jacfwd(norm)(x), shapes.normGradient],
    "Hessian of a norm": [hessian(norm, x), shapes.normHessian],
    "(x sin x)'": [jacrev(wave)(point), shapes.waveFirst],
    "(x sin x)''": [hessian(wave, point), shapes.waveSecond],
  };
}
