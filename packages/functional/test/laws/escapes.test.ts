import { backward, noGrad, type Tensor, grad as tapeGrad } from "@cotangent/core";
import { grad, jacobian, jvp, linearize, pullback, vjp, vmap } from "@cotangent/functional";
import { describe, expect, it } from "vitest";
import { f64, messageOf } from "./values.ts";

/** What a transform's function saw. */
function leaked(open: (f: (x: Tensor) => Tensor) => unknown): Tensor {
  let leak: Tensor | null = null;
  open((x) => {
    leak = x.sin();
    return x.sum();
  });
  return leak!;
}
const leaks: Readonly<Record<string, () => Tensor>> = {
  grad: () => leaked((f) => grad(f)(f64([1, 2]))),
  vjp: () => leaked((f) => vjp(f, f64([1, 2]))),
  jvp: () => leaked((f) => jvp(f, f64([1, 2]), f64([1, 1]))),
  vmap: () => leaked((f) => vmap(f)(f64([[1, 2]]))),
  jacobian: () => leaked((f) => jacobian(f, f64([1, 2]))),
  linearize: () => leaked((f) => linearize(f, f64([1, 2]))),
  pullback: () => leaked((f) => pullback(f, f64([1, 2]))),
};
const uses: Readonly<Record<string, (x: Tensor) => unknown>> = {
  sin: (x) => x.sin(),
  mul: (x) => x.mul(f64([1, 2])),
  reshape: (x) => x.reshape([2, 1]),
  detach: (x) => x.detach(),
  dataSync: (x) => x.dataSync(),
  requiresGrad_: (x) => x.requiresGrad_(),
  retainGrad: (x) => x.retainGrad(),
  registerHook: (x) => x.registerHook(() => {}),
  grad: (x) => tapeGrad(x.sum(), x),
  "grad, of an input": (x) => tapeGrad(f64(1).requiresGrad_().mul(2), x),
  backward: (x) => backward(x),
  "vjp, as an input": (x) => vjp((y) => y.sin(), x),
  "vjp, as a result": (x) => vjp(() => x, f64(1)),
  "jvp, as an input": (x) => jvp((y) => y.sin(), x),
  "jvp, as a result": (x) => jvp(() => x, f64(1)),
  "jvp, as a tangent": (x) => jvp((y) => y.sin(), f64([1, 2]), x),
  "vjp, as a cotangent": (x) => vjp((y) => y.sin(), f64([1, 2]), x),
  "vmap, as an input": (x) => vmap((y: Tensor) => y.sin())(x),
  "vmap, as a result": (x) => vmap((_: Tensor) => x)(f64([1, 2])),
  "grad, in another level": (x) => grad((y: Tensor) => y.mul(x).sum())(f64([1, 2])),
  "jvp, in another level": (x) => jvp((y) => y.mul(x), f64([1, 2]), f64([1, 1])),
  "vmap, in another level": (x) => vmap((y: Tensor) => y.mul(x))(f64([1, 2])),
};

describe.each(Object.keys(leaks))("a tensor that escaped %s", (name) => {
  it.each(Object.keys(uses))("is an error for %s", (use) => {
    const leak = leaks[name]!();
    const message = messageOf(() => uses[use]!(leak));
    expect(message).toMatch(/^GradError: \S+: .*escaped the \w+ that made it; return it from/);
  });
});

describe("the error", () => {
  it("names the op and the transform", () => {
    const leak = leaks.grad!();
    expect(messageOf(() => leak.sin())).toMatchInlineSnapshot(
      `"GradError: sin: a tensor of shape [2] escaped the grad that made it; return it from the function instead"`,
    );
    expect(messageOf(() => leak.item())).toMatchInlineSnapshot(
      `"ShapeError: item: a tensor of shape [2] has 2 elements; use arraySync() or dataSync()"`,
    );
    expect(messageOf(() => leak.detach())).toMatchInlineSnapshot(
      `"GradError: detach: a tensor of shape [2] escaped the grad that made it; return it from the function instead"`,
    );
    expect(messageOf(() => tapeGrad(leak, leak))).toMatchInlineSnapshot(
      `"GradError: grad: a tensor of shape [2] escaped the grad that made it; return it from the function instead"`,
    );
    expect(messageOf(() => vmap((_: Tensor) => leaks.jvp!())(f64([1])))).toMatchInlineSnapshot(
      `"GradError: vmap: the result is a tensor that escaped the jvp that made it; return it from there"`,
    );
  });
  it("comes for what a level of the same depth has replaced", () => {
    const leak = leaks.vmap!();
    expect(messageOf(() => vmap((x: Tensor) => x.add(leak))(f64([[1, 2]])))).toMatchInlineSnapshot(
      `"GradError: add: a tensor of shape [2] escaped the vmap that made it; return it from the function instead"`,
    );
  });
});

describe("what does not depend on a transform", () => {
  it("may leave it", () => {
    let constant: Tensor | null = null;
    let quiet: Tensor | null = null;
    grad((x: Tensor) => {
      constant = f64(2).mul(3);
      quiet = noGrad(() => x.mul(2));
      return x;
    })(f64(1));
    expect(constant!.item()).toBe(6);
    expect(quiet!.item()).toBe(2);
  });
});
