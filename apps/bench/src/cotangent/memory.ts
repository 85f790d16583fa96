import { grad, matmul, type Tensor, tanh, tensor } from "@cotangent/core";
import type { Task, Tasks } from "./task.ts";

/** A turn of the event loop, which lets finalizers run. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** It stays bounded: y ← y/2, then y ← y + x. */
const step = (y: Tensor, x: Tensor, i: number): Tensor => (i % 2 === 0 ? y.mul(0.5) : y.add(x));

const sync: Task =
  ([x], { n }) =>
  () => {
    let y = x!;
    for (let i = 0; i < n!; i++) y = step(y, x!, i);
    return y;
  };

const yields: Task =
  ([x], { n }) =>
  async () => {
    let y = x!;
    for (let i = 0; i < n!; i++) {
      y = step(y, x!, i);
      if (i % 1000 === 999) await pause();
    }
    return y;
  };

const keeps: Task =
  ([x], { n }) =>
  () => {
    let y = x!;
    const kept: Tensor[] = [];
    for (let i = 0; i < n!; i++) {
      y = step(y, x!, i);
      kept.push(y.mean());
    }
    return tensor(kept.reduce((sum, mean) => sum + Number(mean.item()), 0) / n!);
  };

/** An MLP 8-16-1 that learns to give 1. */
function training(x: Tensor) {
  const fill = (shape: number[], a: number): Tensor => {
    const n = shape.reduce((p, q) => p * q, 1);
    const values = Float32Array.from({ length: n }, (_, i) => a * Math.sin(i + 1));
    return tensor(values, { shape, requiresGrad: true });
  };
  const parameters = [fill([8, 16], 0.3), fill([16], 0.1), fill([16, 1], 0.2), fill([1], 0.1)];
  const update = (): Tensor => {
    const [w, b, u, c] = parameters as [Tensor, Tensor, Tensor, Tensor];
    const y = matmul(tanh(matmul(x, w).add(b)), u).add(c);
    const loss = y.sub(1).square().mean();
    const gradients = grad(loss, parameters);
    parameters.forEach((p, i) => {
      parameters[i] = p.detach().sub(gradients[i]!.mul(0.01)).requiresGrad_();
    });
    return loss;
  };
  return { parameters, update };
}

const train: Task = ([x], { n }) => {
  const { parameters, update } = training(x!);
  return () => {
    for (let i = 0; i < n!; i++) update();
    return parameters;
  };
};

const trainAsync: Task = ([x], { n }) => {
  const { parameters, update } = training(x!);
  return async () => {
    for (let i = 0; i < n!; i++) await update().data();
    return parameters;
  };
};

export const memory: Tasks = {
  "memory.sync": sync,
  "memory.yields": yields,
  "memory.keeps": keeps,
  "memory.train": train,
  "memory.trainAsync": trainAsync,
};
