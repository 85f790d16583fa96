import { enableGrad, isGradEnabled, noGrad, type Tensor, grad as tapeGrad } from "@cotangent/core";
import { Node, root } from "@cotangent/core/extend";
import {
  grad,
  hessian,
  jacobian,
  jacrev,
  jvp,
  linearize,
  pullback,
  vjp,
  vmap,
} from "@cotangent/functional";
import { describe, expect, it } from "vitest";
import { expectClose, f64 } from "./values.ts";

const at = [0.5, 1.5];
const x = f64(at);
const w = f64(at).requiresGrad_();
const v = f64([1, 1]);
const sin = (t: Tensor): Tensor => t.sin();
const cosines = at.map(Math.cos);
const sines = at.map(Math.sin);
const minusSines = sines.map((s) => -s);

const reverse = (f: (t: Tensor) => Tensor): Tensor => vjp(f, x, v)[1];
const forward = (f: (t: Tensor) => Tensor): Tensor => jvp(f, x, v)[1];

describe("noGrad", () => {
  it("outside does not reach into a transform", () => {
    expectClose(
      noGrad(() => reverse(sin)),
      cosines,
    );
    expectClose(
      noGrad(() => grad((t: Tensor) => t.sin().sum())(x)),
      cosines,
    );
  });
  it("inside cuts reverse mode", () => {
    expectClose(
      reverse((t) => noGrad(() => t.sin())),
      [0, 0],
    );
  });
  it("does not turn forward mode off", () => {
    expectClose(
      forward((t) => noGrad(() => t.sin())),
      cosines,
    );
    expectClose(
      forward((t) => noGrad(() => vjp(sin, t, v)[1])),
      minusSines,
    );
  });
  it("inside cuts what a transform in it gives, unless createGraph is true", () => {
    expectClose(
      reverse((t) => noGrad(() => vjp(sin, t, v)[1])),
      [0, 0],
    );
    expectClose(
      reverse((t) => noGrad(() => vjp(sin, t, v, { createGraph: true })[1])),
      minusSines,
    );
  });
  it("is undone by enableGrad", () => {
    expectClose(
      reverse((t) => noGrad(() => enableGrad(() => t.sin()))),
      cosines,
    );
  });
  it("turns off all levels that are open, and only those", () => {
    const seen: boolean[] = [];
    noGrad(() => {
      seen.push(isGradEnabled());
      grad((t: Tensor) => {
        seen.push(isGradEnabled());
        noGrad(() => seen.push(isGradEnabled()));
        return t.sum();
      })(x);
    });
    expect(seen).toEqual([false, true, false]);
    expect(isGradEnabled()).toBe(true);
  });
});

describe("detach", () => {
  it("cuts reverse and forward mode and keeps rows", () => {
    const cut = (t: Tensor): Tensor => t.sin().detach();
    expectClose(reverse(cut), [0, 0]);
    expectClose(forward(cut), [0, 0]);
    expectClose(vmap(cut)(x), sines);
  });
  it("cuts every grad and dual level below a batch", () => {
    const inner = grad((c: Tensor) => c.mul(c.detach()));
    expectClose(
      forward((a) => vmap(inner)(a)),
      [0, 0],
    );
    expectClose(
      reverse((a) => vmap(inner)(a)),
      [0, 0],
    );
    expectClose(vmap(inner)(x), at);
  });
});

describe("results of a transform", () => {
  it("are not linked to tracked tensors by default where there is a createGraph option", () => {
    const scaled = (t: Tensor): Tensor => t.mul(w);
    for (const y of [...vjp(sin, w, v), ...vjp(scaled, x, v), ...jvp(sin, w, v)])
      expect(y.requiresGrad).toBe(false);
    for (const strategy of ["reverse-mode", "forward-mode", "auto"] as const)
      expect(jacobian(sin, w, { strategy }).requiresGrad).toBe(false);
    expect(hessian((t) => t.sin().sum(), w).requiresGrad).toBe(false);
    expect(vjp(() => w, x, v)[0].requiresGrad).toBe(false);
  });
  it("cost no records of ops where they are not linked", () => {
    const f = (t: Tensor): Tensor => t.mul(w).sin();
    const nodes = (run: () => unknown): number => {
      const first = new Node(root, null, undefined).number;
      run();
      return new Node(root, null, undefined).number - first - 1;
    };
    expect(nodes(() => jvp(f, x, v))).toBe(0);
    expect(nodes(() => jacobian(f, x, { strategy: "forward-mode" }))).toBe(0);
    expect(nodes(() => jvp(f, x, v, { createGraph: true }))).toBeGreaterThan(0);
    // The leaf, mul and sin of the transform's own level.
    expect(nodes(() => vjp(f, x, v))).toBe(3);
  });
  it("are cut where they pass through untouched", () => {
    const same = (t: Tensor): Tensor => t;
    expect(vjp(same, x, w)[1].requiresGrad).toBe(false);
    expect(jvp(same, x, w)[1].requiresGrad).toBe(false);
    expect(pullback(same, x)[1](w).requiresGrad).toBe(true);
    expect(noGrad(() => pullback(same, x)[1](w)).requiresGrad).toBe(false);
  });
  it("are linked with createGraph, under noGrad too", () => {
    const o = { createGraph: true } as const;
    for (const y of [...vjp(sin, w, v, o), ...jvp(sin, w, v, o), jacobian(sin, w, o)])
      expect(y.requiresGrad).toBe(true);
    const y = noGrad(() => vjp(sin, w, v, o)[1]);
    expectClose(tapeGrad(y.sum(), w), minusSines);
  });
  it("are linked by default where there is no such option, as the caller records", () => {
    const results = (): readonly Tensor[] => [
      grad((t: Tensor) => t.sin().sum())(w),
      jacrev(sin)(w),
      pullback(sin, w)[1](v),
      linearize(sin, w)[1](v),
    ];
    expect(results().map((y) => y.requiresGrad)).toEqual([true, true, true, true]);
    expect(noGrad(results).map((y) => y.requiresGrad)).toEqual([false, false, false, false]);
    for (const y of results()) expectClose(tapeGrad(y.sum(), w), minusSines);
  });
  it("are linked by default inside of another transform", () => {
    expectClose(
      reverse((t) => vjp(sin, t, v)[1]),
      minusSines,
    );
    expectClose(
      forward((t) => vjp(sin, t, v)[1]),
      minusSines,
    );
    const total = (t: Tensor): Tensor => jacobian(sin, t).sum();
    expectClose(grad(total)(x), minusSines);
    const cut = (t: Tensor): Tensor => jacobian(sin, t, { createGraph: false }).sum();
    expectClose(grad(cut)(x), [0, 0]);
    expectClose(jvp((t) => vjp(sin, t, v, { createGraph: false })[1], x, v)[1], [0, 0]);
  });
  it.each([
    { strategy: "reverse-mode", strict: false },
    { strategy: "reverse-mode", strict: true },
    { strategy: "forward-mode", strict: false },
    { strategy: "forward-mode", strict: true },
    { strategy: "auto", strict: false },
    { strategy: "auto", strict: true },
  ] as const)("of a Jacobian ($strategy, strict $strict) with createGraph have a gradient", (o) => {
    const g = (t: Tensor): Tensor => t.sin().mul(t);
    const J = noGrad(() => jacobian(g, w, { ...o, createGraph: true }));
    expectClose(
      tapeGrad(J.sum(), w),
      at.map((t) => 2 * Math.cos(t) - t * Math.sin(t)),
    );
  });
});
