import { describe, expect, it } from "vitest";
import { by, elementwise, reverse, s, type Unary } from "../src/extend.ts";
import { frames } from "../src/handles.ts";
import {
  backward,
  checkpoint,
  defineFunction,
  grad,
  keep,
  memory,
  ones,
  savedTensorHooks,
  scope,
  type Tensor,
  tensor,
} from "../src/index.ts";
import { derivative, pushforward, vmap } from "./transforms.ts";

const numbers = (x: Tensor): number[] => Array.from(x.dataSync());
const leafOf = (data: number[]): Tensor => tensor(data, { requiresGrad: true });

/** How many buffers stay after `f`. */
function left(f: () => unknown): number {
  const before = memory().tensors;
  f();
  return memory().tensors - before;
}

const program = (x: Tensor): Tensor => x.exp().mul(x.sin()).add(x).softmax(0).square().sum();

describe("the backward pass", () => {
  it("leaves nothing but the gradients", () => {
    const x = leafOf([1, 2]);
    const w = leafOf([3, 4]);
    const y = program(x.mul(w));

    expect(left(() => grad(y, [x, w], { retainGraph: true }))).toBe(2);
    expect(left(() => backward(y))).toBeLessThanOrEqual(2);
  });

  it("frees the values of the tape that nobody else holds", () => {
    const x = leafOf([1, 2]);
    const h = x.exp();
    const y = h.square().sum();
    h.dispose();
    const stay = left(() => grad(y, x));

    expect(stay).toBe(0);
  });

  it("gives gradients that can be disposed of", () => {
    const x = leafOf([1, 2]);
    const before = memory().tensors;
    const y = program(x);
    const own = memory().tensors;
    grad(y, x, { retainGraph: true }).dispose();

    expect(memory().tensors).toBe(own);
    expect(own).toBeGreaterThan(before);
  });

  it("keeps a cotangent that goes two ways, and one that is the result", () => {
    const x = leafOf([1, 2]);
    const g = tensor([3, 4]);

    expect(numbers(grad(x.add(x), x, { gradOutputs: g }))).toEqual([6, 8]);
    const [a, b] = grad(x.mul(1).add(x), [x, x], { gradOutputs: g });
    a.dispose();
    expect(numbers(b)).toEqual([6, 8]);
    const same = grad(x, x, { gradOutputs: g });
    expect(numbers(same)).toEqual([3, 4]);
    same.dispose();
    expect(numbers(g)).toEqual([3, 4]);
  });

  it("adds gradients, and lets the addends go", () => {
    const x = leafOf([1, 2]);
    backward(x.square().sum());

    const y = x.square().sum();
    const stay = left(() => backward([y, y], { inputs: [x] }));

    expect(numbers(x.grad!)).toEqual([6, 12]);
    expect(stay).toBeLessThanOrEqual(1);
  });

  it("works again with retainGraph, and records with createGraph", () => {
    const x = leafOf([1, 2]);
    const y = x.pow(3).sum();
    const twice = [1, 2].map(() => numbers(grad(y, x, { retainGraph: true })));
    const g = grad(y, x, { createGraph: true });

    expect(twice).toEqual([[3, 12], [3, 12]]); // biome-ignore format: rows
    expect(numbers(grad(g.sum(), x))).toEqual([6, 12]);
    expect(numbers(g)).toEqual([3, 12]);
  });

  it("keeps what a hook saw, and what it returned", () => {
    const x = leafOf([1, 2]);
    const h = x.mul(2);
    const seen: Tensor[] = [];
    const other = tensor([10, 20]);
    h.registerHook((g) => {
      seen.push(g, g.mul(2));
      return other;
    });
    x.registerHook((g) => void seen.push(g));

    const g = grad(h.square().sum(), x);
    g.dispose();

    expect(seen.map(numbers)).toEqual([[4, 8], [8, 16], [20, 40]]); // biome-ignore format: rows
    expect(numbers(other)).toEqual([10, 20]);
  });

  it("goes on with what a hook assigned to its gradient", () => {
    const x = leafOf([1, 2]);
    x.registerHook((g) => {
      g.assign(tensor([5, 6]));
      return g;
    });
    const g = grad(x.square().sum(), x);
    g.dispose();

    expect(numbers(grad(x.square().sum(), x))).toEqual([5, 6]);
  });

  it("keeps retained gradients", () => {
    const x = leafOf([1, 2]);
    const h = x.mul(2);
    h.retainGrad();
    backward(h.square().sum());

    expect(numbers(h.grad!)).toEqual([4, 8]);
    expect(numbers(x.grad!)).toEqual([8, 16]);
  });

  it("keeps what the rules of a defined function see and make", () => {
    const seen: Tensor[] = [];
    const cache: { y?: Tensor } = {};
    const cube = defineFunction({
      name: "cube",
      forward: (x: Tensor) => {
        cache.y ??= x.square();
        seen.push(x);
        return x.mul(x).mul(x);
      },
      vjp: (g, out, [x]) => {
        seen.push(g, out, x, cache.y!);
        return [g.mul(x.mul(x)).mul(3)];
      },
      batch: ([x]) => {
        const out = x.pow(3);
        seen.push(x, out);
        return out;
      },
    });
    const x = leafOf([1, 2]);

    expect(numbers(grad(cube(x.mul(1)).mul(2).sum(), x))).toEqual([6, 24]);
    expect(numbers(derivative((z) => cube(z.mul(1)).sum())(x.detach()))).toEqual([3, 12]);
    expect(numbers(pushforward((z) => cube(z.mul(1)), x.detach(), ones(2)))).toEqual([3, 12]);
    expect(numbers(vmap((z) => cube(z.mul(1)), x.detach()))).toEqual([1, 8]);
    for (const x of seen) if (x.level.open) expect(numbers(x)).toHaveLength(x.size);
  });

  it("keeps what a visitor saw", () => {
    const x = leafOf([1, 2]);
    const y = x.exp().square().sum();
    const seen: Tensor[] = [];
    reverse([y], [ones([])], [x], {
      visit: (_node, g, saved) => {
        for (const t of [...g, ...saved.inputs, ...saved.outputs]) if (t) seen.push(t);
      },
    });

    expect(seen.length).toBeGreaterThan(3);
    for (const x of seen) expect(numbers(x)).toHaveLength(x.size);
  });

  it("frees what a rule cached, unless it called keep", () => {
    const caching = (hold: (x: Tensor) => Tensor): Unary => {
      let two: Tensor | undefined;
      return elementwise(
        "twice",
        (x) => s.add(x, x),
        by([0], (g, x) => {
          two ??= hold(x.mul(0).add(2));
          return g.mul(two);
        }),
      );
    };
    const slope = (f: Unary): number[] => {
      const x = leafOf([1, 2]);
      return numbers(grad(f(x).sum(), x));
    };
    const [kept, lost] = [caching(keep), caching((x) => x)];

    expect([slope(kept), slope(kept), slope(lost)]).toEqual([[2, 2], [2, 2], [2, 2]]); // biome-ignore format: rows
    expect(() => slope(lost)).toThrowErrorMatchingInlineSnapshot(
      `[BackendError: mul: the memory of this tensor was freed by the backward pass; return the tensor from it, or hold it with keep(x)]`,
    );
  });

  it("goes through packed values and checkpoints", () => {
    const x = leafOf([1, 2]);
    const packed: Tensor[] = [];
    const hooks = { pack: (t: Tensor) => packed.push(t), unpack: (n: number) => packed[n - 1]! };
    const y = savedTensorHooks(hooks, () => {
      const inner = derivative((z) => z.mul(x).exp().sum())(x);
      return inner.sum();
    });

    expect(numbers(grad(y, x))).toHaveLength(2);
    for (const t of packed) expect(numbers(t)).toHaveLength(t.size);
    const inside = checkpoint((z) => derivative((v) => v.mul(z).exp().sum())(z).sum(), x);
    expect(numbers(grad(inside, x))).toEqual(
      numbers(grad(derivative((v) => v.mul(x).exp().sum())(x).sum(), x)),
    );
  });

  it("closes its frame when a rule throws", () => {
    const broken: Unary = elementwise(
      "broken",
      (x) => s.add(x, x),
      by([0], () => {
        throw new Error("boom");
      }),
    );
    const x = leafOf([1, 2]);
    const y = broken(x.exp()).sum();

    expect(() => grad(y, x)).toThrow("boom");
    expect(frames).toEqual({ open: false, handles: [] });
  });

  it("hands its results to the scope around it", () => {
    const x = leafOf([1, 2]);
    let lost = x;
    const kept = scope(() => {
      lost = grad(program(x), x);
      return grad(program(x), x);
    });

    expect(() => lost.neg()).toThrow(/freed by scope/);
    expect(numbers(kept)).toHaveLength(2);
  });
});
