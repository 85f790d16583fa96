import { describe, expect, it } from "vitest";
import * as core from "../src/index.ts";
import {
  arange,
  empty,
  eye,
  full,
  fullLike,
  linspace,
  ones,
  onesLike,
  scalar,
  setDefaultDevice,
  setDefaultDtype,
  type Tensor,
  tensor,
  withDevice,
  zeros,
  zerosLike,
} from "../src/index.ts";
import { checkStateAfterEach } from "./state.ts";
import { vmap } from "./transforms.ts";

checkStateAfterEach();

const facts = (x: Tensor) => [x.dtype, x.shape, x.arraySync()];

describe("tensor", () => {
  it("takes numbers, booleans and nested arrays", () => {
    expect(facts(tensor(3))).toEqual(["float32", [], 3]);
    expect(
      facts(
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toEqual([
      "float32",
      [2, 2],
      [
        [1, 2],
        [3, 4],
      ],
    ]);
    expect(facts(tensor([true, false]))).toEqual(["bool", [2], [true, false]]);
    expect(facts(tensor([true, 2]))).toEqual(["float32", [2], [1, 2]]);
    expect(facts(tensor([[], []]))).toEqual(["float32", [2, 0], [[], []]]);
    expect(facts(tensor([]))).toEqual(["float32", [0], []]);
  });

  it("keeps the dtype of typed arrays, and copies them", () => {
    const source = Float64Array.of(1, 2);
    const x = tensor(source);
    source[0] = 9;

    expect(facts(x)).toEqual(["float64", [2], [1, 2]]);
    expect(tensor(Float32Array.of(1)).dtype).toBe("float32");
    for (const data of [
      Int32Array.of(7),
      Int8Array.of(7),
      Uint8Array.of(7),
      Uint16Array.of(7),
      BigInt64Array.of(7n),
    ])
      expect(facts(tensor(data))).toEqual(["int32", [1], [7]]);
    expect(facts(tensor(Uint8Array.of(1, 0, 3), { dtype: "bool" }))).toEqual([
      "bool",
      [3],
      [true, false, true],
    ]);
  });

  it("takes shape, dtype and requiresGrad", () => {
    expect(facts(tensor(Float32Array.of(1, 2, 3, 4), { shape: [2, 2] }))[2]).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(tensor([1, 2], { dtype: "int32" }).dtype).toBe("int32");
    expect(tensor([1, 2], { requiresGrad: true }).requiresGrad).toBe(true);
  });

  it("explains what is wrong", () => {
    expect(() => tensor([[1, 2], [3]])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: tensor: the nested arrays are ragged: data[1] should have 2 elements; make all rows equally long]`,
    );
    expect(() => tensor([1, [2]])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: tensor: the nested arrays are ragged at data[1]; make all rows equally long]`,
    );
    expect(() => tensor([1, "2"] as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: tensor: data[1] is "2"; pass numbers or booleans]`,
    );
    expect(() => tensor(undefined as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: tensor: data is undefined; pass a number, a boolean, nested arrays or a typed array]`,
    );
    expect(() => tensor(tensor(1) as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: tensor: data is a Tensor already; use x.clone() or x.detach()]`,
    );
    expect(() => tensor([1, 2, 3], { shape: [2, 2] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: tensor: 3 elements do not fit shape [2, 2], which has 4]`,
    );
    expect(() => tensor([0.5], { dtype: "int32" })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: tensor: element 0 is 0.5, which int32 cannot hold; use integers from −2³¹ to 2³¹ − 1, or another dtype]`,
    );
    expect(() => tensor(BigInt64Array.of(2n ** 40n))).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: tensor: element 0 is 1099511627776, which int32 cannot hold; use integers from −2³¹ to 2³¹ − 1, or another dtype]`,
    );
    expect(() => tensor([1], { dtype: "float16" as never })).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: tensor: unknown dtype float16; use one of bool, int32, float32, float64]`,
    );
    expect(() => tensor([1], { device: "webgpu" })).toThrowErrorMatchingInlineSnapshot(
      `[DeviceError: webgpu: the device is not available; call \`await webgpu()\` from "@cotangent/kernels-webgpu" first]`,
    );
  });
});

