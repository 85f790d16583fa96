import { checkpoint, enableGrad, noGrad, savedTensorHooks, type Tensor } from "@cotangent/core";
import {
  grad,
  hessian,
  hvp,
  jacfwd,
  jacobian,
  jacrev,
  jvp,
  linearize,
  pullback,
  valueAndGrad,
  vhp,
  vjp,
  vmap,
} from "@cotangent/functional";
import { describe, expect, it } from "vitest";
import { expectClose, f64, messageOf } from "./values.ts";

type Func = (x: Tensor) => Tensor;
const x = f64([0.5, 1.5]);
const v = f64([1, 1]);

const runs: Readonly<Record<string, (f: Func) => unknown>> = {
  vjp: (f) => vjp(f, x, v),
  jvp: (f) => jvp(f, x, v),
  "jvp, strict": (f) => jvp(f, x, v, { strict: true }),
  vhp: (f) => vhp(f, x, v),
  hvp: (f) => hvp(f, x, v),
  jacobian: (f) => jacobian(f, x),
  "jacobian, forward": (f) => jacobian(f, x, { strategy: "forward-mode" }),
  "jacobian, auto": (f) => jacobian(f, x, { strategy: "auto", createGraph: true }),
  "jacobian, chunks": (f) => jacobian(f, x, { strategy: "forward-mode", chunkSize: 1 }),
  hessian: (f) => hessian(f, x, { outerJacobianStrategy: "forward-mode" }),
  grad: (f) => grad(f)(x),
  valueAndGrad: (f) => valueAndGrad(f)(x),
  jacrev: (f) => jacrev(f)(x),
  jacfwd: (f) => jacfwd(f)(x),
  linearize: (f) => linearize(f, x),
  pullback: (f) => pullback(f, x),
  vmap: (f) => vmap(f)(x),
  noGrad: (f) => noGrad(() => f(x)),
  enableGrad: (f) => noGrad(() => enableGrad(() => f(x))),
  checkpoint: (f) => checkpoint(f, x),
  savedTensorHooks: (f) =>
    savedTensorHooks({ pack: (t: Tensor) => t, unpack: (t: Tensor) => t }, () => f(x)),
  nested: (f) =>
    vjp((a) => noGrad(() => jvp((b) => vmap(f)(b), a, v)[1]), x, v, { createGraph: true }),
};
const names = Object.keys(runs);

describe.each(names)("a function that fails in %s", (name) => {
  const run = runs[name]!;
  it("leaves levels and recording as they were when it throws", () => {
    const boom = (): Tensor => {
      throw new Error("boom");
    };
    expect(messageOf(() => run(boom))).toBe("Error: boom");
  });
  it("is an error when it returns a Promise", () => {
    const later = (async (t: Tensor) => t) as unknown as Func;
    expect(messageOf(() => run(later))).toMatch(
      /^ArgumentError: \w+: the function returned a Promise; it must be synchronous/,
    );
  });
  it("runs afterwards as before", () => {
    messageOf(() => run(() => ({}) as Tensor));
    expectClose(vjp((t) => t.sin(), x, v)[1], [Math.cos(0.5), Math.cos(1.5)]);
  });
});

describe("a rule that throws in the backward pass", () => {
  it("leaves levels and recording as they were", () => {
    const hooked = (t: Tensor): Tensor => {
      const y = t.sin();
      y.registerHook(() => {
        throw new Error("boom");
      });
      return y.sum();
    };
    for (const name of ["jacobian", "hessian", "vhp", "hvp", "grad", "jacrev"])
      expect(
        messageOf(() => runs[name]!(hooked)),
        name,
      ).toBe("Error: boom");
  });
});
