import type { Tensor } from "@cotangent/core";
import { describe, expectTypeOf, it } from "vitest";
import { jvp as closureJvp, vjp as closureVjp, fullJacobian } from "../src/closure.ts";
import { gradcheck, gradgradcheck, hessian, hvp, jacobian, jvp, vhp, vjp } from "../src/index.ts";

declare const x: Tensor;
declare const y: Tensor;

interface Params {
  w: Tensor;
  layers: readonly [Tensor, { b: Tensor }];
}
interface Mutable {
  w: Tensor;
  layers: [Tensor, { b: Tensor }];
}
declare const params: Params;

describe("vjp and jvp", () => {
  it("have the structures of outputs and inputs", () => {
    expectTypeOf(vjp((q) => q.sin(), x)).toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(vjp((p, q) => p.mul(q), [x, y])).toEqualTypeOf<[Tensor, [Tensor, Tensor]]>();
    expectTypeOf(vjp((q) => q.sin(), [x])).toEqualTypeOf<[Tensor, [Tensor]]>();
    expectTypeOf(vjp((q) => [q, q], x, [x, y])[0]).toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(vjp((q) => ({ a: q, b: [q] }), x, { a: x, b: [x] })[0]).toEqualTypeOf<{
      a: Tensor;
      b: [Tensor];
    }>();
    expectTypeOf(jvp((q) => q.sin(), x, x)).toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(jvp((p, q) => [p, q.mul(p)], [x, y], [x, y])).toEqualTypeOf<
      [[Tensor, Tensor], [Tensor, Tensor]]
    >();
  });

  it("take interfaces and readonly trees, and give mutable ones", () => {
    expectTypeOf(vjp((p: Params) => p.w.mul(p.layers[1].b), params, x)[1]).toEqualTypeOf<Mutable>();
    expectTypeOf(vjp((p: Params, q: Tensor) => p.w.mul(q), [params, x], x)[1]).toEqualTypeOf<
      [Mutable, Tensor]
    >();
    expectTypeOf(jvp((q: Tensor) => ({ w: q }), x, x)[1]).toEqualTypeOf<{ w: Tensor }>();
  });

  it("know what func's parameters are", () => {
    vjp(
      (p, q) => {
        expectTypeOf(p).toEqualTypeOf<Tensor>();
        expectTypeOf(q).toEqualTypeOf<Tensor>();
        return p.mul(q);
      },
      [x, y],
    );
    vjp(
      (...args) => {
        expectTypeOf(args).toExtend<readonly Tensor[]>();
        return x;
      },
      [x, y] as Tensor[],
    );
  });

  it("keep arrays of any length", () => {
    const many: Tensor[] = [x, y];
    expectTypeOf(vjp((...qs: Tensor[]) => qs[0]!, many, x)[1]).toEqualTypeOf<Tensor[]>();
    expectTypeOf(jvp((...qs: Tensor[]) => qs, many, many)[1]).toEqualTypeOf<Tensor[]>();
  });

  it("refuse a v of another structure", () => {
    // @ts-expect-error v of vjp has the structure of the outputs
    vjp((p: Tensor, q: Tensor) => p.mul(q), [x, y], [x, y]);
    // @ts-expect-error v of jvp has the structure of the inputs
    jvp((p: Tensor, q: Tensor) => p.mul(q), [x, y], x);
    // @ts-expect-error an entry is missing
    jvp((p: Tensor, q: Tensor) => p.mul(q), [x, y], [x]);
    // @ts-expect-error an entry too many
    jvp((p: Tensor) => p, [x], [x, x]);
    // @ts-expect-error another key
    jvp((p: { a: Tensor }) => p.a, { a: x }, { b: x });
    // @ts-expect-error a number is no tensor
    vjp((q: Tensor) => q, x, 1);
  });

  it("refuse inputs and outputs that are no trees of tensors", () => {
    // @ts-expect-error a number among the inputs
    vjp((q: Tensor, n: number) => q.mul(n), [x, 2]);
    // @ts-expect-error a string among the outputs
    vjp((q: Tensor) => [q, "bar"], x);
    // @ts-expect-error no output
    vjp((_: Tensor) => undefined, x);
    // @ts-expect-error a Promise
    vjp(async (q: Tensor) => q, x);
    // @ts-expect-error a function among the inputs
    jvp((p: { f: () => Tensor }) => p.f(), { f: () => x });
    // @ts-expect-error two parameters for one input
    vjp((p: Tensor, q: Tensor) => p.mul(q), x);
    // @ts-expect-error a record is no tensor
    vjp((q: Tensor) => q, { a: x });
  });

  it("refuse other options", () => {
    // @ts-expect-error createGraph is a boolean
    vjp((q: Tensor) => q, x, x, { createGraph: 1 });
    // @ts-expect-error no such option
    jvp((q: Tensor) => q, x, x, { vectorize: true });
    // @ts-expect-error options are no v
    vjp((q: Tensor) => q, x, { strict: true });
    vjp((q: Tensor) => q, x, undefined, { strict: true, createGraph: true });
  });
});