describe("filled tensors", () => {
  it("have a shape and one value", () => {
    expect(facts(zeros([2, 1]))).toEqual(["float32", [2, 1], [[0], [0]]]);
    expect(facts(ones(2))).toEqual(["float32", [2], [1, 1]]);
    expect(facts(empty(1))).toEqual(["float32", [1], [0]]);
    expect(facts(full([2], 7))).toEqual(["float32", [2], [7, 7]]);
    expect(facts(full([1], true))).toEqual(["bool", [1], [true]]);
    expect(facts(scalar(2))).toEqual(["float32", [], 2]);
    expect(facts(eye(2, 3, { dtype: "int32" }))).toEqual([
      "int32",
      [2, 3],
      [
        [1, 0, 0],
        [0, 1, 0],
      ],
    ]);
    expect(full([1], 0.1).item()).toBe(Math.fround(0.1));
    expect(zeros([0, 2]).arraySync()).toEqual([]);
  });

  it("take shape, dtype and device of another", () => {
    const x = tensor([[1, 2]], { dtype: "float64" });

    expect(facts(zerosLike(x))).toEqual(["float64", [1, 2], [[0, 0]]]);
    expect(facts(onesLike(x, { dtype: "int32" }))).toEqual(["int32", [1, 2], [[1, 1]]]);
    expect(facts(fullLike(x, 3))).toEqual(["float64", [1, 2], [[3, 3]]]);
    expect(vmap((r) => zerosLike(r).add(r), x).shape).toEqual([1, 2]);
  });

  it("name themselves in errors", () => {
    expect(() => zeros(-1)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: zeros: size -1 in shape [-1]; sizes are integers ≥ 0]`,
    );
    expect(() => ones([1.5])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: ones: size 1.5 in shape [1.5]; sizes are integers ≥ 0]`,
    );
    expect(() => full("2" as never, 1)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: full: the shape is 2; pass a size or an array of sizes]`,
    );
    expect(() => full(1, 0.5, { dtype: "int32" })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: full: element 0 is 0.5, which int32 cannot hold; use integers from −2³¹ to 2³¹ − 1, or another dtype]`,
    );
    expect(() => onesLike(3 as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: onesLike: input is 3; pass a Tensor, made by tensor(…)]`,
    );
    expect(() => eye(-2)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: eye: size -2 in shape [-2, -2]; sizes are integers ≥ 0]`,
    );
    expect(() => ones([2], { dtype: "bool", requiresGrad: true })).toThrow(/requiresGrad_: /);
  });
});

describe("ranges", () => {
  it("arange counts", () => {
    expect(arange(3).arraySync()).toEqual([0, 1, 2]);
    expect(arange(1, 4, { dtype: "int32" }).arraySync()).toEqual([1, 2, 3]);
    expect(arange(5, 0, -2).arraySync()).toEqual([5, 3, 1]);
    expect(arange(0).shape).toEqual([0]);
    expect(() => arange(0, 5, -1)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: arange: from 0 to 5 by -1 does not end; the step must lead from start to end]`,
    );
    expect(() => arange(5, { dtype: "int32", device: "tpu" as never })).toThrow(
      /^arange: unknown device/,
    );
  });

  it("linspace ends exactly", () => {
    expect(linspace(0, 1, 5).arraySync()).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(linspace(2, 3, 1).arraySync()).toEqual([2]);
    expect(linspace(0, 0.3, 4, { dtype: "float64" }).arraySync()).toHaveProperty("3", 0.3);
  });
});

describe("defaults", () => {
  it("dtype and device can be set, and explain bad values", () => {
    setDefaultDtype("float64");
    expect([tensor(1).dtype, zeros(1).dtype, arange(2).dtype]).toEqual([
      "float64",
      "float64",
      "float64",
    ]);
    setDefaultDtype("float32");
    setDefaultDevice("cpu");
    expect(withDevice("cpu", () => ones(1)).device).toBe("cpu");
    expect(() => setDefaultDtype("int32")).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: setDefaultDtype: int32 is not a floating point dtype; use "float32" or "float64"]`,
    );
    expect(() => setDefaultDevice("webgpu")).toThrowErrorMatchingInlineSnapshot(
      `[DeviceError: webgpu: the device is not available; call \`await webgpu()\` from "@cotangent/kernels-webgpu" first]`,
    );
    expect(() => withDevice("tpu" as "cpu", () => 1)).toThrowErrorMatchingInlineSnapshot(
      `[DeviceError: withDevice: unknown device tpu; use one of cpu, webgpu]`,
    );
  });
});

