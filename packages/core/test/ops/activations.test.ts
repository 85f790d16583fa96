import { describe, expect, it } from "vitest";
import { grad, type Tensor, tensor } from "../../src/index.ts";

const derivative = (f: (x: Tensor) => Tensor, at: number): number => {
  const x = tensor(at, { dtype: "float64", requiresGrad: true });
  return grad(f(x), x).item() as number;
};

describe("activations", () => {
  it("takes options, and defaults to PyTorch's", () => {
    const x = tensor([-1, 2], { dtype: "float64" });

    expect(x.leakyRelu().arraySync()).toEqual([-0.01, 2]);
    expect(x.leakyRelu({ negativeSlope: 0.5 }).arraySync()).toEqual([-0.5, 2]);
    expect(x.elu({ alpha: 2 }).arraySync()).toEqual([2 * Math.expm1(-1), 2]);
    expect(x.softplus({ threshold: 1 }).arraySync()).toEqual([Math.log1p(Math.exp(-1)), 2]);
    expect(x.softplus({ beta: 2 }).arraySync()).toEqual(x.mul(2).softplus().div(2).arraySync());
  });

  it("has the derivatives of PyTorch at kinks", () => {
    expect(derivative((x) => x.relu(), 0)).toBe(0);
    expect(derivative((x) => x.leakyRelu(), 0)).toBe(0.01);
    expect(derivative((x) => x.elu({ alpha: 0.5 }), 0)).toBe(0.5);
    expect(derivative((x) => x.abs(), 0)).toBe(0);
  });

  it("stays finite far from 0", () => {
    const x = tensor([-1e4, 1e4], { dtype: "float64" });

    expect(x.sigmoid().arraySync()).toEqual([0, 1]);
    expect(x.logSigmoid().add(0).arraySync()).toEqual([-1e4, 0]);
    expect(x.softplus().arraySync()).toEqual([0, 1e4]);
    expect(derivative((y) => y.elu().square(), 1e4)).toBe(2e4);
  });

  it("keeps the dtype: int32 becomes the default but for relu", () => {
    const x = tensor([-1, 2]).astype("int32");

    expect(x.relu().dtype).toBe("int32");
    expect(x.gelu().dtype).toBe("float32");
    expect(tensor([1, 2], { dtype: "float64" }).elu().dtype).toBe("float64");
  });

  it("names an unknown approximation", () => {
    expect(() =>
      tensor([1]).gelu({ approximate: "fast" as "tanh" }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: gelu: approximate is fast; use "none" or "tanh"]`,
    );
  });
});

describe("softmax", () => {
  it("does not overflow", () => {
    expect(tensor([1000, 1000]).softmax(0).arraySync()).toEqual([0.5, 0.5]);
    expect(tensor([0, 1000]).logSoftmax(-1).arraySync()).toEqual([-1000, 0]);
    expect(tensor([-Infinity, 0]).softmax(0).arraySync()).toEqual([0, 1]);
    expect(tensor([-Infinity, -Infinity]).logSumExp().item()).toBe(-Infinity);
  });

  it("is 1 for a single number", () => {
    expect(tensor(3).softmax(0).item()).toBe(1);
  });

  it("names a wrong dim", () => {
    expect(() => tensor([1]).softmax(1)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: softmax: dim 1 is out of range for a tensor with 1 dim; use an integer from -1 to 0]`,
    );
  });
});
