import { describe, expect, it } from "vitest";
import { leaf, reverse, withLevel, withTransform, wrap, wrapBatch } from "../src/extend.ts";
import {
  checkpoint,
  grad,
  manualSeed,
  noGrad,
  rand,
  scope,
  type Tensor,
  tensor,
} from "../src/index.ts";
import { levels, root } from "../src/level.ts";

const numbers = (x: Tensor): number[] => Array.from(x.dataSync());
const f64 = (x: number | number[], requiresGrad = false) =>
  tensor(x, { dtype: "float64", requiresGrad });

/** Counts its calls. */
function counted(f: (...xs: Tensor[]) => Tensor) {
  const counter = { calls: 0, f };
  counter.f = (...xs) => {
    counter.calls++;
    return f(...xs);
  };
  return counter;
}

const curve = (x: Tensor): Tensor => x.sin().mul(x).exp();

describe("checkpoint", () => {
  it("gives the same gradients, by calling the function once more", () => {
    const x = f64([0.5, 1.5], true);
    const expected = numbers(grad(curve(x).sum(), x));
    const counter = counted(curve);

    const y = checkpoint(counter.f, x);
    expect(counter.calls).toBe(1);
    const g = grad(y.sum(), x);

    expect(numbers(g)).toEqual(expected);
    expect(counter.calls).toBe(2);
  });

  it("keeps no values but the inputs", () => {
    const x = f64([0.5], true);
    const y = checkpoint(curve, x);
    const nodes = [y.node!];
    for (const node of nodes) for (const n of node.from) if (n?.primitive) nodes.push(n);

    expect(nodes.length).toBeGreaterThan(2);
    for (const node of nodes) expect([...node.inputs, ...node.outputs]).toEqual([]);
  });

  it("reaches parameters that the function captures, with createGraph too", () => {
    const w = f64([2], true);
    const x = f64([3], true);
    const y = checkpoint((z) => z.mul(w).mul(z), x);

    const [gx, gw] = grad(y.sum(), [x, w], { createGraph: true });
    expect([gx.item(), gw.item()]).toEqual([12, 9]);
    expect(grad(gx.sum(), w).item()).toBe(6);
    expect(grad(gw.sum(), x).item()).toBe(6);
  });

  it("can be passed twice with retainGraph", () => {
    const x = f64([0.5], true);
    const counter = counted(curve);
    const y = checkpoint(counter.f, x).sum();

    const first = numbers(grad(y, x, { retainGraph: true }));
    expect(numbers(grad(y, x))).toEqual(first);
    expect(counter.calls).toBe(3);
  });

  it("draws the same random numbers again, and then goes on", () => {
    const run = (f: (g: (x: Tensor) => Tensor, x: Tensor) => Tensor) => {
      manualSeed(0);
      const x = f64([1, 1, 1], true);
      const y = f((z) => z.mul(rand(3, { dtype: "float64" })).square(), x);
      const next = numbers(rand(2));
      return [numbers(grad(y.sum(), x)), next, numbers(rand(2))];
    };

    expect(run(checkpoint)).toEqual(run((g, x) => g(x)));
  });

  it("works nested, and in noGrad", () => {
    const x = f64([0.5], true);
    const expected = numbers(grad(curve(curve(x)), x));
    const y = checkpoint((z) => checkpoint(curve, checkpoint(curve, z)), x);

    expect(numbers(grad(y, x))).toEqual(expected);
    expect(noGrad(() => checkpoint(curve, x)).requiresGrad).toBe(false);
  });

  it("works inside of every transform, and after it has returned", () => {
    const inGrad = (f: (x: Tensor) => Tensor) =>
      withTransform("grad", "grad", undefined, false, (level) => {
        const z = leaf(level, f64([0.5]));
        const y = f(z);
        const lower = (t: Tensor) => (t.level === level ? t.value! : t);
        return reverse([y], [f64([1])], [z], { lower }).grads[0]!;
      });
    const inDual = (f: (x: Tensor) => Tensor) =>
      withTransform(
        "dual",
        "jvp",
        undefined,
        false,
        (level) => f(wrap(level, f64([0.5]), f64([1]))).tangent!,
      );
    const inBatch = (f: (x: Tensor) => Tensor) => {
      const xs = f64([0.5, 1.5], true);
      const ys = withLevel("batch", "vmap", (level) => {
        Object.assign(level, { size: 2, total: 2 });
        return f(wrapBatch(level, xs)).value!;
      });
      return grad(ys.sum(), xs);
    };
    for (const mode of [inGrad, inDual, inBatch])
      expect(numbers(mode((x) => checkpoint(curve, x)))).toEqual(numbers(mode(curve)));
    expect(levels).toEqual([root]);
    expect(root.recording).toBe(true);
  });

  it("keeps the value of a leaf that is assigned to", () => {
    const x = f64([3], true);
    const y = checkpoint((z) => z.square(), x);
    noGrad(() => x.assign(f64([100])));

    expect(grad(y, x).item()).toBe(6);
  });

  it("takes derivatives inside of the function, of what a scope made too", () => {
    const f = (x: Tensor): Tensor => {
      const y = scope(() => x.mul(1).exp().mul(x));
      return y.mul(grad(y, x, { createGraph: true }));
    };
    const x = f64(0.5, true);
    const expected = numbers(grad(f(x), x));

    expect(numbers(grad(checkpoint(f, x), x))).toEqual(expected);
  });

  it("explains a function that does something else the second time", () => {
    let calls = 0;
    const x = f64([1], true);
    const y = checkpoint((z) => (calls++ === 0 ? z.sin() : z.sin().cos()), x);

    expect(() => grad(y, x)).toThrowErrorMatchingInlineSnapshot(
      `[GradError: checkpoint: the tape kept 1 values when the function was called and 2 when it was called again; it must do the same each time]`,
    );
    const later = async (z: Tensor) => z;
    expect(() => checkpoint(later as never, x)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: checkpoint: the function returned a Promise; it must be synchronous, so await outside of it]`,
    );
    expect(levels).toEqual([root]);
  });
});