describe("jacobian", () => {
  it("has the inputs' structure in the outputs'", () => {
    expectTypeOf(jacobian((q) => q.sin(), x)).toEqualTypeOf<Tensor>();
    expectTypeOf(jacobian((p, q) => p.mul(q), [x, y])).toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(jacobian((p, q) => [p, q], [x, y])).toEqualTypeOf<
      [[Tensor, Tensor], [Tensor, Tensor]]
    >();
    expectTypeOf(jacobian((q) => [q], [x])).toEqualTypeOf<[[Tensor]]>();
    expectTypeOf(jacobian((p: { a: Tensor }) => ({ b: p.a }), { a: x })).toEqualTypeOf<{
      b: { a: Tensor };
    }>();
    expectTypeOf(jacobian((p: Params) => p.w, params)).toEqualTypeOf<Mutable>();
  });

  it("knows its options", () => {
    jacobian((q: Tensor) => q, x, { strategy: "auto", chunkSize: 2, strict: true });
    // @ts-expect-error no such strategy
    jacobian((q: Tensor) => q, x, { strategy: "forward" });
    // @ts-expect-error hessian's name
    jacobian((q: Tensor) => q, x, { outerJacobianStrategy: "auto" });
    // @ts-expect-error chunkSize is a number
    jacobian((q: Tensor) => q, x, { chunkSize: "2" });
  });
});

describe("hessian, vhp and hvp", () => {
  it("have the inputs' structure, twice and once", () => {
    expectTypeOf(hessian((q) => q.sum(), x)).toEqualTypeOf<Tensor>();
    expectTypeOf(hessian((p, q) => p.dot(q), [x, y])).toEqualTypeOf<
      [[Tensor, Tensor], [Tensor, Tensor]]
    >();
    expectTypeOf(hessian((p: { a: Tensor }) => p.a.sum(), { a: x })).toEqualTypeOf<{
      a: { a: Tensor };
    }>();
    expectTypeOf(vhp((p, q) => p.dot(q), [x, y], [x, y])).toEqualTypeOf<
      [Tensor, [Tensor, Tensor]]
    >();
    expectTypeOf(hvp((q) => q.sum(), x, x)).toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(hvp((p: Params) => p.w.sum(), params)[1]).toEqualTypeOf<Mutable>();
  });

  it("need one tensor as the result", () => {
    // @ts-expect-error two results
    hessian((q: Tensor) => [q.sum(), q.sum()], x);
    // @ts-expect-error a number
    vhp((q: Tensor) => q.sum().item(), x);
    // @ts-expect-error a v of another structure
    hvp((q: Tensor) => q.sum(), x, [x]);
    // @ts-expect-error jacobian's name
    hessian((q: Tensor) => q.sum(), x, { strategy: "auto" });
  });
});

describe("gradcheck and gradgradcheck", () => {
  it("give a boolean", () => {
    expectTypeOf(gradcheck((q) => q.sin(), x, { checkForwardAd: true })).toEqualTypeOf<boolean>();
    expectTypeOf(
      gradgradcheck((p: Tensor, q: Tensor) => [p, q], [x, y], { gradOutputs: [x, y] }),
    ).toEqualTypeOf<boolean>();
    // @ts-expect-error gradOutputs have the structure of the outputs
    gradgradcheck((q: Tensor) => q, x, { gradOutputs: [x] });
    // @ts-expect-error an option of gradcheck alone
    gradgradcheck((q: Tensor) => q, x, { checkForwardAd: true });
  });
});

describe("derivatives of closures", () => {
  it("have the structure of params", () => {
    expectTypeOf(closureVjp(() => x, y, x)).toEqualTypeOf<Tensor>();
    expectTypeOf(closureVjp(() => x, [x, y], x)).toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(closureVjp(() => x, { w: x }, x)).toEqualTypeOf<{ w: Tensor }>();
    expectTypeOf(fullJacobian(() => x, [x, y] as const)).toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(closureJvp(() => x, y, x)).toEqualTypeOf<Tensor>();
    // @ts-expect-error v has the structure of params
    closureJvp(() => x, [x, y], x);
    // @ts-expect-error a closure takes no arguments
    closureVjp((q: Tensor) => q, y, x);
  });
});
