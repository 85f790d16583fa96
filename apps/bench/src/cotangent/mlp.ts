import { logSoftmax, matmul, relu, type Tensor } from "@cotangent/core";
import * as fn from "@cotangent/functional";
import type { Task, Tasks } from "./task.ts";

type Parameters = readonly Tensor[];

function logits(parameters: Parameters, x: Tensor): Tensor {
  let y = x;
  for (let i = 0; i < parameters.length; i += 2) {
    if (i > 0) y = relu(y);
    y = matmul(y, parameters[i]!).add(parameters[i + 1]!);
  }
  return y;
}

/** Cross entropy with soft targets, of one sample or a batch. */
const loss = (parameters: Parameters, x: Tensor, y: Tensor): Tensor =>
  logSoftmax(logits(parameters, x), -1).mul(y).sum(-1).mean().neg();

const RATE = 0.1;

const forward: Task =
  ([x, , ...parameters]) =>
  () =>
    logits(parameters, x!);

const valueAndGrad: Task = ([x, y, ...parameters]) => {
  const both = fn.valueAndGrad((p: Parameters) => loss(p, x!, y!));
  return () => both(parameters);
};

const step: Task = ([x, y, ...parameters]) => {
  const gradient = fn.grad((p: Parameters) => loss(p, x!, y!));
  return () => {
    const g = gradient(parameters);
    return parameters.map((p, i) => p.sub(g[i]!.mul(RATE)));
  };
};

const perSample: Task = ([x, y, ...parameters]) => {
  const gradient = fn.grad((p: Parameters, xi: Tensor, yi: Tensor) => loss(p, xi, yi));
  const each = fn.vmap((xi: Tensor, yi: Tensor) => gradient(parameters, xi, yi));
  return () => each(x!, y!);
};

/** The parameters, and a direction of the same shapes. */
const halves = (tensors: readonly Tensor[]): readonly [Parameters, Parameters] => {
  const half = tensors.length / 2;
  return [tensors.slice(0, half), tensors.slice(half)];
};

const jvp: Task = ([x, , ...rest]) => {
  const [parameters, direction] = halves(rest);
  return () => fn.jvp((...p: Tensor[]) => logits(p, x!), [...parameters], [...direction])[1];
};

const hvp: Task = ([x, y, ...rest]) => {
  const [parameters, direction] = halves(rest);
  return () => fn.hvp((...p: Tensor[]) => loss(p, x!, y!), [...parameters], [...direction])[1];
};

export const mlp: Tasks = {
  "mlp.forward": forward,
  "mlp.valueAndGrad": valueAndGrad,
  "mlp.step": step,
  "mlp.perSample": perSample,
  "mlp.jvp": jvp,
  "mlp.hvp": hvp,
};
