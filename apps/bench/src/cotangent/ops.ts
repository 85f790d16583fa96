import {
  add,
  cholesky,
  det,
  div,
  exp,
  eye,
  grad,
  inv,
  log,
  matmul,
  mul,
  ones,
  randn,
  relu,
  scalar,
  sigmoid,
  sin,
  softmax,
  solve,
  sort,
  stack,
  sum,
  type Tensor,
  tanh,
  tensor,
  unbind,
} from "@cotangent/core";
import { roof } from "../roof.ts";
import { convolution } from "./conv2d.ts";
import { fresh } from "./fresh.ts";
import type { Task, Tasks } from "./task.ts";

const unary =
  (op: (x: Tensor) => Tensor): Task =>
  ([x]) =>
  () =>
    op(x!);

const binary =
  (op: (x: Tensor, y: Tensor) => Tensor): Task =>
  ([x, y]) =>
  () =>
    op(x!, y!);

/** Nine ops, half of them transcendental. */
const transcendental = (x: Tensor): Tensor =>
  tanh(
    sin(exp(x.mul(0.5)).add(1))
      .mul(log(x))
      .add(x),
  ).mul(2);

/** Eight ops that a fused kernel does in one pass. */
const arithmetic = (x: Tensor): Tensor =>
  x.mul(x).add(x).mul(0.5).sub(x).mul(x).add(1).mul(0.25).add(x);

/** n ops, forward and backward. */
const chain: Task = ([x], { n }) => {
  const leaf = x!.detach().requiresGrad_();
  return () => {
    let y: Tensor = leaf;
    for (let i = 0; i < n!; i++) y = sin(y);
    return grad(y.sum(), leaf);
  };
};

/** n rows, each used, and their gradients. */
const rows: Task = ([x]) => {
  const leaf = x!.detach().requiresGrad_();
  return () => grad(stack(unbind(leaf)).square().sum(), leaf);
};

const gradOfProduct: Task = ([x]) => {
  const leaf = x!.detach().requiresGrad_();
  const gradOutputs = ones(4);
  return () => grad(mul(sin(leaf), leaf), leaf, { gradOutputs });
};

function repeated(step: (y: Tensor, x: Tensor, i: number) => Tensor): Task {
  return ([x], { n }) =>
    () => {
      let y = x!;
      for (let i = 0; i < n!; i++) y = step(y, x!, i);
      return y;
    };
}

/** What no library can beat: it tells a slow machine from a slow op. */
const plainLoop: Task = () => {
  const x = new Float32Array(4).fill(1.5);
  const result = tensor([3, 3, 3, 3]);
  return () => {
    const out = new Float32Array(4);
    for (let i = 0; i < 4; i++) out[i] = x[i]! + x[i]!;
    return result;
  };
};

const roofOfMachine: Task = () => {
  const run = roof();
  return () => scalar(run());
};

/** A/n + I: far from singular, and positive definite if it is taken for symmetric. */
function regular(a: Tensor): Tensor {
  const n = a.shape.at(-1)!;
  return a.div(n).add(eye(n));
}

/** Normal numbers, and what all generators have in common: their first two moments. */
const normal: Task =
  (_, { n }) =>
  () => {
    const z = randn([n!]);
    return [z.mean(), z.square().mean()];
  };

export const ops: Tasks = {
  plainLoop,
  roof: roofOfMachine,
  add: binary(add),
  mul: binary(mul),
  div: binary(div),
  mulNumber: unary((x) => x.mul(2)),
  relu: unary(relu),
  exp: unary(exp),
  log: unary(log),
  tanh: unary(tanh),
  sin: unary(sin),
  sigmoid: unary(sigmoid),
  sum: unary((x) => sum(x)),
  "sum.rows": unary((x) => sum(x, 1)),
  "sum.columns": unary((x) => sum(x, 0)),
  softmax: unary((x) => softmax(x, 1)),
  "add.transpose": unary((x) => x.add(x.T)),
  "chain.transcendental": unary(transcendental),
  "chain.arithmetic": unary(arithmetic),
  matmul: binary(matmul),
  "matmul.nt": binary((a, b) => matmul(a, b.T)),
  "matmul.tn": binary((a, b) => matmul(a.T, b)),
  gradOfProduct,
  chain,
  unbind: rows,
  additions: repeated((y, x) => y.add(x)),
  reshapes: repeated((y, _, i) => y.reshape(i % 2 > 0 ? [4, 4] : [2, 8])),
  cholesky: unary((a) => cholesky(regular(a))),
  solve: binary((a, b) => solve(regular(a), b)),
  inv: unary((a) => inv(regular(a))),
  det: unary((a) => det(regular(a))),
  sort: unary((x) => sort(x)[0]),
  normal,
  ...fresh,
  ...convolution,
};
