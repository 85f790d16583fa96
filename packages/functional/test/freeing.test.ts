import { checkpoint, grad as gradOf, memory, scope, type Tensor } from "@cotangent/core";
import { describe, expect, it } from "vitest";
import * as fn from "../src/index.ts";
import { f64, numbers } from "./support.ts";

/** How many buffers stay after `f`; a scalar has none. */
function left(f: () => unknown): number {
  const before = memory().tensors;
  f();
  return memory().tensors - before;
}

const x = f64([0.5, 1.5]);
const v = f64([1, -1]);
const rows = f64([[1, 2], [3, 4], [5, 6]]); // biome-ignore format: rows
const vector = (z: Tensor): Tensor => z.exp().mul(z.sin()).add(z).softmax(0);
const scalar = (z: Tensor): Tensor => vector(z).square().sum();
const loop = (z: Tensor): Tensor => {
  let y = z;
  for (let i = 0; i < 10; i++) y = y.sin().add(z);
  return y.sum();
};

describe("a transform", () => {
  it.each<readonly [string, number, () => unknown]>([
    ["grad", 1, () => fn.grad(scalar)(x)],
    ["grad of unsaved values", 1, () => fn.grad(loop)(x)],
    ["valueAndGrad", 1, () => fn.valueAndGrad(scalar)(x)],
    ["vjp", 2, () => fn.vjp(vector, x, v)],
    ["jvp", 2, () => fn.jvp(vector, x, v)],
    ["jvp of a loop", 0, () => fn.jvp(loop, x, v)],
    ["vhp", 1, () => fn.vhp(scalar, x, v)],
    ["hvp", 1, () => fn.hvp(scalar, x, v)],
    ["vmap", 1, () => fn.vmap(vector)(rows)],
    ["vmap of grad", 1, () => fn.vmap(fn.grad(scalar))(rows)],
    ["jacobian", 1, () => fn.jacobian(vector, x)],
    ["jacobian, row by row", 1, () => fn.jacobian(vector, x, { vectorize: false })],
    ["jacobian in forward mode", 1, () => fn.jacobian(vector, x, { strategy: "forward-mode" })],
    ["jacobian, strict", 1, () => fn.jacobian(vector, x, { strict: true })],
    ["hessian", 1, () => fn.hessian(scalar, x)],
    [
      "hessian by forward mode",
      1,
      () => fn.hessian(scalar, x, { outerJacobianStrategy: "forward-mode" }),
    ],
    ["jacfwd of jacrev", 1, () => fn.jacfwd(fn.jacrev(scalar))(x)],
    ["grad of grad", 1, () => fn.grad((z: Tensor) => fn.grad(scalar)(z).square().sum())(x)],
    ["vmap of jvp", 1, () => fn.vmap((z: Tensor) => fn.jvp(vector, z, z)[1])(rows)],
    ["vmap of hessian", 1, () => fn.vmap((z: Tensor) => fn.hessian(scalar, z))(rows)],
  ])("leaves only its results: %s", (_name, results, call) => {
    expect(left(call)).toBe(results);
  });

  it("leaves the tensors that the function made outside of its wrappers", () => {
    const made: Tensor[] = [];
    const f = (z: Tensor): Tensor => {
      const constant = v.mul(2);
      const inner = z.mul(constant).exp();
      made.push(constant, constant.neg(), inner.detach(), inner.gt(1), inner.argmax(0));
      return inner.sum();
    };

    for (const call of [() => fn.grad(f)(x), () => fn.jvp(f, x, v), () => fn.hessian(f, x)]) call();

    expect(made).toHaveLength(15);
    for (const t of made) expect(t.dataSync()).toHaveLength(t.size);
  });

  it("leaves arguments that are results, once or twice", () => {
    const results = [
      ...fn.vjp((z: Tensor) => [z, z], x, [v, v]).flat(),
      ...fn.jvp((z: Tensor) => [z, z], x, v).flat(),
      ...fn.vmap((row: Tensor) => [row, row])(rows),
    ];
    for (const t of results) t.dispose();

    expect([x, v, rows].map(numbers)).toEqual([[0.5, 1.5], [1, -1], [[1, 2], [3, 4], [5, 6]]]); // biome-ignore format: rows
    const [a, b] = fn.vjp((z: Tensor) => z.exp(), x, v);
    a.dispose();
    expect(numbers(b)).toEqual([Math.exp(0.5), -Math.exp(1.5)]);
  });

  it("leaves what goes out as aux", () => {
    const f = (z: Tensor) => {
      const h = z.exp();
      return [h.sum(), { h, half: h.mul(0.5) }] as const;
    };
    const [g, { h, half }] = fn.grad(f, { hasAux: true })(x);

    expect([g, h].map(numbers)).toEqual([numbers(x.exp()), numbers(x.exp())]);
    expect(numbers(half)).toEqual(numbers(x.exp().mul(0.5)));
  });

  it("says that a tensor escaped, not that it was freed", () => {
    let out = x;
    fn.grad((z: Tensor) => {
      out = z.exp();
      return out.sum();
    })(x);

    expect(() => out.neg()).toThrow(/escaped the grad/);
    expect(() => out.dataSync()).toThrow(/escaped the grad/);
  });

  it("leaves what a hook or a rule inside of it reads", () => {
    const g = fn.grad((z: Tensor) => {
      const h = z.exp();
      const y = z.mul(2);
      y.registerHook((c) => c.mul(h));
      return y.square().sum();
    })(x);

    expect(numbers(g)).toEqual([0.5, 1.5].map((t) => 8 * t * Math.exp(t)));
  });

  it("leaves what a checkpoint runs again, after it has closed too", () => {
    const f = (z: Tensor): Tensor => {
      const h = z.exp();
      return checkpoint((a: Tensor) => a.mul(h).sin(), z).sum();
    };
    const plain = (z: Tensor): Tensor => z.mul(z.exp()).sin().sum();
    const second = (of: typeof f) => (z: Tensor) => fn.grad(of)(z).square().sum();

    expect(numbers(fn.grad(second(f))(x))).toEqual(numbers(fn.grad(second(plain))(x)));
    const w = f64([0.5, 1.5], true);
    const taped = (of: typeof f) => gradOf(second(of)(w), w);
    expect(numbers(taped(f))).toEqual(numbers(taped(plain)));
  });

  it("leaves what the caller's tape saved", () => {
    const w = f64([0.5, 1.5], true);
    const g = fn.grad((z: Tensor) => z.mul(w).exp().sum())(x);
    const J = fn.jacobian((z: Tensor) => z.mul(w).exp(), x, { createGraph: true });

    expect(numbers(gradOf(g.sum(), w))).toHaveLength(2);
    expect(numbers(gradOf(J.sum(), w))).toHaveLength(2);
  });

  it("frees nothing that linearize and pullback go on using", () => {
    const [y, push] = fn.linearize(vector, x);
    const [z, pull] = fn.pullback(vector, x);
    const first = [push(v), pull(v)].map(numbers);

    for (const t of [y, z]) t.assign(v.mul(100));

    expect([push(v), pull(v)].map(numbers)).toEqual(first);
    expect(first).toEqual([fn.jvp(vector, x, v)[1], fn.vjp(vector, x, v)[1]].map(numbers));
  });

  it("computes with the values that its arguments had", () => {
    const a = f64([1, 2]);
    const [y, t] = fn.jvp(
      (z: Tensor) => {
        a.assign(f64([5, 6]));
        return z.mul(a);
      },
      a,
      v,
    );

    expect([y, t].map(numbers)).toEqual([[5, 12], [5, -6]]); // biome-ignore format: rows
  });

  it.each<readonly [string, (f: (z: Tensor) => Tensor, a: Tensor) => Tensor]>([
    ["jacfwd", (f, a) => fn.jacfwd(f, { chunkSize: 1 })(a)],
    ["jacobian", (f, a) => fn.jacobian(f, a, { strategy: "forward-mode", vectorize: false })],
    ["vmap", (f, a) => fn.vmap(f, { chunkSize: 1 })(a)],
  ])(
    "goes on with its arguments when the function assigns to them or gives them up: %s",
    (_, of) => {
      const fresh = (): Tensor => f64([0.5, 1.5]);
      const expected = numbers(of((z) => z.sin(), fresh()));
      const [a, b] = [fresh(), fresh()];

      const assigning = (z: Tensor): Tensor => (a.assign(f64([5, 6])), z.sin());
      const disposing = (z: Tensor): Tensor => (b.dispose(), z.sin());

      expect(numbers(of(assigning, a))).toEqual(expected);
      expect(numbers(of(disposing, b))).toEqual(expected);
    },
  );

  it("works in a scope, and with one inside", () => {
    const kept = scope(() =>
      fn.grad((z: Tensor) =>
        scope(() => vector(z))
          .square()
          .sum(),
      )(x),
    );

    expect(numbers(kept)).toEqual(numbers(fn.grad(scalar)(x)));
    expect(left(() => scope(() => void fn.hessian(scalar, x)))).toBe(0);
  });

  it("leaves results that were made before the function threw", () => {
    let made = x;
    const boom = (z: Tensor): Tensor => {
      made = v.mul(2);
      z.exp();
      throw new Error("boom");
    };

    expect(() => fn.hessian(boom, x)).toThrow("boom");
    expect(numbers(made)).toEqual([2, -2]);
    expect(numbers(fn.grad(scalar)(x))).toHaveLength(2);
  });
});
