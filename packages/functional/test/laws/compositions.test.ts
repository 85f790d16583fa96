import {
  concat,
  GradError,
  stack,
  type Tensor,
  type TensorData,
  grad as tapeGrad,
  tensor,
  where,
} from "@cotangent/core";
import { levels } from "@cotangent/core/extend";
import { jacobian, jvp, linearize, pullback, vjp, vmap } from "@cotangent/functional";
import { describe, expect, it } from "vitest";
import * as m from "./multiDual.ts";

type Map1 = (x: Tensor) => Tensor;

const f64 = (data: TensorData): Tensor => tensor(data, { dtype: "float64" });

const W = [
  [0.3, -0.7, 0.5],
  [0.2, 0.9, -0.4],
  [-0.6, 0.1, 0.8],
];
const v = [0.7, -1.3, 0.4];
const factors = [1, -0.5];
const x0 = [0.9, 0.6, -0.3];
const weights = f64(W);
const direction = f64(v);
const scales = f64(factors);
const turned = tensor([2, 0, 1], { dtype: "int32" });

interface Subject {
  readonly name: string;
  readonly f: Map1;
  readonly model: m.Model;
}

const subjects: readonly Subject[] = [
  {
    name: "matmul, tanh, exp, broadcasting",
    f: (x) => {
      const h = weights
        .matmul(x.reshape([3, 1]))
        .reshape([3])
        .tanh();
      return h
        .mul(x.sin())
        .add(x.mul(x).neg().exp())
        .add(x.sum())
        .add(x.reshape([3, 1]).mul(x).sum(0));
    },
    model: (x) => {
      const total = m.sum(x);
      return m.matvec(W, x).map((h, i) => {
        const a = x[i]!;
        const first = m.mul(m.tanh(h), m.sin(a));
        const second = m.exp(m.scale(m.mul(a, a), -1));
        return m.sum([first, second, total, m.mul(total, a)]);
      });
    },
  },
  {
    name: "unbind, stack, where, relu, permute, select",
    f: (x) => {
      const [a, b, c] = x.unbind() as [Tensor, Tensor, Tensor];
      const y = stack([a.mul(b), c.cos(), b.relu().mul(a)]);
      const outer = y
        .reshape([3, 1])
        .mul(x.reshape([1, 3]))
        .permute([1, 0]);
      return outer
        .sum(1)
        .mul(where(x.gt(0.2), x, x.sin()))
        .add(x.select(0, 0));
    },
    model: (x) => {
      const [a, b, c] = x as [m.Multi, m.Multi, m.Multi];
      const total = m.sum([m.mul(a, b), m.cos(c), m.mul(m.relu(b), a)]);
      return x.map((q) => {
        const bent = m.part(q) > 0.2 ? q : m.sin(q);
        return m.add(m.mul(m.mul(total, q), bent), a);
      });
    },
  },
  {
    name: "softmax, cumsum, logSumExp, gather, concat, mean",
    f: (x) =>
      x
        .softmax(0)
        .mul(x.cumsum(0))
        .add(x.gather(0, turned).square())
        .add(concat([x.narrow(0, 1, 2), x.mean(0, { keepdim: true })]).mul(x.logSumExp(0))),
    model: (x) => {
      const powers = x.map(m.exp);
      const total = m.sum(powers);
      const shifted = [x[1]!, x[2]!, m.scale(m.sum(x), 1 / 3)];
      return x.map((_, i) => {
        const softmax = m.mul(powers[i]!, m.reciprocal(total));
        const other = x[(i + 2) % 3]!;
        return m.sum([
          m.mul(softmax, m.sum(x.slice(0, i + 1))),
          m.mul(other, other),
          m.mul(shifted[i]!, m.log(total)),
        ]);
      });
    },
  },
];

/** A way to make a function of a function, and the same for models; `k` is an ε that is still free. */
interface Transform {
  readonly name: string;
  readonly forward?: true;
  readonly tape?: true;
  readonly of: (f: Map1) => Map1;
  readonly model: (f: m.Model, k: number) => m.Model;
}

