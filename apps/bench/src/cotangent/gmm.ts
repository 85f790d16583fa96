import {
  concat,
  exp,
  indexSelect,
  lgamma,
  logSumExp,
  matmul,
  norm,
  ones,
  type Tensor,
  tensor,
  zeros,
} from "@cotangent/core";
import * as fn from "@cotangent/functional";
import type { Task, Tasks } from "./task.ts";

/** Where the elements of a lower triangular [d, d] matrix lie: its diagonal, its columns below that, a zero. */
const triangleIndex = (d: number): number[] =>
  Array.from({ length: d * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    if (i < j) return (d * (d + 1)) / 2;
    return i === j ? i : d + j * (d - 1) - (j * (j - 1)) / 2 + i - j - 1;
  });

/** log Γ_d(a), the multivariate gamma function, a tensor of one element. */
function logGamma(a: number, d: number): Tensor {
  const steps = Array.from({ length: d }, (_, j) => a - j / 2);
  const constant = ((d * (d - 1)) / 4) * Math.log(Math.PI);
  return lgamma(tensor(steps, { dtype: "float64" }))
    .sum()
    .add(constant);
}

interface Prior {
  readonly gamma: number;
  readonly m: number;
}

/** log-likelihood of the points x under the mixture, with a Wishart prior. */
function likelihood(x: Tensor, k: number, { gamma, m }: Prior) {
  const [n, d] = x.shape as [number, number];
  const factors = (d * (d - 1)) / 2;
  const index = tensor(triangleIndex(d), { dtype: "int32" });
  const degrees = d + m + 1;
  const perComponent = logGamma(degrees / 2, d)
    .neg()
    .add(degrees * d * (Math.log(gamma) - 0.5 * Math.log(2)));
  const constant = perComponent.mul(-k).sub((n * d * Math.log(2 * Math.PI)) / 2);
  const pad = zeros([k, 1], { dtype: "float64" });
  const points = concat([x.T, ones([1, n], { dtype: "float64" })]);

  return (alphas: Tensor, means: Tensor, icf: Tensor): Tensor => {
    const logs = icf.narrow(1, 0, d);
    const lower = icf.narrow(1, d, factors);
    const scales = exp(logs);
    const triangles = indexSelect(concat([scales, lower, pad], 1), 1, index).reshape([k, d, d]);
    const offsets = matmul(triangles, means.neg().unsqueeze(2));
    const whitened = matmul(concat([triangles, offsets], 2), points);
    const volumes = logs.sum(1);
    const weights = alphas.add(volumes).unsqueeze(1);
    const main = logSumExp(weights.sub(norm(whitened, 1).square().mul(0.5)), 0).sum();
    const prior = scales
      .square()
      .sum()
      .add(lower.square().sum())
      .mul(0.5 * gamma ** 2)
      .sub(volumes.sum().mul(m));
    return main.sub(logSumExp(alphas, 0).mul(n)).add(prior).add(constant);
  };
}

const make = (inputs: readonly Tensor[], settings: Readonly<Record<string, number>>) =>
  likelihood(inputs[3]!, inputs[0]!.shape[0]!, { gamma: settings.gamma!, m: settings.m! });

const objective: Task = (inputs, settings) => {
  const f = make(inputs, settings);
  const [alphas, means, icf] = inputs;
  return () => f(alphas!, means!, icf!);
};

const gradient: Task = (inputs, settings) => {
  const g = fn.grad(make(inputs, settings), { argnums: [0, 1, 2] });
  const [alphas, means, icf] = inputs;
  return () => g(alphas!, means!, icf!);
};

export const gmm: Tasks = { "gmm.objective": objective, "gmm.gradient": gradient };
