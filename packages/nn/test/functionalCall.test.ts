import { ArgumentError, type Tensor, tensor, zeros } from "@cotangent/core";
import { grad, vmap } from "@cotangent/functional";
import { describe, expect, it } from "vitest";
import { functionalCall, Linear, Module, Sequential, Tanh } from "../src/index.ts";

const model = (): Sequential => new Sequential(new Linear(2, 2), new Tanh(), new Linear(2, 1));

describe("functionalCall", () => {
  it("uses the given tensors, and the model's for the rest", () => {
    const net = model();
    const x = tensor([[1, 2]]);
    const last = net.children()[2] as Linear;

    const y = functionalCall(net, { "2.weight": zeros([1, 2]) }, x);

    expect(y.arraySync()).toEqual([[last.bias!.item()]]);
  });

  it("leaves the model as it was, also after a throw", () => {
    const net = model();
    const before = net.parameters();

    functionalCall(net, { "0.bias": zeros([2]) }, tensor([[1, 2]]));
    expect(() => functionalCall(net, { "0.bias": zeros([2]) }, tensor([[1, 2, 3]]))).toThrow();

    net.parameters().forEach((p, i) => expect(p).toBe(before[i]));
  });

  it("keeps tied parameters tied", () => {
    const net = new Sequential(
      new Linear(1, 1, { bias: false }),
      new Linear(1, 1, { bias: false }),
    );
    const [a, b] = net.children() as [Linear, Linear];
    Object.assign(b, { weight: a.weight });

    const y = functionalCall(net, { "0.weight": tensor([[3]]) }, tensor([[1]]));

    expect(y.item()).toBe(9);
  });

  it("replaces buffers", () => {
    class Shifted extends Module {
      declare shift: Tensor;
      constructor() {
        super();
        this.registerBuffer("shift", tensor([1]));
      }
      override forward(x: Tensor): Tensor {
        return x.add(this.shift);
      }
    }

    expect(functionalCall(new Shifted(), { shift: tensor([5]) }, tensor([1])).item()).toBe(6);
  });

  it("gives per-sample gradients under vmap of grad", () => {
    const net = new Linear(2, 1);
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    const loss = (weight: Tensor, row: Tensor): Tensor =>
      functionalCall(net, { weight }, row).sum();

    const gradients = vmap(grad(loss), { inDims: [null, 0] })(net.weight, x);

    expect(gradients.arraySync()).toEqual([[[1, 2]], [[3, 4]]]);
  });

  it("names what is wrong with the model or the state", () => {
    expect(() =>
      functionalCall(model(), { weight: zeros([1]) }, tensor([1])),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: functionalCall: the model has no parameter or buffer weight; it has 0.weight, 0.bias, 2.weight, 2.bias]`,
    );
    expect(() => functionalCall({} as Linear, {}, tensor([1]))).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: functionalCall: model is an object; pass a Module]`,
    );
    expect(() => functionalCall(model(), { "0.bias": 1 as never }, tensor([1]))).toThrow(
      ArgumentError,
    );
  });
});
