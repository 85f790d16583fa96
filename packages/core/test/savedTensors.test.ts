import { describe, expect, it } from "vitest";
import {
  detectAnomaly,
  grad,
  noGrad,
  savedTensorHooks,
  type Tensor,
  tensor,
} from "../src/index.ts";
import { checkStateAfterEach } from "./state.ts";
import { derivative } from "./transforms.ts";

checkStateAfterEach();

const numbers = (x: Tensor): number[] => Array.from(x.dataSync());
const leafOf = (data: number[]) => tensor(data, { dtype: "float64", requiresGrad: true });

describe("savedTensorHooks", () => {
  const half = {
    pack: (x: Tensor) => x.astype("float32"),
    unpack: (x: Tensor) => x.astype("float64"),
  };

  it("packs what the tape keeps, and unpacks it for the derivative", () => {
    const x = leafOf([0.1]);
    const y = savedTensorHooks(half, () => x.square().sum());

    expect(numbers(grad(y, x))).toEqual([2 * Math.fround(0.1)]);
  });

  it("sees each kept value once, without history", () => {
    const x = leafOf([1, 2]);
    const seen: [number[], boolean][] = [];
    const pack = (v: Tensor) => {
      seen.push([numbers(v), v.requiresGrad]);
      return v;
    };
    const y = savedTensorHooks({ pack, unpack: (v) => v }, () => x.mul(2).exp().sum());
    const before = seen.length;
    grad(y, x);

    expect(seen.map(([v]) => v)).toContainEqual(numbers(x.mul(2).exp()));
    expect(seen.every(([, tracked]) => !tracked)).toBe(true);
    expect(seen.length).toBe(before);
  });

  it("keeps history for createGraph, at every level", () => {
    const hooks = { pack: (v: Tensor) => v, unpack: (v: Tensor) => v };
    const cube = (z: Tensor) => savedTensorHooks(hooks, () => z.square().mul(z).sum());
    const x = leafOf([1, 2]);
    const g = grad(cube(x), x, { createGraph: true });

    expect(numbers(grad(g.sum(), x))).toEqual([6, 12]);
    expect(numbers(derivative((z) => derivative(cube)(z).sum())(x.detach()))).toEqual([6, 12]);
  });

  it("packs nothing under noGrad, and the inner hooks win", () => {
    const calls: string[] = [];
    const named = (name: string) => ({
      pack: (v: Tensor) => {
        calls.push(name);
        return v;
      },
      unpack: (v: Tensor) => v,
    });
    const x = leafOf([1]);
    savedTensorHooks(named("outer"), () => {
      noGrad(() => x.exp());
      savedTensorHooks(named("inner"), () => x.exp());
    });

    expect(calls).toEqual(["inner"]);
  });

  it("explains an unpack that returns something else", () => {
    const x = leafOf([1, 2]);
    const y = savedTensorHooks({ pack: () => 3, unpack: () => tensor([1]) }, () => x.exp().sum());

    expect(() => grad(y, x)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: savedTensorHooks: unpack gave a tensor of shape [1] for a float64 tensor of shape [2]; it must return what pack was given]`,
    );
  });
});

describe("detectAnomaly", () => {
  it("names the op whose derivative is NaN, and where it was called", () => {
    const x = leafOf([0]);
    const bad = () => detectAnomaly(() => x.sqrt().mul(0).sum().backward());

    expect(bad).toThrow(
      /^sqrt: the derivative for input 0 is NaN; the op was called\n.*savedTensors\.test/s,
    );
    expect(() => x.sqrt().mul(0).sum().backward()).not.toThrow();
  });

  it("finds it inside of transforms", () => {
    const f = (z: Tensor) => z.sqrt().mul(0).sum();

    expect(() => detectAnomaly(() => derivative(f)(tensor([0])))).toThrow(/^sqrt: .* is NaN/);
  });

  it("is silent where all is well", () => {
    expect(
      numbers(
        detectAnomaly(() =>
          grad(leafOf([1]).square().sum(), leafOf([1]), { materializeGrads: true }),
        ),
      ),
    ).toEqual([0]);
  });
});
