import { exp, lgamma, log, log1p, matmul, softplus, type Tensor } from "@cotangent/core";
import * as fn from "@cotangent/functional";
import type { Task, Tasks } from "./task.ts";

type Program = (...inputs: Tensor[]) => Tensor;
type MakeProgram = (x: Tensor, y: Tensor) => Program;

/** log of the density of N(mean, deviation²). */
const normal = (x: Tensor, mean: number, deviation: number): Tensor =>
  x
    .sub(mean)
    .div(deviation)
    .square()
    .mul(-0.5)
    .sub(Math.log(deviation) + 0.5 * Math.log(2 * Math.PI));

/** Bernoulli with logits Xβ, at fractional y, and a standard normal prior. */
const simpleRegression: MakeProgram = (x, y) => (beta) => {
  const z = matmul(x, beta!);
  return y
    .mul(z)
    .sub(softplus(z))
    .sum()
    .add(normal(beta!, 0, 1).sum());
};

/** log of the density of Student's t. */
function student(y: Tensor, nu: Tensor, mean: Tensor, scale: Tensor): Tensor {
  const z = y.sub(mean).div(scale);
  const half = nu.mul(0.5);
  const constant = log(scale)
    .add(log(nu).mul(0.5))
    .add(0.5 * Math.log(Math.PI))
    .add(lgamma(half))
    .sub(lgamma(half.add(0.5)));
  const power = nu.add(1).mul(-0.5);
  return power.mul(log1p(z.square().div(nu))).sub(constant);
}

/** Γ(0.6, 0.4) without what does not depend on x. */
const gamma = (x: Tensor): Tensor => log(x).mul(-0.4).sub(x.mul(0.4));

const RATE = 0.5;

/** As in PyTorch's benchmark: the likelihood is computed for each score, and added before the sum. */
const robustRegression: MakeProgram = (x, flat) => {
  const y = flat.reshape([-1, 1]);
  return (nu, logScale, beta) => {
    const scale = exp(logScale!);
    const mean = matmul(x, beta!);
    const fit = (): Tensor => student(y, nu!, mean, scale).sum();
    const ofNu = fit().add(gamma(nu!));
    const ofScale = fit()
      .add(scale.mul(-RATE).add(Math.log(RATE)))
      .add(logScale!);
    const ofBeta = fit().add(normal(beta!, 0.3, 0.7));
    return ofNu.sum().add(ofScale.sum()).add(ofBeta.sum());
  };
};

/** The derivatives of a program with `count` inputs. */
function tasksOf(name: string, make: MakeProgram, count: number): Tasks {
  type Derive = (f: Program, inputs: Tensor[], v: Tensor[]) => ReturnType<ReturnType<Task>>;
  const task =
    (derive: Derive): Task =>
    ([x, y, ...rest]) => {
      const f = make(x!, y!);
      const inputs = rest.slice(0, count);
      const v = rest.slice(count);
      return () => derive(f, inputs, v);
    };
  return {
    [`${name}.vjp`]: task((f, inputs) => fn.vjp(f, inputs)[1]),
    [`${name}.jvp`]: task((f, inputs, v) => fn.jvp(f, inputs, v)[1]),
    [`${name}.vhp`]: task((f, inputs, v) => fn.vhp(f, inputs, v)[1]),
    [`${name}.hvp`]: task((f, inputs, v) => fn.hvp(f, inputs, v)[1]),
    [`${name}.jacobian`]: task((f, inputs) => fn.jacobian(f, inputs)),
    [`${name}.hessian`]: task((f, inputs) => fn.hessian(f, inputs)),
  };
}

export const simple: Tasks = tasksOf("simple", simpleRegression, 1);
export const robust: Tasks = tasksOf("robust", robustRegression, 3);
