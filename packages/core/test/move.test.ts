import { describe, expect, it } from "vitest";
import { registerBackend } from "../src/extend.ts";
import { grad, noGrad, ones, type Tensor, tensor } from "../src/index.ts";
import { referenceBackend } from "../src/reference/backend.ts";
import { checkStateAfterEach } from "./state.ts";
import { derivative, pushforward, vmap } from "./transforms.ts";

checkStateAfterEach();

// A device where reading waits, without float64.
const { downloadSync: _, ...slow } = referenceBackend();
registerBackend("webgpu", { ...slow, dtypes: new Set(["float32", "int32", "bool"] as const) });

const numbers = (x: Tensor): number[] => Array.from(x.dataSync());

describe("assign", () => {
  it("gives a leaf new values, of another dtype too", () => {
    const x = tensor([1, 2]);

    expect(x.assign(tensor([3, 4], { dtype: "float64" }))).toBe(x);
    expect([numbers(x), x.dtype]).toEqual([[3, 4], "float64"]);
  });

  it("leaves what the tape saved as it was", () => {
    const w = tensor([2, 3], { requiresGrad: true });
    const y = w.square().mul(w).sum();
    noGrad(() => w.assign(ones(2)));

    expect(numbers(grad(y, w))).toEqual([12, 27]);
    expect([w.requiresGrad, numbers(w)]).toEqual([true, [1, 1]]);
  });

  it("leaves what the tape of a transform saved as it was", () => {
    const w = tensor([2, 3], { requiresGrad: true });
    const g = derivative((x) => {
      const y = x.square().mul(w).sum();
      noGrad(() => w.assign(ones(2)));
      return y;
    })(w);

    expect(numbers(g)).toEqual([8, 18]);
  });

  it("leaves detached handles and views as they were", () => {
    const w = tensor([1, 2]);
    const [snapshot, view] = [w.detach(), w.narrow(0, 0, 1)];
    w.assign(tensor([5, 6]));

    expect([snapshot, view].map(numbers)).toEqual([[1, 2], [1]]);
  });

  it("takes the value under grad and dual levels", () => {
    const w = tensor([0, 0]);
    derivative((x) => {
      w.assign(x.mul(2));
      return x.sum();
    })(tensor([1, 2]));
    expect(numbers(w)).toEqual([2, 4]);
    pushforward((x) => w.assign(x.mul(3)), ones(2), ones(2));
    expect(numbers(w)).toEqual([3, 3]);
  });

  it("refuses an integer value for a leaf that requires grad, and the argument of a transform", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const value = tensor([1, 2], { dtype: "int32" });

    expect(() => noGrad(() => void x.assign(value))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: assign: a value of int32 for a tensor that requires grad; convert it with value.astype("float32")]`,
    );
    expect(() => derivative((q) => q.assign(ones([2])))(x)).toThrowErrorMatchingInlineSnapshot(
      `[GradError: assign: the tensor belongs to the running grad; pass new values as arguments, those of a model with functionalCall of @cotangent/nn]`,
    );
    expect(x.arraySync()).toEqual([1, 2]);
  });

  it("explains what cannot be assigned", () => {
    const w = tensor([1, 2], { requiresGrad: true });

    expect(() => w.assign(ones(2))).toThrowErrorMatchingInlineSnapshot(
      `[GradError: assign: a leaf that requires grad can be assigned to only under noGrad(() => …)]`,
    );
    expect(() => noGrad(() => w.assign(ones(3)))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: assign: a value of shape [3] for a tensor of shape [2]; the shapes must be equal]`,
    );
    expect(() => noGrad(() => w.mul(2).assign(ones(2)))).not.toThrow();
    expect(() => w.mul(2).assign(ones(2))).toThrowErrorMatchingInlineSnapshot(
      `[GradError: assign: only a leaf can be assigned to; this tensor is the result of an op]`,
    );
    expect(() => vmap((r) => tensor(1).assign(r), ones(2))).toThrowErrorMatchingInlineSnapshot(
      `[GradError: assign: a batched value cannot be stored outside of vmap; return it, or pass the new parameters with functionalCall of @cotangent/nn]`,
    );
    expect(() => tensor(1).assign(3 as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: assign: value is 3; pass a Tensor, made by tensor(…)]`,
    );
    expect(numbers(w)).toEqual([1, 2]);
  });
});

describe("to", () => {
  it("another dtype is differentiable", () => {
    const x = tensor([1, 2], { requiresGrad: true });

    expect(grad(x.to("float64").square().sum(), x).dtype).toBe("float32");
    expect(x.to("float32")).toBe(x);
  });

  it("another device is not", () => {
    const x = tensor([1, 2]);
    const there = x.to("webgpu");

    expect([there.device, x.to("cpu") === x]).toEqual(["webgpu", true]);
    expect(ones(2).to("webgpu").device).toBe("webgpu");
    expect(() => x.clone().requiresGrad_().mul(2).to("webgpu")).toThrowErrorMatchingInlineSnapshot(
      `[GradError: to: moving to another device is not differentiable; detach() the tensor first]`,
    );
    expect(() => there.to("cpu")).toThrowErrorMatchingInlineSnapshot(
      `[DeviceError: to: reading from webgpu waits; use await x.cpu()]`,
    );
    expect(() => x.to("float64").to("webgpu")).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: to: webgpu has no float64; it has float32, int32, bool]`,
    );
    expect(() => x.to("tpu" as "cpu")).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: to: "tpu" is neither a dtype (bool, int32, float32, float64) nor a device (cpu, webgpu)]`,
    );
    expect(() => x.add(there)).toThrowErrorMatchingInlineSnapshot(
      `[DeviceError: add: inputs are on cpu and on webgpu; move one of them with x.to("cpu")]`,
    );
  });

  it("a leaf that requires grad can move, as a leaf of its own", () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const there = w.to("webgpu");

    expect([there.device, there.isLeaf, there.requiresGrad]).toEqual(["webgpu", true, false]);
  });
});

describe("where reading waits", () => {
  const x = tensor([1, 2], { device: "webgpu" });

  it("reads with a promise, and throws at once otherwise", async () => {
    expect(Array.from(await x.mul(2).data())).toEqual([2, 4]);
    expect(await x.array()).toEqual([1, 2]);
    expect(numbers(await x.cpu())).toEqual([1, 2]);
    expect(await ones(2, { device: "webgpu" }).array()).toEqual([1, 1]);
    expect(() => x.dataSync()).toThrowErrorMatchingInlineSnapshot(
      `[DeviceError: dataSync: reading from webgpu waits; use await x.data()]`,
    );
    expect(() => x.arraySync()).toThrowErrorMatchingInlineSnapshot(
      `[DeviceError: arraySync: reading from webgpu waits; use await x.data()]`,
    );
    expect(() => x.sum().item()).toThrowErrorMatchingInlineSnapshot(
      `[DeviceError: item: reading from webgpu waits; use await x.data()]`,
    );
  });

  it("a number and an untracked 0-d number from the cpu join", async () => {
    expect(await x.add(1).mul(tensor(2)).array()).toEqual([4, 6]);
  });
});