describe("reading", () => {
  it("gives row-major copies, arrays and single values", async () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]).mT;

    expect(Array.from(x.dataSync())).toEqual([1, 3, 2, 4]);
    expect(Array.from(await x.data())).toEqual([1, 3, 2, 4]);
    expect(await x.array()).toEqual([
      [1, 3],
      [2, 4],
    ]);
    x.dataSync()[0] = 9;
    expect(x.arraySync()).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect([tensor([[5]]).item(), tensor(true).item()]).toEqual([5, true]);
    expect(tensor([true]).dataSync()).toEqual(Uint8Array.of(1));
    expect(() => x.item()).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: item: a tensor of shape [2, 2] has 4 elements; use arraySync() or dataSync()]`,
    );
    expect(() =>
      vmap((r) => r.mul(r.sum().item() as number), x),
    ).toThrowErrorMatchingInlineSnapshot(
      `[GradError: item: a batched tensor has no single value inside vmap; return it from the function and read the result]`,
    );
  });
});

describe("methods", () => {
  it("iterate over rows", () => {
    const [first, second] = tensor([
      [1, 2],
      [3, 4],
    ]);

    expect([first!.arraySync(), second!.arraySync()]).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect([...zeros([0, 2])]).toEqual([]);
    expect(() => [...tensor(1)]).toThrow(/0-d tensor has no rows/);
  });

  it("have getters for shapes", () => {
    const x = zeros([2, 3, 4]);

    expect([x.ndim, x.size, x.device, x.T.shape, x.mT.shape]).toEqual([
      3,
      24,
      "cpu",
      [4, 3, 2],
      [2, 4, 3],
    ]);
    expect(() => tensor([1]).mT).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: mT: a tensor of shape [1] is not a matrix; it needs at least 2 dims]`,
    );
  });

  it("leave the prototype without enumerable names", () => {
    expect(Object.keys(core.Tensor.prototype)).toEqual([]);
  });
});

describe("index", () => {
  it("exports what the interface names", () => {
    const names = `tensor scalar zeros ones full empty arange linspace eye diag oneHot zerosLike onesLike fullLike
      manualSeed RandomGenerator rand randn randint bernoulli randperm multinomial
      setDefaultDtype getDefaultDtype promoteTypes setDefaultDevice withDevice Tensor
      grad backward leaves noGrad enableGrad isGradEnabled detectAnomaly checkpoint savedTensorHooks defineFunction
      treeMap treeLeaves ravel scope keep memory stack concat einsum broadcastTensors where slice
      CotangentError ArgumentError ShapeError DTypeError GradError DeviceError BackendError`;
    const ops = `add sub mul div pow neg abs sign reciprocal sqrt rsqrt square exp expm1 log log1p log2 log10 sin cos tan
      asin acos atan atan2 sinh cosh tanh asinh acosh atanh erf erfc lgamma digamma polygamma floor ceil round trunc
      remainder clamp minimum maximum eq ne lt le gt ge logicalAnd logicalOr logicalXor logicalNot isnan isinf isfinite
      isclose sum mean prod amax amin max min argmax argmin logSumExp variance std norm all any cumsum cumprod
      reshape flatten squeeze unsqueeze permute transpose expand broadcastTo split chunk unbind pad flip roll repeat
      narrow select index indexPut diagonal trace triu tril gather scatterAdd indexSelect takeAlongDim
      maskedFill maskedSelect nonzero sort topk matmul mm bmm mv dot outer tensordot cholesky solve triangularSolve
      inv det slogdet softmax logSoftmax sigmoid logSigmoid softplus relu leakyRelu elu selu gelu silu
      astype allClose allCloseSync equal equalSync clone`;
    const exported = core as Record<string, unknown>;
    const x = tensor(1) as unknown as Record<string, unknown>;
    const list = (text: string) => text.split(/\s+/);

    expect([...list(names), ...list(ops)].filter((n) => typeof exported[n] !== "function")).toEqual(
      [],
    );
    expect(list(ops).filter((n) => typeof x[n] !== "function")).toEqual([]);
  });
});
