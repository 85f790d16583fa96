import { type Tensor, grad as tapeGrad } from "@cotangent/core";
import { grad, jacfwd, jacrev, jvp, linearize, pullback, vmap } from "@cotangent/functional";
import { describe, expect, it } from "vitest";
import { expectClose, f64 } from "./values.ts";

type Func = (x: Tensor) => Tensor;

/** Derivatives of a function of one number. */
const modes: Readonly<Record<string, (f: Func) => Func>> = {
  forward: (f) => (x) => jvp(f, x, f64(1))[1],
  reverse: (f) => (x) => grad(f)(x),
  "forward Jacobian": (f) => (x) => jacfwd(f)(x),
  "reverse Jacobian": (f) => (x) => jacrev(f)(x),
  linearized: (f) => (x) => linearize(f, x)[1](f64(1)),
  "pulled back": (f) => (x) => pullback(f, x)[1](f64(1)),
};
const names = Object.keys(modes);
const orders = names.flatMap((outer) => names.map((inner) => ({ outer, inner })));

describe("perturbations of two variables", () => {
  it.each(orders)("stay apart: $outer over $inner", ({ outer, inner }) => {
    const [d, e] = [modes[outer]!, modes[inner]!];
    const f: Func = (x) => x.mul(e((y) => x.add(y))(f64(1)));
    expectClose(d(f)(f64(1)), 1);
    const g: Func = (x) => x.mul(e((y) => x.mul(y))(x));
    expectClose(d(g)(f64(3)), 6);
  });
  it.each(names)("stay apart on the tape over %s", (inner) => {
    const x = f64(1).requiresGrad_();
    const slope = vmap((y: Tensor) => modes[inner]!((z) => z.mul(y))(f64(1)))(f64([2, 3]));
    expectClose(slope, [2, 3]);
    const total = pullback((y: Tensor) => x.add(y), f64(1))[1](f64(1));
    expectClose(tapeGrad(x.mul(total), x), 1);
  });
});

describe("per-sample gradients of a captured weight", () => {
  const w0 = [0.3, -0.7];
  const inputs = [
    [1, 2],
    [-0.5, 4],
    [2, 0.1],
  ];
  const loss = (w: Tensor, x: Tensor): Tensor => w.mul(x).sum().sin();
  const want = inputs.map((x) => {
    const c = Math.cos(w0[0]! * x[0]! + w0[1]! * x[1]!);
    return x.map((a) => a * c);
  });

  it("are per sample, not their sum", () => {
    const w = f64(w0);
    const perSample = vmap((x: Tensor) => grad((q: Tensor) => loss(q, x))(w))(f64(inputs));
    expect(perSample.shape).toEqual([3, 2]);
    expectClose(perSample, want.flat());
  });
  it("sum up in the gradient of the sum", () => {
    const w = f64(w0).requiresGrad_();
    const total = vmap((x: Tensor) => loss(w, x))(f64(inputs)).sum();
    expectClose(
      tapeGrad(total, w),
      [0, 1].map((j) => want.reduce((s, row) => s + row[j]!, 0)),
    );
  });
  it("are those of a weight that an outer transform differentiates", () => {
    const rows = (w: Tensor): Tensor =>
      vmap((x: Tensor) => grad((q: Tensor) => loss(q, x))(w))(f64(inputs));
    const direction = f64([1, -1]);
    const slope = inputs.map((x) => {
      const s = -Math.sin(w0[0]! * x[0]! + w0[1]! * x[1]!) * (x[0]! - x[1]!);
      return x.map((a) => a * s);
    });
    expectClose(jvp(rows, f64(w0), direction)[1], slope.flat());
  });
});
