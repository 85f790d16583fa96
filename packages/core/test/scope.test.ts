import { beforeEach, describe, expect, it } from "vitest";
import { withLevel, wrapBatch } from "../src/extend.ts";
import { scopes } from "../src/handles.ts";
import {
  backward,
  checkpoint,
  grad,
  keep,
  memory,
  noGrad,
  ones,
  savedTensorHooks,
  scope,
  type Tensor,
  tensor,
  zeros,
} from "../src/index.ts";
import { derivative } from "./transforms.ts";

const numbers = (x: Tensor): number[] => Array.from(x.dataSync());

/** How many buffers stay after `f`. */
function left(f: () => unknown): number {
  const before = memory().tensors;
  f();
  return memory().tensors - before;
}

beforeEach(() => expect(scopes).toEqual([]));

describe("scope", () => {
  it("frees what f made, and keeps what it returns", () => {
    const x = tensor([1, 2]);
    let lost = x;

    const stay = left(() => {
      const y = scope(() => {
        lost = x.mul(3);
        return lost.add(1);
      });
      expect(numbers(y)).toEqual([4, 7]);
    });

    expect(stay).toBe(1);
    expect(numbers(x)).toEqual([1, 2]);
    expect(() => lost.add(1)).toThrowErrorMatchingInlineSnapshot(
      `[BackendError: add: the memory of this tensor was freed by scope; return the tensor from it, or hold it with keep(x)]`,
    );
    expect(() => lost.dataSync()).toThrow(/freed by scope/);
    expect(String(lost)).toBe("tensor(shape=[2], freed by scope)");
  });

  it("returns trees, or nothing", () => {
    const { a, list } = scope(() => ({ a: ones(2).mul(2), list: [ones(3).mul(3)] as const }));

    expect([numbers(a), numbers(list[0])]).toEqual([[2, 2], [3, 3, 3]]); // biome-ignore format: rows
    expect(scope(() => {})).toBe(undefined);
  });

  it("keeps the memory below a view that is returned, and below older tensors", () => {
    const x = tensor([1, 2, 3]);
    const view = scope(() => x.mul(2).narrow(0, 1, 2));
    scope(() => void x.reshape([3, 1]).permute([1, 0]));

    expect(numbers(view)).toEqual([4, 6]);
    expect(numbers(x.add(view.sum()))).toEqual([11, 12, 13]);
  });

  it("keeps the tape under what it returns, that of levels too", () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const loss = scope(() => w.exp().mul(w.sin()).sum());
    const expected = grad(w.exp().mul(w.sin()).sum(), w);

    expect(numbers(grad(loss, w))).toEqual(numbers(expected));
    const rows = withLevel("batch", "vmap", (level) => {
      Object.assign(level, { size: 2, total: 2 });
      return scope(() => wrapBatch(level, w).exp().square()).value!;
    });
    expect(grad(rows.sum(), w).shape).toEqual([2]);
  });

  it("keeps what savedTensorHooks packed and what checkpoint needs", () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const hooks = {
      pack: (x: Tensor) => ({ x: x.mul(2) }),
      unpack: (p: { x: Tensor }) => p.x.div(2),
    };

    const packed = scope(() => savedTensorHooks(hooks, () => w.mul(2).exp().sum()));
    const again = scope(() => checkpoint((x) => x.exp().sum(), w.mul(2)));

    const expected = numbers(grad(w.mul(2).exp().sum(), w));
    expect(numbers(grad(packed, w))).toEqual(expected);
    expect(numbers(grad(again, w))).toEqual(expected);
  });

  it("keeps what the library stores: grads, jacs, assigned values, retained grads", () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const b = tensor([0]);
    const h = w.mul(2);
    h.retainGrad();

    scope(() => {
      backward(h.square().sum());
      noGrad(() => w.assign(w.sub(w.grad!)));
      b.assign(tensor([5]));
      w.jac = ones([3, 2]).mul(2);
    });

    expect(numbers(w)).toEqual([-7, -14]);
    expect(numbers(w.grad!)).toEqual([8, 16]);
    expect(numbers(h.grad!)).toEqual([4, 8]);
    expect(numbers(b)).toEqual([5]);
    expect(numbers(w.jac!)).toEqual([2, 2, 2, 2, 2, 2]);
  });

  it("keeps what keep was called on, in outer scopes too", () => {
    let mask: Tensor | undefined;
    scope(() => {
      scope(() => void (mask ??= keep(ones([2, 2]).mul(3).reshape(4))));
      expect(numbers(mask!)).toEqual([3, 3, 3, 3]);
    });

    expect(numbers(mask!)).toEqual([3, 3, 3, 3]);
    expect(numbers(keep(tensor([1])))).toEqual([1]);
  });

  it("hands survivors to the outer scope", () => {
    let inner = tensor(0);
    const stay = left(() =>
      scope(() => {
        inner = scope(() => ones(2).mul(2).add(1));
        expect(numbers(inner)).toEqual([3, 3]);
      }),
    );

    expect(stay).toBe(0);
    expect(() => inner.neg()).toThrow(/freed by scope/);
  });

  it("frees when f throws, and refuses what is no tree", () => {
    const stay = left(() => {
      expect(() => scope(() => { ones(2).mul(2); throw new Error("boom"); })).toThrow("boom"); // biome-ignore format: short
      expect(() => scope((async () => ones(2).mul(2)) as never)).toThrowErrorMatchingInlineSnapshot(
        `[ArgumentError: scope: the function returned a Promise; it must be synchronous, so await outside of it]`,
      );
      expect(() =>
        scope((() => new Map([["x", ones(2).mul(2)]])) as never),
      ).toThrowErrorMatchingInlineSnapshot(
        `[ArgumentError: scope: the result is an object; a tree holds tensors in arrays and records]`,
      );
      expect(() => scope((() => [1]) as never)).toThrowErrorMatchingInlineSnapshot(
        `[ArgumentError: scope: the result[0] is 1; a tree holds tensors in arrays and records]`,
      );
    });

    expect(stay).toBe(0);
    expect(scopes).toEqual([]);
  });

  it("bounds a training loop", () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const step = () =>
      scope(() => {
        backward(w.square().sum());
        noGrad(() => w.assign(w.sub(w.grad!.mul(0.1))));
        w.grad = null;
      });
    step();

    const stay = left(() => {
      for (let i = 0; i < 50; i++) step();
    });

    expect(stay).toBe(0);
    expect(numbers(w)[0]).toBeCloseTo(0.8 ** 51, 6);
  });

  it("bounds a loop that leaves tapes behind", () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const step = () =>
      scope(() => {
        w.square().sum();
        derivative((x) => x.square().mul(w).sum())(w);
        noGrad(() => w.assign(w.mul(0.9)));
      });
    step();

    expect(left(() => [...Array(10)].forEach(step))).toBe(0);
  });
});

