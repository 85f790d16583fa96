import { grad, ones, onesLike, rand, randn, ShapeError, type Tensor } from "@cotangent/core";
import { jacobian } from "@cotangent/functional";
import { fullJacobian, jvp } from "@cotangent/functional/closure";
import { describe, expect, it } from "vitest";
import {
  functionalCall,
  Linear,
  modelJacobian,
  modelJvp,
  modelVjp,
  Sequential,
  Tanh,
} from "../src/index.ts";

const network = (): Sequential =>
  new Sequential(new Linear(3, 4), new Tanh(), new Linear(4, 2)).to("float64");
const x = rand([5, 3], { dtype: "float64" });

function near(a: Tensor, b: Tensor): void {
  expect(a.shape).toEqual(b.shape);
  expect(a.allCloseSync(b, { rtol: 1e-12, atol: 1e-12 })).toBe(true);
}

describe("modelJvp", () => {
  it("agrees with the closure's jvp and with J·v", () => {
    const model = network();
    const v = model.parameters().map((p) => randn(p.shape, { dtype: "float64" }));

    const product = modelJvp(model, x, v);

    near(
      product,
      jvp(() => model.forward(x), model.parameters(), v),
    );
    const flat = modelJacobian(model, x).map((J, i) => J.reshape([10, -1]).matmul(v[i]!.flatten()));
    near(product, flat.reduce((a, b) => a.add(b)).reshape([5, 2]));
    expect(product.requiresGrad).toBe(false);
  });

  it("is linked to the parameters with createGraph", () => {
    const model = network();
    const v = model.parameters().map((p) => onesLike(p));

    const product = modelJvp(model, x, v, { createGraph: true });

    expect(grad(product.sum(), model.parameters()[0]!).shape).toEqual([4, 3]);
  });

  it("checks v", () => {
    const model = network();

    expect(() => modelJvp(model, x, [ones([1])])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: modelJvp: v has 1 tensors for 4 parameters; pass one for each]`,
    );
    const wrong = model.parameters().map(() => ones([1], { dtype: "float64" }));
    expect(() => modelJvp(model, x, wrong)).toThrow(ShapeError);
    expect(() => modelJvp({} as never, x, wrong)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: modelJvp: model is an object; pass a Module]`,
    );
  });
});

describe("modelVjp", () => {
  it("agrees with the tape", () => {
    const model = network();
    const v = randn([5, 2], { dtype: "float64" });

    const products = modelVjp(model, x, v);

    const expected = grad(model.forward(x), model.parameters(), { gradOutputs: v });
    products.forEach((g, i) => near(g, expected[i]!));
  });

  it("is ⟨u, J·v⟩ = ⟨Jᵀu, v⟩ with modelJvp", () => {
    const model = network();
    const u = randn([5, 2], { dtype: "float64" });
    const v = model.parameters().map((p) => randn(p.shape, { dtype: "float64" }));

    const left = modelJvp(model, x, v).mul(u).sum();
    const right = modelVjp(model, x, u).map((g, i) => g.mul(v[i]!).sum());

    near(
      left,
      right.reduce((a, b) => a.add(b)),
    );
  });
});

describe("modelJacobian", () => {
  it("is the Jacobian of functionalCall, and flat the closure's", () => {
    const model = network();
    const names = model.namedParameters().map(([name]) => name);
    const f = (...ps: Tensor[]): Tensor =>
      functionalCall(model, Object.fromEntries(names.map((n, i) => [n, ps[i]!])), x);

    const Js = modelJacobian(model, x);

    jacobian(f, model.parameters() as Tensor[]).forEach((J, i) => near(Js[i]!, J));
    fullJacobian(() => model.forward(x), model.parameters() as Tensor[]).forEach((J, i) =>
      near(Js[i]!.reshape(J.shape), J),
    );
    expect(Js.map((J) => J.shape)).toEqual([
      [5, 2, 4, 3],
      [5, 2, 4],
      [5, 2, 2, 4],
      [5, 2, 2],
    ]);
  });
});
