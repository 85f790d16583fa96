/** @file Random programs: graphs of smooth, well conditioned ops over several inputs and outputs. */
import { checkpoint, concat, einsum, stack, type Tensor, tensor, where } from "@cotangent/core";
import { grad, jacrev, jvp, vjp, vmap } from "@cotangent/functional";
import fc from "fast-check";
import { f64 } from "./values.ts";

type Op = (a: Tensor, b: Tensor, k: number) => Tensor;

const LARGEST = 16;

/** 1 … 2 */
const positive = (x: Tensor): Tensor => x.sin().mul(0.5).add(1.5);
/** Fixed numbers in −1 … 1. */
const pattern = (shape: readonly number[], k: number): Tensor => {
  const size = shape.reduce((p, n) => p * n, 1);
  const values = Array.from({ length: size }, (_, i) => Math.cos(1 + k + 1.7 * i));
  return f64(values).reshape([...shape]);
};
const dimOf = (x: Tensor, k: number): number => k % Math.max(1, x.ndim);
const withDim =
  (f: (x: Tensor, dim: number, k: number) => Tensor): Op =>
  (a, _, k) =>
    a.ndim === 0 ? a.sin() : f(a, dimOf(a, k), k);
const small =
  (f: Op, sizeOf: (a: Tensor, b: Tensor) => number): Op =>
  (a, b, k) =>
    sizeOf(a, b) <= LARGEST ? f(a, b, k) : a.cos();

const fits = (a: Tensor, b: Tensor): boolean => {
  const rank = Math.max(a.ndim, b.ndim);
  const sizes = Array.from({ length: rank }, (_, i) => [
    a.shape.at(-1 - i) ?? 1,
    b.shape.at(-1 - i) ?? 1,
  ]);
  const size = sizes.reduce((p, [m, n]) => p * Math.max(m!, n!), 1);
  return size <= LARGEST && sizes.every(([m, n]) => m === n || m === 1 || n === 1);
};
/** Shapes that do not broadcast meet as a number. */
const pair =
  (f: Op): Op =>
  (a, b, k) =>
    f(a, fits(a, b) ? b : b.mean(), k);
const flat = (x: Tensor): Tensor => x.reshape([-1]);
const indices = (n: number, size: number, k: number): Tensor =>
  tensor(
    Array.from({ length: size }, (_, i) => (i * 2 + k) % n),
    { dtype: "int32" },
  );

