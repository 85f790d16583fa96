import { GradError, noGrad, stack, type Tensor, grad as tapeGrad } from "@cotangent/core";
import { describe, expect, it } from "vitest";
import {
  grad,
  gradcheck,
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
} from "../src/index.ts";
import { checkAfterEach, expectClose, f64, random } from "./support.ts";

checkAfterEach();

const objective = (q: Tensor): Tensor => q.sin().prod();
const map = (q: Tensor): Tensor => q.sin().mul(q.sum());
const v = random(3, 1);
const linked = { createGraph: true };

/** Every function, as one of a vector that gives a tensor. */
const functions: Readonly<Record<string, (q: Tensor) => Tensor>> = {
  vjp: (q) => vjp(map, q, v)[1],
  "vjp without v": (q) => vjp(objective, q)[1],
  "vjp, strict": (q) => vjp(map, q, v, { strict: true })[1],
  "vjp, linked": (q) => vjp(map, q, v, linked)[1],
  jvp: (q) => jvp(map, q, v)[1],
  "jvp, strict": (q) => jvp(map, q, v, { strict: true })[1],
  "jvp, strict and linked": (q) => jvp(map, q, v, { strict: true, ...linked })[1],
  jacobian: (q) => jacobian(map, q),
  "jacobian by rows": (q) => jacobian(map, q, { vectorize: false }),
  "jacobian in chunks": (q) => jacobian(map, q, { chunkSize: 2 }),
  "jacobian, strict": (q) => jacobian(map, q, { strict: true }),
  "jacobian forward": (q) => jacobian(map, q, { strategy: "forward-mode" }),
  "jacobian forward by columns": (q) =>
    jacobian(map, q, { strategy: "forward-mode", vectorize: false }),
  "jacobian forward, strict": (q) => jacobian(map, q, { strategy: "forward-mode", strict: true }),
  "jacobian forward, linked": (q) => jacobian(map, q, { strategy: "forward-mode", ...linked }),
  "jacobian auto": (q) => jacobian((p: Tensor) => map(p).expand([2, 3]), q, { strategy: "auto" }),
  hessian: (q) => hessian(objective, q),
  "hessian forward": (q) => hessian(objective, q, { outerJacobianStrategy: "forward-mode" }),
  "hessian, strict": (q) => hessian(objective, q, { strict: true, vectorize: false }),
  vhp: (q) => vhp(objective, q, v)[1],
  hvp: (q) => hvp(objective, q, v)[1],
  "hvp, strict": (q) => hvp(objective, q, v, { strict: true })[1],
  grad: (q) => grad(objective)(q),
  valueAndGrad: (q) => valueAndGrad(objective)(q)[1],
  jacrev: (q) => jacrev(map, { chunkSize: 2 })(q),
  jacfwd: (q) => jacfwd(map, { chunkSize: 2 })(q),
  linearize: (q) => linearize(map, q)[1](v),
  pullback: (q) => pullback(map, q)[1](v),
  vmap: (q) => vmap((p: Tensor) => p.sin().mul(q))(q),
};

describe.each(Object.entries(functions))("%s", (_, f) => {
  const x = random(3, 2);

  it("under vmap gives what it gives row by row", () => {
    const rows = random([4, 3], 3);
    const each = stack(rows.unbind().map(f));

    expectClose(vmap(f)(rows), each);
    expectClose(vmap(f, { chunkSize: 3 })(rows), each);
  });

  it("has a derivative in both modes, also of the derivative", () => {
    const modes = { checkForwardAd: true, checkBatchedGrad: true, checkBatchedForwardGrad: true };

    expect(gradcheck(f, random(3, 4).requiresGrad_(), modes)).toBe(true);
    expect(gradcheck((q: Tensor) => jvp(f, q, v)[1], random(3, 5).requiresGrad_())).toBe(true);
    expect(
      gradcheck((q: Tensor) => vjp((p: Tensor) => f(p).sum(), q)[1], random(3, 6).requiresGrad_()),
    ).toBe(true);
  });

  it("ignores noGrad outside, and is constant to the tape under noGrad inside", () => {
    const value = f(x);

    expectClose(
      noGrad(() => f(x.detach().requiresGrad_())),
      value,
    );
    const frozen = vjp((q: Tensor) => noGrad(() => f(q).detach()), x, value)[1];
    expectClose(frozen, x.mul(0));
  });
});

describe("a function that calls the tape", () => {
  const slope = (q: Tensor): Tensor => tapeGrad(q.pow(3).sum(), q, linked);
  const x = random(3, 7);

  it("is differentiated in reverse mode, where auto stays", () => {
    expectClose(vjp(slope, x, v)[1], x.mul(6).mul(v));
    expectClose(jacobian(slope, x), jacobian(slope, x, { strategy: "auto" }));
    expectClose(hvp((q: Tensor) => q.pow(3).sum(), x, v)[1], x.mul(6).mul(v));
  });

  it("is an error in forward mode, which says what to do", () => {
    expect(() => jvp(slope, x, v)).toThrow(
      "take the inner derivative with grad of @cotangent/functional",
    );
    expect(() => jacobian(slope, x, { strategy: "forward-mode" })).toThrow(GradError);
  });
});

describe("a function kept by linearize or pullback", () => {
  it("cannot be used when the transform around it has returned", () => {
    let push: ((t: Tensor) => Tensor) | undefined;
    let pull: ((g: Tensor) => Tensor) | undefined;
    grad((q: Tensor) => {
      push = linearize(map, q)[1];
      pull = pullback(map, q)[1];
      return q.sum();
    })(f64([1, 2, 3]));

    expect(() => push!(v)).toThrow(GradError);
    expect(() => pull!(v)).toThrow(GradError);
  });
});
