import {
  checkpoint,
  defineFunction,
  grad,
  savedTensorHooks,
  scope,
  Tensor,
  tensor,
} from "@cotangent/core";
import { describe, expect, it } from "vitest";
import * as fn from "../../src/index.ts";

type Unary = (x: Tensor) => Tensor;

const plain: Unary = (x) => x.sin().mul(x);

const defined = defineFunction({
  name: "defined",
  forward: plain,
  vjp: (g, _y, [x]) => [g.mul(x.cos().mul(x).add(x.sin()))],
});

const hooks = { pack: (x: Tensor) => x.mul(2), unpack: (x: Tensor) => x.div(2) };

/** The same function in other words: every derivative must be the same. */
const variants: Record<string, Unary> = {
  defineFunction: defined,
  checkpoint: (x) => checkpoint(plain, x),
  "checkpoint of defineFunction": (x) => checkpoint(defined, x),
  "nested checkpoints": (x) => checkpoint((y) => checkpoint((z) => z.sin(), y).mul(y), x),
  "checkpoint of a derivative": (x) =>
    checkpoint(
      (y) =>
        fn
          .grad((z) => plain(z).sum().mul(1))(y)
          .mul(0)
          .add(plain(y)),
      x,
    ),
  scope: (x) => scope(() => plain(x)),
  "scope, checkpoint, scope": (x) => scope(() => checkpoint((y) => scope(() => plain(y)), x)),
  savedTensorHooks: (x) => savedTensorHooks(hooks, () => plain(x)),
  "savedTensorHooks around checkpoint": (x) =>
    savedTensorHooks(hooks, () => checkpoint(plain, x.mul(1))),
};

const f64 = (data: number[][]) => tensor(data, { dtype: "float64" });
const x = f64([
  [0.3, 1.2],
  [2, -0.7],
]);
const v = f64([
  [1, 2],
  [3, 4],
]);
const tracked = () => x.detach().requiresGrad_();
const total = (f: Unary) => (y: Tensor) => f(y).sum();

const modes: Record<string, (f: Unary) => unknown> = {
  vjp: (f) => fn.vjp(f, x, v),
  jvp: (f) => fn.jvp(f, x, v),
  jacobian: (f) => fn.jacobian(f, x),
  "jacobian by rows": (f) => fn.jacobian(f, x, { chunkSize: 1 }),
  "jacobian forward": (f) => fn.jacobian(f, x, { strategy: "forward-mode", chunkSize: 3 }),
  hessian: (f) => fn.hessian(total(f), x),
  "hessian forward": (f) => fn.hessian(total(f), x, { outerJacobianStrategy: "forward-mode" }),
  hvp: (f) => fn.hvp(total(f), x, v),
  vhp: (f) => fn.vhp(total(f), x, v),
  "forward over forward": (f) => fn.jacfwd(fn.jacfwd(f))(x),
  "forward over reverse": (f) => fn.jacfwd(fn.jacrev(f))(x),
  "reverse over forward": (f) => fn.jacrev(fn.jacfwd(f))(x),
  "reverse over reverse": (f) => fn.jacrev(fn.jacrev(f))(x),
  "vmap of grad": (f) => fn.vmap(fn.grad(total(f)))(x),
  "vmap of vmap of jacrev": (f) => fn.vmap((r: Tensor) => fn.vmap(fn.jacrev(f))(r))(x),
  "vmap of jacfwd in chunks": (f) => fn.vmap(fn.jacfwd(f), { chunkSize: 1 })(x),
  linearize: (f) => fn.linearize(f, [x])[1](v),
  pullback: (f) => fn.pullback(f, [x])[1](v),
  "the tape, twice": (f) => {
    const w = tracked();
    const g = grad(f(w).sum(), w, { createGraph: true });
    return [g, grad(g.square().sum(), w)];
  },
  "the tape inside": (f) => fn.jacobian((y) => grad(f(y).sum(), y, { createGraph: true }), x),
  "captured by vmap": (f) => {
    const w = tracked();
    return grad(
      fn
        .vmap((r: Tensor) => f(w).mul(r).sum())(v)
        .sum(),
      w,
    );
  },
  "through a Jacobian": (f) => {
    const w = tracked();
    return grad(fn.jacobian(f, w, { createGraph: true }).square().sum(), w);
  },
};

const flat = (result: unknown): number[] =>
  result instanceof Tensor ? [...result.dataSync()] : (result as unknown[]).flatMap(flat);

describe.each(Object.entries(variants))("%s", (_name, variant) => {
  it.each(Object.entries(modes))("has the derivatives of the plain function: %s", (_mode, run) => {
    const expected = flat(run(plain));
    const actual = flat(run(variant));

    expect(actual).toHaveLength(expected.length);
    actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 11));
  });
});