const pushed = (f: m.Model, k: number): m.Model => m.pushAlong(f, v, k);
const pulled = (f: m.Model, k: number): m.Model => m.pullAlong(f, v, k);
const summed = (f: m.Model): m.Model => m.sumOver(f, factors);

const captured: Transform = {
  name: "vmapOfCaptured",
  of: (f) => (x) => vmap((a: Tensor) => f(a.mul(x)))(scales).sum(0),
  model: summed,
};
const overRows: Transform = {
  name: "vmapOfBatched",
  of: (f) => (x) => vmap(f)(scales.reshape([2, 1]).mul(x)).sum(0),
  model: summed,
};
const products = (options: { createGraph?: true }): readonly Transform[] => [
  {
    name: "jvp",
    forward: true,
    of: (f) => (x) => jvp(f, x, direction, options)[1],
    model: pushed,
  },
  { name: "vjp", of: (f) => (x) => vjp(f, x, direction, options)[1], model: pulled },
];
const base: readonly Transform[] = [...products({}), captured, overRows];

const createGraph = true;
const more: readonly Transform[] = [
  ...products({ createGraph }),
  captured,
  overRows,
  {
    name: "linearize",
    of: (f) => (x) => linearize(f, x)[1](direction),
    model: pushed,
  },
  {
    name: "pullback",
    of: (f) => (x) => pullback(f, x)[1](direction),
    model: pulled,
  },
  {
    name: "jacobian",
    of: (f) => (x) => jacobian(f, x, { createGraph, chunkSize: 2 }).matmul(direction),
    model: pushed,
  },
  {
    name: "forwardJacobian",
    forward: true,
    of: (f) => (x) => direction.matmul(jacobian(f, x, { createGraph, strategy: "forward-mode" })),
    model: pulled,
  },
  {
    name: "tape",
    tape: true,
    of: (f) => (x) => {
      const z = x.requiresGrad ? x : x.clone().requiresGrad_();
      return tapeGrad(f(z), z, { gradOutputs: direction, createGraph });
    },
    model: pulled,
  },
];

/** A tape call whose innermost transform, but for vmap and the tape itself, is in forward mode. */
function hasNoTape(chain: readonly Transform[]): boolean {
  const modes = chain.filter((t) => t !== captured && t !== overRows);
  return modes.some((t, i) => t.tape === true && modes[i - 1]?.forward === true);
}

function difference(f: Map1, model: m.Model): number {
  const want = model(x0.map(m.real)).map(m.part);
  const got = f(f64(x0)).dataSync();
  const size = Math.max(1, ...want.map(Math.abs));
  return Math.max(...want.map((w, i) => Math.abs(got[i]! - w) / size));
}

const noTape = (f: Map1): boolean => {
  try {
    f(f64(x0));
    return false;
  } catch (error) {
    return error instanceof GradError && error.message.includes("no tape directly under a forward");
  }
};

interface Report {
  count: number;
  readonly wrong: string[];
}

/** Checks every chain of transforms, from the outside in, up to a length. */
function checkAll(set: readonly Transform[], depth: number, { f, model }: Subject): Report {
  const report: Report = { count: 0, wrong: [] };
  const visit = (chain: readonly Transform[], g: Map1, r: m.Model): void => {
    report.count++;
    const name = chain.map((t) => t.name).join("(") || "the function";
    try {
      const right = hasNoTape(chain) ? noTape(g) : difference(g, r) < 1e-11;
      if (!right) report.wrong.push(name);
    } catch (error) {
      report.wrong.push(`${name}: ${String(error)}`);
    }
    if (chain.length === depth) return;
    for (const t of set) visit([t, ...chain], t.of(g), t.model(r, chain.length));
  };
  visit([], f, model);
  return report;
}

describe.each(subjects)("compositions of transforms of $name", (subject) => {
  it("agree with multi-duals to depth 4", () => {
    expect(checkAll(base, 4, subject)).toEqual({ count: 341, wrong: [] });
    expect(levels.map((l) => l.recording)).toEqual([true]);
  });
  it("agree to depth 3 with linearize, pullback, Jacobians and tape calls", () => {
    expect(checkAll(more, 3, subject)).toEqual({ count: 820, wrong: [] });
    expect(levels.map((l) => l.recording)).toEqual([true]);
  });
});
