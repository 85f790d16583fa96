import { describe, expect, it } from "vitest";
import { grad, noGrad, ones, type Tensor, tensor } from "../src/index.ts";
import { checkStateAfterEach } from "./state.ts";
import { derivative, pushforward, vmap } from "./transforms.ts";

checkStateAfterEach();

const numbers = (x: Tensor | null): number[] => Array.from(x!.dataSync());
const leafOf = (data: number | number[]) => tensor(data, { requiresGrad: true });

describe("requiresGrad", () => {
  it("starts and ends recording", () => {
    const x = tensor([1, 2]);
    expect([x.requiresGrad, x.isLeaf]).toEqual([false, true]);
    expect(x.requiresGrad_()).toBe(x);
    const y = x.mul(2);
    expect([x.requiresGrad, y.requiresGrad, y.isLeaf]).toEqual([true, true, false]);
    x.requiresGrad = false;
    expect([x.requiresGrad, x.mul(2).requiresGrad]).toEqual([false, false]);
    expect(y.detach().isLeaf).toBe(true);
  });

  it("refuses results and dtypes without a derivative", () => {
    const y = leafOf([1]).mul(2);

    expect(() => y.requiresGrad_(false)).toThrowErrorMatchingInlineSnapshot(
      `[GradError: requiresGrad_: only a leaf can stop requiring grad; use x.detach() for a result]`,
    );
    expect(() =>
      tensor([1], { dtype: "int32" }).requiresGrad_(),
    ).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: requiresGrad_: a tensor of int32 has no derivative; convert it with x.astype("float32")]`,
    );
    expect(() => tensor([true], { requiresGrad: true })).toThrow(/bool has no derivative/);
    expect(leafOf([1]).gt(0).requiresGrad).toBe(false);
    expect(leafOf([1]).argmax().requiresGrad).toBe(false);
  });

  it("inside vmap does not track the caller's tensor", () => {
    const x = tensor([1, 2]);
    const tracked = vmap((r) => r.detach().requiresGrad_().mul(3), x);

    expect([x.requiresGrad, tracked.requiresGrad]).toEqual([false, true]);
  });
});

describe("grad and jac", () => {
  it("can be set, to what fits", () => {
    const x = tensor([1, 2]);
    x.grad = ones(2);
    x.jac = ones([3, 2]);

    expect([numbers(x.grad), x.jac.shape]).toEqual([
      [1, 1],
      [3, 2],
    ]);
    x.grad = null;
    expect(x.grad).toBe(null);
    expect(() => (x.grad = ones(3))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: grad: float32 [3] does not fit a tensor of float32 [2]; pass the same shape and dtype]`,
    );
    expect(() => (x.grad = ones(2, { dtype: "float64" }))).toThrow(/float64 \[2\] does not fit/);
    expect(() => (x.jac = ones(2))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: jac: float32 [2] does not fit a tensor of float32 [2]; pass [m, ...shape]]`,
    );
    expect(() => (x.grad = 3 as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: grad: the value is 3; pass a Tensor, made by tensor(…)]`,
    );
  });

  it("are those of the batch under vmap", () => {
    const x = leafOf([1, 2]);
    x.grad = tensor([10, 20]);

    expect(numbers(vmap((r) => r.grad!.add(r), x))).toEqual([11, 22]);
    expect(() => vmap((r) => (r.grad = r), x)).toThrow(/cannot be set inside vmap/);
  });
});

describe("retainGrad", () => {
  it("keeps the gradient of a result", () => {
    const x = leafOf([1, 2]);
    const h = x.mul(2);
    h.retainGrad();
    x.retainGrad();
    h.square().sum().backward();

    expect([h.grad, x.grad].map(numbers)).toEqual([
      [4, 8],
      [8, 16],
    ]);
    expect(() => tensor(1).retainGrad()).toThrowErrorMatchingInlineSnapshot(
      `[GradError: retainGrad: the tensor does not require grad; call x.requiresGrad_() first]`,
    );
  });

  it("adds up as a leaf does, once for each pass", () => {
    const x = leafOf([1]);
    const h = x.mul(2);
    h.retainGrad();
    const y = h.square();
    y.backward({ retainGraph: true });
    y.backward({ inputs: [h] });

    expect(numbers(h.grad)).toEqual([8]);
  });
});

describe("registerHook", () => {
  it("sees the whole gradient, and may replace it", () => {
    const x = leafOf([1, 2]);
    const seen: number[][] = [];
    const h = x.mul(2);
    h.registerHook((g) => void seen.push(numbers(g)));
    h.registerHook((g) => g.mul(10));
    x.registerHook((g) => g.neg());
    h.add(h.square()).sum().backward();

    expect(seen).toEqual([[5, 9]]);
    expect(numbers(x.grad)).toEqual([-100, -180]);
  });

  it("works with grad, for results and for the output", () => {
    const x = leafOf([1, 2]);
    const y = x.square().sum();
    y.registerHook((g) => g.mul(3));

    expect(numbers(grad(y, x))).toEqual([6, 12]);
  });

  it("can be removed", () => {
    const x = leafOf([1]);
    const hook = x.registerHook((g) => g.mul(2));
    x.sum().backward();
    hook.remove();
    x.sum().backward();

    expect(numbers(x.grad)).toEqual([3]);
  });

  it("sees batches as rows under vmap", () => {
    const x = leafOf([1, 2]);
    const ys = vmap((r) => {
      const h = r.mul(2);
      h.registerHook((g) => {
        expect(g.shape).toEqual([]);
        return g.mul(r);
      });
      return h;
    }, x);

    expect(() => ys.sum().backward()).toThrow(/escaped/);
    expect(numbers(derivative((z) => vmap((r) => r.mul(2), z).sum())(tensor([1, 2])))).toEqual([
      2, 2,
    ]);
  });

  it("explains what is wrong", () => {
    const x = leafOf([1, 2]);
    x.registerHook((g) => g.sum());

    expect(() => x.sum().backward()).toThrowErrorMatchingInlineSnapshot(
      `[GradError: registerHook: the hook returned float32 [] for a gradient of float32 [2]; return the same shape and dtype, or nothing]`,
    );
    expect(() => tensor(1).registerHook(() => {})).toThrowErrorMatchingInlineSnapshot(
      `[GradError: registerHook: the tensor does not require grad; call x.requiresGrad_() first]`,
    );
    expect(() => pushforward((t) => t.registerHook(() => {}) as never, ones(1), ones(1))).toThrow(
      /no tape|does not require/,
    );
  });

  it("is not lost when a leaf stops and starts again", () => {
    const x = leafOf([1]);
    x.registerHook((g) => g.mul(2));
    noGrad(() => x.requiresGrad_(false).requiresGrad_());
    x.sum().backward();

    expect(numbers(x.grad)).toEqual([2]);
  });
});