describe("dispose", () => {
  it("frees memory when no view and no graph needs it", () => {
    const x = tensor([1, 2]).mul(2);
    const view = x.reshape([2, 1]);
    x.dispose();
    x.dispose();
    expect(numbers(view)).toEqual([2, 4]);

    const stay = left(() => view.dispose());

    expect(stay).toBe(-1);
    expect(() => view.exp()).toThrowErrorMatchingInlineSnapshot(
      `[BackendError: exp: the memory of this tensor was freed by dispose; dispose of it later, or take a clone() before]`,
    );
  });

  it("leaves what the tape needs", () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const h = w.exp();
    const y = h.square().sum();
    h.dispose();

    expect(numbers(grad(y, w))[0]).toBeCloseTo(2 * Math.E ** 2, 4);
    expect(() => h.neg()).toThrow(/freed by/);
  });

  it("does not free a number that another handle shares", () => {
    const x = zeros([2, 2]);
    const y = x.detach();
    const product = x.matmul(y);
    x.dispose();

    expect(numbers(y.matmul(y).add(product))).toEqual([0, 0, 0, 0]);
  });

  it("is what using calls", () => {
    const x = ones(2).mul(2);
    const stay = left(() => x[Symbol.dispose]());

    expect(stay).toBe(-1);
  });
});

describe("assign", () => {
  it("frees the old memory when nothing else needs it", () => {
    const w = tensor([1, 2]);
    const snapshot = w.detach();

    expect(left(() => w.assign(tensor([3, 4])))).toBe(1);
    expect(numbers(snapshot)).toEqual([1, 2]);
    snapshot.dispose();
    expect(() => snapshot.neg()).toThrow(/freed by dispose/);
  });
});

describe("memory", () => {
  it("counts tensors and bytes", () => {
    const before = memory("cpu");
    const x = tensor([1, 2, 3], { dtype: "float64" });

    expect(memory("cpu").tensors - before.tensors).toBe(1);
    expect(memory().bytes - before.bytes).toBe(24);
    x.dispose();
    expect(memory()).toEqual(before);
    expect(() => memory("tpu" as "cpu")).toThrow(/unknown device/);
  });
});
