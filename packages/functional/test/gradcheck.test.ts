import {
  ArgumentError,
  defineFunction,
  GradError,
  grad,
  noGrad,
  type Tensor,
  tensor,
} from "@cotangent/core";
import { by, elementwise, s, type Unary } from "@cotangent/core/extend";
import { describe, expect, it } from "vitest";
import { type GradcheckOptions, gradcheck, gradgradcheck } from "../src/index.ts";
import { checkAfterEach, f64, loose, random } from "./support.ts";

checkAfterEach();

const wrongSquare: Unary = elementwise(
  "wrongSquare",
  (a) => s.mul(a, a),
  by([0], (g, a) => g.mul(a).mul(3)),
);
/** Its first derivative is right, but written so that its second is not. */
const wrongTwice = defineFunction({
  name: "wrongTwice",
  forward: (a: Tensor) => a.pow(3),
  vjp: (g, _out, [a]) => [g.mul(a.mul(a.detach())).mul(3)],
});
/** Right in reverse mode, wrong in forward mode. */
const wrongForward = defineFunction({
  name: "wrongForward",
  forward: (a: Tensor) => a.sin(),
  vjp: (g, _out, [a]) => [g.mul(a.cos())],
  jvp: ([t], _out, [a]) => t!.mul(a.sin()),
});
const notLinear = defineFunction({
  name: "notLinear",
  forward: (a: Tensor) => a.sin(),
  vjp: (g, _out, [a]) => [g.mul(a.cos()).add(g.eq(0).all().astype("float64"))],
});
const wrongBatch = defineFunction({
  name: "wrongBatch",
  forward: (a: Tensor) => a.sin(),
  vjp: (g, _out, [a]) => [wrongBatchProduct(g, a.cos())],
});
const wrongBatchProduct = defineFunction({
  name: "wrongBatchProduct",
  forward: (a: Tensor, b: Tensor) => a.mul(b),
  vjp: (g, _out, [a, b]) => [g.mul(b), g.mul(a)],
  batch: ([a]) => a.mul(2),
});

const notLinearForward = defineFunction({
  name: "notLinearForward",
  forward: (a: Tensor) => a.sin(),
  vjp: (g, _out, [a]) => [g.mul(a.cos())],
  jvp: ([t], _out, [a]) => t!.mul(a.cos()).add(t!.eq(0).all().astype("float64")),
});
const wrongBatchForward = defineFunction({
  name: "wrongBatchForward",
  forward: (a: Tensor) => a.sin(),
  vjp: (g, _out, [a]) => [g.mul(a.cos())],
  jvp: ([t], _out, [a]) => wrongBatchProduct(t!, a.cos()),
});

const x = f64([[0.5, 1.5, -1]], true);

describe.each([false, true])("gradcheck with fastMode %s", (fastMode) => {
  const check = (f: (q: Tensor) => Tensor, options: GradcheckOptions = {}): boolean =>
    gradcheck(f, x, { raiseException: false, fastMode, ...options });

  it("is true for a right derivative, in every mode", () => {
    const all = {
      checkForwardAd: true,
      checkBatchedGrad: true,
      checkBatchedForwardGrad: true,
      checkGradDtypes: true,
    };

    expect(check((q) => q.sin().mul(q).sum(1), all)).toBe(true);
    expect(gradgradcheck((q: Tensor) => q.sin().mul(q), x, { fastMode })).toBe(true);
  });

  it("is false for a wrong derivative", () => {
    expect(check(wrongSquare)).toBe(false);
    expect(check((q) => q.mul(q.detach()))).toBe(false);
    expect(() => gradcheck(wrongSquare, x, { fastMode })).toThrow(GradError);
  });

  it("looks at forward mode only where it is asked to", () => {
    const forward = { checkForwardAd: true, checkBackwardAd: false };

    expect(check(wrongForward)).toBe(true);
    expect(check(wrongForward, { checkForwardAd: true })).toBe(false);
    expect(check(wrongForward, forward)).toBe(false);
    expect(check(wrongSquare, forward)).toBe(false);
  });

  it("looks at cotangents of zero, and at batches of them, only where it is asked to", () => {
    expect(check(notLinear, { checkUndefinedGrad: true })).toBe(false);
    expect(check(wrongBatch)).toBe(true);
    expect(check(wrongBatch, { checkBatchedGrad: true })).toBe(false);
  });

  it("looks at tangents of zero, and at batches of them, only where it is asked to", () => {
    const forward = { checkForwardAd: true };

    expect(check(notLinearForward, forward)).toBe(false);
    expect(check(notLinearForward, { ...forward, checkUndefinedGrad: false })).toBe(true);
    expect(check(wrongBatchForward, forward)).toBe(true);
    expect(check(wrongBatchForward, { ...forward, checkBatchedForwardGrad: true })).toBe(false);
  });

  it("checks second derivatives in gradgradcheck", () => {
    const second = (options: object): boolean =>
      gradgradcheck(wrongTwice, x, { raiseException: false, fastMode, ...options });

    expect(check(wrongTwice)).toBe(true);
    expect(second({})).toBe(false);
    expect(second({ checkFwdOverRev: true, checkRevOverRev: false })).toBe(false);
    expect(() => gradgradcheck(wrongTwice, x, { fastMode })).toThrow(
      "gradgradcheck: Jacobian mismatch for output 0 with respect to input 0 in reverse mode",
    );
  });
});