const scalars: Readonly<Record<string, Op>> = {
  sin: (a) => a.sin(),
  tanh: (a) => a.tanh(),
  sigmoid: (a) => a.sigmoid().mul(2),
  exp: (a) => a.tanh().exp().mul(0.5),
  log: (a) => positive(a).log(),
  sqrt: (a) => positive(a).sqrt(),
  reciprocal: (a) => positive(a).reciprocal(),
  atan: (a) => a.atan(),
  erf: (a) => a.erf(),
  softplus: (a) => a.tanh().softplus(),
  silu: (a) => a.tanh().silu(),
  square: (a) => a.sin().square(),
  pow: (a, _, k) => positive(a).pow(0.5 + (k % 4)),
  checkpoint: (a) => checkpoint((t: Tensor) => t.sin().mul(t.cos()), a),
};
const pairs: Readonly<Record<string, Op>> = {
  add: pair((a, b) => a.add(b).mul(0.6)),
  sub: pair((a, b) => a.sub(b).mul(0.6)),
  mul: pair((a, b) => a.sin().mul(b.cos())),
  div: pair((a, b) => a.sin().div(positive(b))),
  where: pair((a, b, k) => where(pattern(a.shape, k).gt(0), a, b)),
  powOfTwo: pair((a, b) => positive(a).pow(positive(b))),
  atan2: pair((a, b) => a.sin().atan2(positive(b))),
  outer: small(
    (a, b) => flat(a).reshape([-1, 1]).sin().mul(flat(b).sin()),
    (a, b) => a.size * b.size,
  ),
  einsum: small(
    (a, b) => einsum("i,j->ji", flat(a).tanh(), flat(b).cos()),
    (a, b) => a.size * b.size,
  ),
  concat: small(
    (a, b) => concat([flat(a), flat(b)]),
    (a, b) => a.size + b.size,
  ),
  dot: (a, b) => {
    const n = Math.min(a.size, b.size);
    return flat(a)
      .narrow(0, 0, n)
      .sin()
      .dot(flat(b).narrow(0, 0, n).sin())
      .tanh();
  },
};
const shapes: Readonly<Record<string, Op>> = {
  permute: (a) => a.permute([...a.shape.keys()].reverse()),
  flatten: (a) => flat(a),
  unsqueeze: (a, _, k) => (a.ndim < 3 ? a.unsqueeze(k % (a.ndim + 1)) : a.squeeze()),
  flip: withDim((a, dim) => a.flip([dim])),
  narrow: withDim((a, dim) => a.narrow(dim, 0, Math.ceil(a.shape[dim]! / 2))),
  select: withDim((a, dim, k) => a.select(dim, k % a.shape[dim]!)),
  unbind: withDim((a, dim) => a.unbind(dim).reduce((x, y) => x.sin().mul(y.cos()))),
  split: withDim((a, dim) => {
    const n = a.shape[dim]!;
    const [x, y] = a.split([1, n - 1], dim);
    return concat([y!.sin(), x!], dim);
  }),
  roll: withDim((a, dim, k) => a.roll(k, dim)),
  stack: small(
    (a, _, k) => stack([a, a.sin()], k % (a.ndim + 1)),
    (a) => 2 * a.size,
  ),
  repeat: small(
    (a) => a.repeat([2, ...a.shape.map(() => 1)]).sin(),
    (a) => 2 * a.size,
  ),
  expand: small(
    (a) => a.broadcastTo([2, ...a.shape]),
    (a) => 2 * a.size,
  ),
  indexSelect: withDim((a, dim, k) => a.indexSelect(dim, indices(a.shape[dim]!, 2, k))),
  gather: (a, _, k) => flat(a).gather(0, indices(a.size, Math.min(a.size + 1, 5), k)),
  scatterAdd: (a, b, k) => {
    const [x, y] = [flat(a), flat(b)];
    return x.scatterAdd(0, indices(x.size, y.size, k), y).mul(0.5);
  },
  tril: (a) =>
    flat(a)
      .reshape([-1, 1])
      .mul(pattern([1, 2], 0))
      .tril(),
  diagonal: (a) => (a.ndim < 2 ? a.sin() : a.diagonal()),
};
const reductions: Readonly<Record<string, Op>> = {
  sum: withDim((a, dim) => a.sum(dim).tanh()),
  mean: withDim((a, dim) => a.mean(dim, { keepdim: true })),
  prod: withDim((a, dim) => a.sin().mul(0.4).add(1).prod(dim).tanh()),
  logSumExp: withDim((a, dim) => a.tanh().logSumExp(dim)),
  softmax: withDim((a, dim) => a.softmax(dim)),
  logSoftmax: withDim((a, dim) => a.tanh().logSoftmax(dim)),
  cumsum: withDim((a, dim) => a.cumsum(dim).mul(0.5)),
  cumprod: withDim((a, dim) => positive(a).reciprocal().cumprod(dim)),
  variance: (a) => a.sin().variance(undefined, { correction: 0 }),
  norm: (a) => positive(a).norm().tanh(),
  matmul: (a, _, k) => {
    const n = a.shape.at(-1) ?? 1;
    return a
      .reshape([-1, n])
      .matmul(pattern([n, 2], k))
      .tanh();
  },
  gram: small(
    (a) => {
      const x = a.sin().reshape([-1, a.shape.at(-1) ?? 1]);
      return x.matmul(x.mT).tanh();
    },
    (a) => (a.size / (a.shape.at(-1) ?? 1)) ** 2,
  ),
  solve: (a) => {
    const x = flat(a).narrow(0, 0, Math.min(3, a.size)).sin();
    const n = x.size;
    const eye = f64(
      Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => +(i === j))),
    );
    return eye
      .mul(2)
      .add(x.reshape([-1, 1]).mul(x).mul(0.3))
      .solve(x.cos());
  },
};
const linked = { createGraph: true } as const;

