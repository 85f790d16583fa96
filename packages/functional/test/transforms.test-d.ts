import type { Tensor } from "@cotangent/core";
import { describe, expectTypeOf, it } from "vitest";
import { grad, jacfwd, jacrev, linearize, pullback, valueAndGrad, vmap } from "../src/index.ts";

declare const x: Tensor;

interface Params {
  readonly w: Tensor;
  readonly b: readonly Tensor[];
}
interface Gradients {
  w: Tensor;
  b: Tensor[];
}
declare const params: Params;
const loss = (p: Params, input: Tensor, scale: number): Tensor => p.w.mul(input).mul(scale).sum();

describe("grad and valueAndGrad", () => {
  it("type parameters without annotation as tensors", () => {
    const f = grad((q) => q.sin().sum());
    expectTypeOf(f).parameters.toEqualTypeOf<[q: Tensor]>();
    expectTypeOf(f(x)).toEqualTypeOf<Tensor>();
    expectTypeOf(grad((p, q) => p.dot(q))(x, x)).toEqualTypeOf<Tensor>();
    // @ts-expect-error a tensor has no w
    grad((p) => p.w);
  });

  it("take annotated trees and other arguments", () => {
    expectTypeOf(grad(loss)(params, x, 2)).toEqualTypeOf<Gradients>();
    expectTypeOf(valueAndGrad(loss)(params, x, 2)).toEqualTypeOf<[Tensor, Gradients]>();
    // @ts-expect-error an argument is missing
    grad(loss)(params, x);
    // @ts-expect-error a string for a number
    grad(loss)(params, x, "2");
  });

  it("select by argnums: a number bare, a list as a list", () => {
    expectTypeOf(grad(loss, { argnums: 1 })(params, x, 2)).toEqualTypeOf<Tensor>();
    expectTypeOf(grad(loss, { argnums: -2 })(params, x, 2)).toEqualTypeOf<Tensor>();
    expectTypeOf(grad(loss, { argnums: -3 })(params, x, 2)).toEqualTypeOf<Gradients>();
    expectTypeOf(grad(loss, { argnums: [1] })(params, x, 2)).toEqualTypeOf<[Tensor]>();
    expectTypeOf(grad(loss, { argnums: [1, 0] })(params, x, 2)).toEqualTypeOf<
      [Tensor, Gradients]
    >();
    expectTypeOf(valueAndGrad(loss, { argnums: [0, 1] })(params, x, 2)).toEqualTypeOf<
      [Tensor, [Gradients, Tensor]]
    >();
    // @ts-expect-error argnums are numbers
    grad(loss, { argnums: "0" });
  });

  it("hand aux through", () => {
    const f = (q: Tensor) => [q.sum(), { seen: q, n: 3 }] as const;

    expectTypeOf(grad(f, { hasAux: true })(x)).toExtend<[Tensor, { readonly n: 3 }]>();
    expectTypeOf(valueAndGrad(f, { hasAux: true })(x)[0][0]).toEqualTypeOf<Tensor>();
    expectTypeOf(
      grad((q: Tensor) => [q.sum(), "a"], { hasAux: true })(x)[0],
    ).toEqualTypeOf<Tensor>();
    // @ts-expect-error a pair without hasAux
    grad(f);
    // @ts-expect-error hasAux without a pair
    grad((q: Tensor) => q.sum(), { hasAux: true });
  });

  it("need one tensor, at once", () => {
    // @ts-expect-error two results
    grad((q: Tensor) => [q, q]);
    // @ts-expect-error a number
    grad((q: Tensor) => q.sum().item());
    // @ts-expect-error a Promise
    grad(async (q: Tensor) => q.sum());
    // @ts-expect-error no createGraph here
    grad((q: Tensor) => q.sum(), { createGraph: true });
  });

  it("nest", () => {
    expectTypeOf(grad(grad((q) => q.sin()))(x)).toEqualTypeOf<Tensor>();
    expectTypeOf(vmap(grad((q: Tensor) => q.sum()))(x)).toEqualTypeOf<Tensor>();
  });
});

