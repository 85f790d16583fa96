import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { registerBackend, withLevel, withTransform, wrap, wrapBatch } from "../src/extend.ts";
import { arange, grad, ones, type Tensor, tensor, zeros } from "../src/index.ts";
import { referenceBackend } from "../src/reference/backend.ts";
import { leaf } from "../src/track.ts";

const lines = (x: Tensor): string[] => String(x).split("\n");

describe("toString", () => {
  it("prints numbers as PyTorch does", () => {
    expect(String(tensor(3))).toBe("tensor(3.)");
    expect(String(tensor([1, -2, 3]))).toBe("tensor([ 1., -2.,  3.])");
    expect(String(tensor([1.5, -2, Infinity, NaN]))).toBe(
      "tensor([ 1.5000, -2.0000,     inf,     nan])",
    );
    expect(String(tensor([1e-5, 1]))).toBe("tensor([1.0000e-05, 1.0000e+00])");
    expect(String(tensor([1e5, 1.5]))).toBe("tensor([1.0000e+05, 1.5000e+00])");
    expect(String(tensor([1e9]))).toBe("tensor([1.0000e+09])");
    expect(String(tensor([0.00012]))).toBe("tensor([0.0001])");
    expect(String(zeros(2))).toBe("tensor([0., 0.])");
    expect(String(tensor([true, false]))).toBe("tensor([ true, false])");
    expect(String(tensor([1, -2], { dtype: "int32" }))).toBe("tensor([ 1, -2], dtype=int32)");
    expect(String(tensor([-Infinity]))).toBe("tensor([-inf])");
  });

  it("aligns rows, wraps long ones and separates blocks", () => {
    expect(
      lines(
        tensor([
          [1, -2.5],
          [3, 4],
        ]),
      ),
    ).toEqual(["tensor([[ 1.0000, -2.5000],", "        [ 3.0000,  4.0000]])"]);
    expect(lines(zeros([2, 1, 2]))).toEqual(["tensor([[[0., 0.]],", "", "        [[0., 0.]]])"]);
    expect(lines(arange(30))).toEqual([
      "tensor([ 0.,  1.,  2.,  3.,  4.,  5.,  6.,  7.,  8.,  9., 10., 11., 12., 13.,",
      "        14., 15., 16., 17., 18., 19., 20., 21., 22., 23., 24., 25., 26., 27.,",
      "        28., 29.])",
    ]);
  });

  it("shortens what has more than 1000 elements", () => {
    expect(String(ones(2000))).toBe("tensor([1., 1., 1., …, 1., 1., 1.])");
    expect(lines(ones([1001, 1]))).toEqual([
      "tensor([[1.],",
      "        [1.],",
      "        [1.],",
      "        …,",
      "        [1.],",
      "        [1.],",
      "        [1.]])",
    ]);
    expect(lines(ones(1000)).length).toBeGreaterThan(50);
  });

  it("prints empty tensors with their shape", () => {
    expect(String(zeros([0]))).toBe("tensor([])");
    expect(String(zeros([0, 3]))).toBe("tensor([], shape=[0, 3])");
  });

  it("names dtype, history and whether it is recorded", () => {
    const x = tensor([1, 2], { dtype: "float64", requiresGrad: true });

    expect(String(x)).toBe("tensor([1., 2.], dtype=float64, requiresGrad=true)");
    expect(String(x.mul(2))).toBe("tensor([2., 4.], dtype=float64, gradFn=mul, requiresGrad=true)");
  });

  it("prints inside of transforms, and what escaped from them", () => {
    const x = tensor([1, 2]);
    let escaped = x;
    withTransform("grad", "grad", undefined, false, (level) => {
      escaped = leaf(level, x);
      expect(String(escaped)).toBe("grad level 1: tensor([1., 2.])");
      withLevel("batch", "vmap", (inner) => {
        Object.assign(inner, { size: 2, total: 2 });
        expect(String(wrapBatch(inner, escaped))).toBe(
          "vmap level 2, 2 rows: grad level 1: tensor([1., 2.])",
        );
      });
    });
    withTransform("dual", "jvp", undefined, false, (level) => {
      expect(String(wrap(level, x, ones(2)))).toBe(
        "jvp level 1: tensor([1., 2.]), tangent tensor([1., 1.])",
      );
    });
    expect(String(escaped)).toBe("tensor(shape=[2], escaped from grad)");
  });

  it("prints memory that was freed", () => {
    const x = tensor([1, 2]);
    x.dispose();

    expect(String(x)).toBe("tensor(shape=[2], freed by dispose)");
  });
});

describe("where reading waits", () => {
  it("prints shape, dtype and device; text() prints the values", async () => {
    const { downloadSync: _, ...slow } = referenceBackend();
    registerBackend("webgpu", slow);
    const x = tensor([[1, 2]], { device: "webgpu" });

    expect(String(x)).toBe("tensor(shape=[1, 2], dtype=float32, device=webgpu)");
    expect(await x.text()).toBe("tensor([[1., 2.]], device=webgpu)");
  });
});

describe("other ways to print", () => {
  it("agree with toString", async () => {
    const x = tensor([1, 2]);

    expect(inspect(x)).toBe(String(x));
    expect(`${x}`).toBe("tensor([1., 2.])");
    expect(await x.text()).toBe(String(x));
    expect(await grad(x.requiresGrad_().square().sum(), x).text()).toBe("tensor([2., 4.])");
  });

  it("write nested arrays as JSON", () => {
    const x = tensor([[1, 2]], { requiresGrad: true });

    expect(JSON.stringify({ x, y: x.gt(1) })).toBe('{"x":[[1,2]],"y":[[false,true]]}');
  });

  it("do not make a number or a string of a tensor by accident", () => {
    const x = tensor([1, 2]) as unknown as number;

    expect(() => x + 1).toThrowErrorMatchingInlineSnapshot(
      `[TypeError: a tensor is not a number or a text by itself; use add, sub, mul, div, lt or eq to compute, item() to read it, String(x) to print it]`,
    );
    expect(() => x * 2).toThrow(/not a number/);
    expect(() => x < 2).toThrow(TypeError);
  });
});
