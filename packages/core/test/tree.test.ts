import { describe, expect, it } from "vitest";
import { grad, ravel, type Tensor, tensor, treeLeaves, treeMap, zeros } from "../src/index.ts";

const a = tensor([1, 2]);
const b = tensor([[3], [4]], { dtype: "float64" });
const c = tensor(5, { dtype: "int32" });
const tree = { w: a, layers: [b, { c }] } as const;

describe("treeMap", () => {
  it("keeps the structure", () => {
    const doubled = treeMap((x) => x.add(x), tree);
    const item: Tensor = doubled.layers[1].c;

    expect(item.item()).toBe(10);
    expect(treeMap((x) => x.ndim, tree)).toEqual({ w: 1, layers: [2, { c: 0 }] });
    expect(treeMap((x) => x.size, a)).toBe(2);
    expect(treeMap((x) => x.size, [])).toEqual([]);
  });

  it("matches other trees by key", () => {
    const sums = treeMap((x, y) => x.add(y!).dataSync()[0], { p: a, q: c }, { q: c, p: a });

    expect(sums).toEqual({ p: 2, q: 10 });
  });

  it("names the place where structures differ", () => {
    const add = (x: Tensor, y?: Tensor) => x.add(y!);
    const other = (t: unknown) => () => treeMap(add, tree, t as typeof tree);

    expect(other({ w: a, layers: [b, c] })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: treeMap: tree.layers[1] is a tensor of shape [], where the first tree has { c }; give the trees one structure]`,
    );
    expect(other({ w: a, layers: [b] })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: treeMap: tree.layers is an array of length 1, where the first tree has an array of length 2; give the trees one structure]`,
    );
    expect(other({ w: [a], layers: [b, { c }] })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: treeMap: tree.w is an array of length 1, where the first tree has a tensor of shape [2]; give the trees one structure]`,
    );
    expect(other({ v: a, layers: [b, { c }] })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: treeMap: tree is { v, layers }, where the first tree has { w, layers }; give the trees one structure]`,
    );
    expect(() => treeMap(add, [] as Tensor[], [a])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: treeMap: tree is an array of length 1, where the first tree has an array of length 0; give the trees one structure]`,
    );
    expect(() => treeMap((x) => x, { w: [a, 3] } as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: treeMap: tree.w[1] is 3; a tree holds tensors in arrays and records]`,
    );
    expect(() => treeMap(add, new Map() as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: treeMap: tree is an object; a tree holds tensors in arrays and records]`,
    );
  });
});

describe("treeLeaves", () => {
  it("lists the tensors in order", () => {
    expect(treeLeaves(tree).map((x) => [a, b, c].indexOf(x))).toEqual([0, 1, 2]);
    expect(treeLeaves({})).toEqual([]);
  });
});

describe("ravel", () => {
  it("joins all elements, and unravels such a vector", () => {
    const [vector, unravel] = ravel(tree);
    const back = unravel(vector.mul(2));

    expect(vector.dtype).toBe("float64");
    expect(vector.arraySync()).toEqual([1, 2, 3, 4, 5]);
    expect(back.w.arraySync()).toEqual([2, 4]);
    expect(back.layers[0].arraySync()).toEqual([[6], [8]]);
    expect([back.w.dtype, back.layers[1].c.dtype, back.layers[1].c.item()]).toEqual([
      "float32",
      "int32",
      10,
    ]);
  });

  it("is differentiable both ways", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const [vector, unravel] = ravel([x, x.square()]);
    const [p, q] = unravel(vector.square());

    expect(grad(p!.add(q!).sum(), x).arraySync()).toEqual([2 + 4, 4 + 32]);
  });

  it("takes an empty tree, and refuses other vectors", () => {
    const [vector, unravel] = ravel({});

    expect(vector.shape).toEqual([0]);
    expect(unravel(vector)).toEqual({});
    expect(() => unravel(zeros(2))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: unravel: the vector is a tensor of shape [2]; pass a tensor of shape [0]]`,
    );
  });
});