/** Derivatives inside of the program. */
const transforms: Readonly<Record<string, Op>> = {
  vmap: withDim((a) => vmap((t: Tensor) => t.sin().mul(t.sum()).tanh())(a)),
  vmapOfCaptured: pair((a, b) =>
    vmap((t: Tensor) => b.mul(t.sin()).sin().mean())(flat(a).narrow(0, 0, 1)),
  ),
  grad: (a) => grad((t: Tensor) => t.sin().square().sum())(a),
  jvp: (a) => jvp((t) => t.sin().mul(t), a, a.cos(), linked)[1].tanh(),
  vjp: (a) => vjp((t) => t.sin().mul(t), a, a.cos(), linked)[1].tanh(),
  jacobian: (a) => {
    const x = flat(a).narrow(0, 0, Math.min(3, a.size));
    return jacrev((t: Tensor) => t.sin().cumsum(0).sin())(x);
  },
  perSample: pair((a, b) => {
    const slope = (t: Tensor): Tensor => grad((q: Tensor) => q.mul(t.sin()).sin().sum())(b);
    return vmap(slope)(flat(a).narrow(0, 0, Math.min(2, a.size)))
      .tanh()
      .mean(0);
  }),
};
const ops: Readonly<Record<string, Op>> = {
  ...scalars,
  ...pairs,
  ...shapes,
  ...reductions,
  ...transforms,
};

export interface Step {
  readonly op: string;
  /** Operands, counted back from the latest value. */
  readonly a: number;
  readonly b: number;
  readonly k: number;
}
export interface Input {
  readonly shape: readonly number[];
  /** In hundredths, cyclically. */
  readonly values: readonly number[];
}
export interface Program {
  readonly inputs: readonly Input[];
  readonly steps: readonly Step[];
  /** How many of the latest values are outputs. */
  readonly outputs: number;
}

const input: fc.Arbitrary<Input> = fc.record({
  shape: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
  values: fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 1, maxLength: 6 }),
});
const step: fc.Arbitrary<Step> = fc.record({
  op: fc.constantFrom(...Object.keys(ops)),
  a: fc.nat(3),
  b: fc.nat(5),
  k: fc.nat(5),
});
export const programs: fc.Arbitrary<Program> = fc.record({
  inputs: fc.array(input, { minLength: 1, maxLength: 3 }),
  steps: fc.array(step, { minLength: 1, maxLength: 9 }),
  outputs: fc.integer({ min: 1, max: 3 }),
});

/** Runs a property over programs that are the same on every run. */
export function forPrograms(count: number, seed: number, check: (p: Program) => void): void {
  fc.assert(fc.property(programs, check), { seed, numRuns: count });
}

const at = <T>(list: readonly T[], back: number): T => list.at(-1 - (back % list.length))!;

/** The program as a function of its inputs. */
export const functionOf =
  ({ inputs, steps, outputs }: Program) =>
  (...xs: Tensor[]): Tensor[] => {
    const values = [...xs];
    for (const { op, a, b, k } of steps) values.push(ops[op]!(at(values, a), at(values, b), k));
    return values.slice(-Math.min(outputs, values.length, inputs.length + steps.length));
  };

/** Points; `shift` gives others of the same shapes. */
export const inputsOf = ({ inputs }: Program, shift = 0): Tensor[] =>
  inputs.map(({ shape, values }, i) => {
    const size = shape.reduce((p, n) => p * n, 1);
    const data = Array.from(
      { length: size },
      (_, j) => values[j % values.length]! / 100 + 0.13 * j + 0.31 * i + 0.17 * shift,
    );
    return f64(data).reshape([...shape]);
  });

/** Fixed numbers in the shapes of some tensors. */
export const directionsOf = (xs: readonly Tensor[], k = 0): Tensor[] =>
  xs.map((x, i) => pattern(x.shape, i + 3 * k));

/** All outputs as one vector. */
export const joined = (ys: readonly Tensor[]): Tensor => concat(ys.map(flat));

/** A number that depends on every output in a curved way. */
export const objectiveOf =
  (p: Program) =>
  (...xs: Tensor[]): Tensor => {
    const ys = functionOf(p)(...xs);
    return ys
      .map((y, i) => y.mul(pattern(y.shape, i)).add(y.sin()).sum())
      .reduce((x, y) => x.add(y));
  };