describe("gradcheck", () => {
  it("shows both Jacobians", () => {
    expect(() => gradcheck(wrongSquare, f64([1, 2], true))).toThrowErrorMatchingInlineSnapshot(`
      [GradError: gradcheck: Jacobian mismatch for output 0 with respect to input 0 in reverse mode; mend the derivative, or move away from a point where there is none
      numerical:
      tensor([[2.0000, 0.0000],
              [0.0000, 4.0000]], dtype=float64)
      analytical:
      tensor([[3., 0.],
              [0., 6.]], dtype=float64)]
    `);
  });

  it("names the output and the input that differ", () => {
    const f = (p: Tensor, q: Tensor) => [p.mul(q), p.mul(wrongSquare(q))];

    expect(() => gradcheck(f, [x, x.detach().requiresGrad_()])).toThrow(
      "output 1 with respect to input 1 in reverse mode",
    );
  });

  it("holds inputs fixed that do not require grad, and takes trees", () => {
    const f = ({ a, b }: { a: Tensor; b: readonly [Tensor] }) => ({ c: a.mul(wrongSquare(b[0])) });

    expect(gradcheck(f, { a: x, b: [f64([1, 2, 3])] })).toBe(true);
    expect(gradcheck(f, { a: x, b: [f64([1, 2, 3], true)] }, { raiseException: false })).toBe(
      false,
    );
    expect(
      gradcheck((p: Tensor, n: Tensor) => p.mul(n), [x, tensor([1, 2, 3]).astype("int32")]),
    ).toBe(true);
  });

  it("leaves integer outputs out, and takes empty ones", () => {
    expect(gradcheck((q: Tensor) => [q.sin(), q.gt(0)], x)).toBe(true);
    expect(gradcheck((q: Tensor) => q.narrow(1, 0, 0), x, { checkForwardAd: true })).toBe(true);
    expect(gradgradcheck((q: Tensor) => [q.sin(), q.gt(0)], x)).toBe(true);
  });

  it("works for functions that call the tape", () => {
    const slope = (q: Tensor): Tensor => grad(q.pow(3).sum(), q, { createGraph: true });

    expect(gradcheck(slope, x)).toBe(true);
    expect(noGrad(() => gradcheck(slope, x))).toBe(true);
    expect(gradgradcheck(slope, x)).toBe(true);
  });

  it("says what to do with float32", () => {
    const single = tensor([0.5, 100.25], { requiresGrad: true });

    expect(() => gradcheck((q: Tensor) => q.exp().sin(), single)).toThrow(
      "differences need float64",
    );
    expect(gradcheck((q: Tensor) => q.mul(2), single, { eps: 0.5 })).toBe(true);
  });

  it("keeps the default tolerances of eps 1e-6, atol 1e-5, rtol 1e-3", () => {
    const scaled =
      (by: number) =>
      (q: Tensor): Tensor =>
        q.mul(100).add(q.detach().mul(by));

    expect(gradcheck(scaled(0.09), f64([1], true))).toBe(true);
    expect(gradcheck(scaled(0.2), f64([1], true), { raiseException: false })).toBe(false);
    expect(gradcheck(scaled(0.2), f64([1], true), { rtol: 1e-2 })).toBe(true);
    expect(gradcheck(scaled(0.2), f64([1], true), { rtol: 0, atol: 0.3 })).toBe(true);
  });

  it("refuses what makes no check", () => {
    expect(() => gradcheck((q: Tensor) => q, f64([1]))).toThrow(ArgumentError);
    expect(() => gradcheck((q: Tensor) => q, f64([1]))).toThrow("no input requires grad");
    expect(() => gradcheck((q: Tensor) => q, x, { checkBackwardAd: false })).toThrow(
      "neither mode is to be checked",
    );
    const only = { checkForwardAd: true, checkBackwardAd: false, checkBatchedGrad: true };
    expect(() => gradcheck((q: Tensor) => q, x, only)).toThrow("checkBatchedGrad needs");
    expect(() => gradcheck((q: Tensor) => q, x, { checkBatchedForwardGrad: true })).toThrow(
      "needs checkForwardAd",
    );
    expect(() => loose(gradcheck)("no function", x)).toThrow(ArgumentError);
    expect(() => loose(gradcheck)((q: Tensor) => q, [x, 3])).toThrow(ArgumentError);
  });
});

describe("gradgradcheck", () => {
  const f = (p: Tensor, q: Tensor) => [p.mul(q).sin(), p.sum()];
  const inputs: [Tensor, Tensor] = [random(3, 1).requiresGrad_(), random(3, 2).requiresGrad_()];

  it("takes cotangents in the structure of the outputs", () => {
    const gradOutputs = [random(3, 3).requiresGrad_(), f64(2)];

    expect(gradgradcheck(f, inputs, { gradOutputs })).toBe(true);
    expect(() => loose(gradgradcheck)(f, inputs, { gradOutputs: gradOutputs[0] })).toThrow(
      "gradgradcheck: gradOutputs must have the structure",
    );
  });

  it("takes every option", () => {
    const options = {
      genNonContigGradOutputs: true,
      checkFwdOverRev: true,
      checkBatchedGrad: true,
      checkGradDtypes: true,
      checkUndefinedGrad: false,
    };

    expect(gradgradcheck(f, inputs, options)).toBe(true);
    expect(gradgradcheck(f, inputs, { ...options, fastMode: true })).toBe(true);
  });

  it("refuses to check neither mode", () => {
    expect(() => gradgradcheck(f, inputs, { checkRevOverRev: false })).toThrow(ArgumentError);
  });
});
