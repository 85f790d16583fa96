import { logSumExp, matmul, noGrad, type Tensor, tanh } from "@cotangent/core";
import * as fn from "@cotangent/functional";
import { gramian, jac } from "@cotangent/jd";
import { type Layer, Linear, modelJacobian, modelJvp, Sequential, Tanh } from "@cotangent/nn";
import { robust, simple } from "./programs.ts";
import type { Task, Tasks } from "./task.ts";

type Map = (x: Tensor) => Tensor;
type MakeMap = (inputs: readonly Tensor[]) => readonly [f: Map, x: Tensor, v: Tensor | undefined];

const network: MakeMap = ([x, w, u, v]) => [(z) => matmul(tanh(matmul(z, w!)), u!), x!, v];

const objective: MakeMap = (inputs) => {
  const [f, x, v] = network(inputs);
  return [(z) => logSumExp(f(z), 0), x, v];
};

const layer: MakeMap = ([x, w, b]) => [(z) => tanh(matmul(w!, z).add(b!)), x!, undefined];

const jacrev =
  (make: MakeMap): Task =>
  (inputs) => {
    const [f, x] = make(inputs);
    const whole = fn.jacrev(f);
    return () => whole(x);
  };

const jacfwd =
  (make: MakeMap): Task =>
  (inputs) => {
    const [f, x] = make(inputs);
    const whole = fn.jacfwd(f);
    return () => whole(x);
  };

const gradient: Task = (inputs) => {
  const [f, x] = objective(inputs);
  const g = fn.grad(f);
  return () => g(x);
};

const hessian: Task = (inputs) => {
  const [f, x] = objective(inputs);
  return () => fn.hessian(f, x);
};

const hvp: Task = (inputs) => {
  const [f, x, v] = objective(inputs);
  return () => fn.hvp(f, x, v!)[1];
};

const vhp: Task = (inputs) => {
  const [f, x, v] = objective(inputs);
  return () => fn.vhp(f, x, v!)[1];
};

const batchJacobian: Task = ([x, w, b]) => {
  const each = fn.vmap(fn.jacrev((z: Tensor) => tanh(matmul(w!, z).add(b!))));
  return () => each(x!);
};

const batchHessian: Task = ([x, w, b]) => {
  const f = (z: Tensor): Tensor => tanh(matmul(w!, z).add(b!));
  const each = fn.vmap(fn.jacfwd(fn.jacrev(f)));
  return () => each(x!);
};

/** Linear layers keep their weights as [out, in]. */
const transposed = (parameters: readonly Tensor[]): Tensor[] =>
  parameters.map((p) => (p.ndim === 2 ? p.T.clone() : p));

function modelOf(parameters: readonly Tensor[]): Layer {
  const values = transposed(parameters);
  const layers: Layer[] = [];
  for (let i = 0; i < values.length; i += 2) {
    const [out, inner] = values[i]!.shape;
    if (i > 0) layers.push(new Tanh());
    layers.push(new Linear(inner!, out!));
  }
  const model = new Sequential(...layers);
  noGrad(() =>
    model.parameters().forEach((p, i) => {
      p.assign(values[i]!);
    }),
  );
  return model;
}

const modelProduct: Task = ([x, ...rest]) => {
  const half = rest.length / 2;
  const model = modelOf(rest.slice(0, half));
  const direction = transposed(rest.slice(half));
  return () => modelJvp(model, x!, direction);
};

const modelWhole: Task = ([x, ...parameters]) => {
  const model = modelOf(parameters);
  return () => modelJacobian(model, x!);
};

const sampleLosses = (model: Layer, x: Tensor): Tensor => model.forward(x).square().sum(1);

const sampleJac: Task = ([x, ...parameters]) => {
  const model = modelOf(parameters);
  return () => jac(sampleLosses(model, x!), model.parameters());
};

const sampleGramian: Task = ([x, ...parameters]) => {
  const model = modelOf(parameters);
  return () => gramian(sampleLosses(model, x!), model.parameters());
};

export const jacobian: Tasks = {
  "network.jacrev": jacrev(network),
  "network.jacfwd": jacfwd(network),
  "network.grad": gradient,
  "network.hessian": hessian,
  "network.hvp": hvp,
  "network.vhp": vhp,
  "layer.jacrev": jacrev(layer),
  "layer.jacfwd": jacfwd(layer),
  "layer.batchJacobian": batchJacobian,
  "layer.batchHessian": batchHessian,
  "model.jvp": modelProduct,
  "model.jacobian": modelWhole,
  "model.jac": sampleJac,
  "model.gramian": sampleGramian,
  ...simple,
  ...robust,
};