describe("jacrev and jacfwd", () => {
  it("have the arguments' structure in the outputs'", () => {
    expectTypeOf(jacrev((q) => q.sin())(x)).toEqualTypeOf<Tensor>();
    expectTypeOf(jacfwd((q) => q.sin())(x)).toEqualTypeOf<Tensor>();
    expectTypeOf(jacrev((p, q) => [p, q], { argnums: [0, 1] })(x, x)).toEqualTypeOf<
      [[Tensor, Tensor], [Tensor, Tensor]]
    >();
    expectTypeOf(jacrev(loss)(params, x, 2)).toEqualTypeOf<Gradients>();
    expectTypeOf(jacfwd((p: Params) => ({ out: p.w }))(params)).toEqualTypeOf<{ out: Gradients }>();
    expectTypeOf(jacfwd(jacrev((q) => q.sum()))(x)).toEqualTypeOf<Tensor>();
    expectTypeOf(jacrev((q: Tensor) => [{ a: q }, 3] as const, { hasAux: true })(x)).toEqualTypeOf<
      [{ a: Tensor }, 3]
    >();
  });

  it("know their options", () => {
    jacfwd((q) => q, { randomness: "different", chunkSize: 2 });
    // @ts-expect-error only jacfwd has it
    jacrev((q: Tensor) => q, { randomness: "same" });
    // @ts-expect-error no such randomness
    jacfwd((q: Tensor) => q, { randomness: "any" });
  });
});

describe("linearize and pullback", () => {
  it("give a function of tangents, or of cotangents", () => {
    const [y, push] = linearize((p: Tensor, q: Tensor) => ({ out: p.mul(q) }), [x, x]);
    expectTypeOf(y).toEqualTypeOf<{ out: Tensor }>();
    expectTypeOf(push).parameters.toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(push(x, x)).toEqualTypeOf<{ out: Tensor }>();

    const [, pull] = pullback((p: Params) => [p.w, p.w] as const, params);
    expectTypeOf(pull).parameters.toEqualTypeOf<[cotangents: [Tensor, Tensor]]>();
    expectTypeOf(pull([x, x])).toEqualTypeOf<Gradients>();
    // @ts-expect-error one tangent for two inputs
    push(x);
    // @ts-expect-error a cotangent is missing
    pull([x]);
  });

  it("hand aux through", () => {
    const [y, push, aux] = linearize((q: Tensor) => [q, "note"] as const, x, { hasAux: true });
    expectTypeOf(y).toEqualTypeOf<Tensor>();
    expectTypeOf(push(x)).toEqualTypeOf<Tensor>();
    expectTypeOf(aux).toEqualTypeOf<"note">();
  });
});

describe("vmap", () => {
  it("keeps arguments, and the structure of results", () => {
    expectTypeOf(vmap((q) => q.sum())(x)).toEqualTypeOf<Tensor>();
    expectTypeOf(vmap((p, q) => [p, q])(x, x)).toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(vmap((p: Params) => ({ s: p.w.sum() }))(params)).toEqualTypeOf<{ s: Tensor }>();
  });

  it("takes dims for each argument, and structures of them", () => {
    vmap((p, q) => p.mul(q), { inDims: [0, null] });
    vmap((p: Params, q: Tensor) => p.w.mul(q), { inDims: [{ w: 0, b: null }, 1] });
    vmap((q: Tensor) => ({ a: q }), { outDims: { a: 1 } });
    // @ts-expect-error a string is no dim
    vmap((q: Tensor) => q, { inDims: ["0"] });
    // @ts-expect-error one entry for two arguments
    vmap((p: Tensor, q: Tensor) => p.mul(q), { inDims: [0] });
    // @ts-expect-error another key
    vmap((p: { a: Tensor }) => p.a, { inDims: [{ b: 0 }] });
    // @ts-expect-error no such randomness
    vmap((q: Tensor) => q, { randomness: "any" });
    // @ts-expect-error a dim for a key that the result has not
    vmap((q: Tensor) => ({ a: q }), { outDims: { b: 0 } });
  });
});
