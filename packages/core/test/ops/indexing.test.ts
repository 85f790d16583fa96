import { describe, expect, it } from "vitest";
import {
  arange,
  grad,
  index,
  indexPut,
  ones,
  slice,
  type Tensor,
  tensor,
  zeros,
} from "../../src/index.ts";
import { loop } from "../../src/testing/plain.ts";
import { vmap } from "../../src/testing/transforms.ts";
import { tapeDifferences } from "../golden/derivatives.ts";
import { byFunction, type GoldenCase, readGolden, title } from "../golden/golden.ts";
import { check, same } from "./tensors.ts";

const int = (data: readonly number[] | readonly number[][]): Tensor =>
  tensor(data, { dtype: "int32" });
const x = arange(120).reshape([2, 3, 4, 5]);
const all = slice();

/** Python's slice(start, end, step).indices(n), by walking. */
function walked(n: number, start: number | undefined, end: number | undefined, step: number) {
  const at = (i: number): number => (i < 0 ? i + n : i);
  const from = start === undefined ? (step > 0 ? 0 : n - 1) : at(start);
  const to = end === undefined ? (step > 0 ? n : -1) : Math.max(at(end), -1);
  const list: number[] = [];
  const begin = step > 0 ? Math.max(from, 0) : Math.min(from, n - 1);
  for (let i = begin; step > 0 ? i < Math.min(to, n) : i > to; i += step) if (i >= 0) list.push(i);
  return list;
}

describe("slice", () => {
  it("names what Python's slices name", () =>
    check(({ x, plain }, pick) => {
      const n = x.shape[0]!;
      const some = (): number | undefined => [undefined, pick(2 * n + 3) - n - 1][pick(2)];
      const [start, end] = [some(), some()];
      const step = [1, 2, 3, -1, -2][pick(5)]!;
      const rows = walked(n, start, end, step);
      const shape = [rows.length, ...x.shape.slice(1)];
      same(
        index(x, slice(start, end, step)),
        loop(shape, (i, ...rest) => plain.at(rows[i!]!, ...rest)),
      );
    }));

  it("takes integers and a step that moves", () => {
    expect(() => slice(0.5)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: slice: 0.5 is not an integer; pass integers]`,
    );
    expect(() => slice(0, 1, 0)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: slice: the step is 0; pass a positive or a negative one]`,
    );
  });
});

describe("index", () => {
  it("reads the elements that numbers and arrays name", () =>
    check(({ x, plain }, pick) => {
      if (x.shape.includes(0)) return;
      const dim = pick(x.ndim);
      const list = [pick(x.shape[dim]!), pick(x.shape[dim]!) - x.shape[dim]!];
      const shape = x.shape.with(dim, 2);
      const at = (k: number): number => (list[k]! < 0 ? list[k]! + x.shape[dim]! : list[k]!);
      const before = new Array(dim).fill(all);
      same(
        index(x, ...before, list),
        loop(shape, (...place) => plain.at(...place.with(dim, at(place[dim]!)))),
      );
      same(
        index(x, ...before, list[1]!),
        loop(shape.toSpliced(dim, 1), (...place) => plain.at(...place.toSpliced(dim, 0, at(1)))),
      );
    }));

  // The shapes are PyTorch's.
  it.each([
    [
      [0, all, [0, 1]],
      [3, 2, 5],
    ],
    [
      [all, 0, [0, 1]],
      [2, 2, 5],
    ],
    [
      [[0, 1], 0, [0, 1]],
      [2, 5],
    ],
    [
      [[0, 1], all, [0, 1]],
      [2, 3, 5],
    ],
    [
      [[0, 1], null, [0, 1]],
      [2, 1, 4, 5],
    ],
    [
      [all, [0, 1], 0, [0, 1]],
      [2, 2],
    ],
    [
      [all, [0, 1], null],
      [2, 2, 1, 4, 5],
    ],
    [[tensor(true)], [1, 2, 3, 4, 5]],
    [
      [all, tensor(true)],
      [2, 1, 3, 4, 5],
    ],
    [[tensor(1, { dtype: "int32" })], [3, 4, 5]],
    [
      [all, tensor(1, { dtype: "int32" }), all, [0, 1]],
      [2, 4, 2],
    ],
    [
      ["...", 0],
      [2, 3, 4],
    ],
    [
      [int([[0], [1]]), [0, 1, 2]],
      [2, 3, 4, 5],
    ],
  ] as const)("gives the shape that PyTorch gives (%#)", (specs, shape) =>
    expect(index(x, ...specs).shape).toEqual(shape),
  );

  it("is a method", () => expect(x.index(1, 2, 3, 4, null).arraySync()).toEqual([119]));

  it("takes indices and tensors that are batched", () => {
    const rows = int([
      [0, 1],
      [1, 1],
    ]);
    const pairs = x.index(0, 0);
    const run = (batched: readonly boolean[], xs: readonly Tensor[]) =>
      vmap((a, i) => [index(a!, i!, i!)], xs, batched, 2)[0]!.arraySync();
    expect(run([false, true], [pairs, rows])).toEqual([
      [0, 6],
      [6, 6],
    ]);
    expect(run([true, false], [x.index(0, slice(0, 2)), int([0, 1])])).toEqual([
      [0, 6],
      [20, 26],
    ]);
    expect(run([true, true], [x.index(0, slice(0, 2)), rows])).toEqual([
      [0, 6],
      [26, 26],
    ]);
  });

  it("says what is wrong", () => {
    const loose = index as unknown as (...args: unknown[]) => Tensor;
    expect(() => index(x, 2)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: index: index 2 is out of range for dim 0 of size 2; use an integer from -2 to 1]`,
    );
    expect(() => index(x, all, [3])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: index: index 3 is out of range for size 3; use integers from -3 to 2]`,
    );
    expect(() => index(x, [0], [-4])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: index: index -4 is out of range for size 3; use integers from -3 to 2]`,
    );
    expect(() => index(x, [0.5])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: index: index 0.5 is not an integer; pass integers]`,
    );
    expect(() => index(x, 0, 0, 0, 0, 0)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: index: 5 dims are indexed of a tensor of shape [2, 3, 4, 5]; it has 4 dims]`,
    );
    expect(() => index(x, "...", "...")).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: index: "..." appears twice; it can stand for one run of dims]`,
    );
    expect(() => index(x, zeros(1))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: index: an index is float32; pass an int32 or a bool tensor]`,
    );
    expect(() => index(x, zeros([3]).gt(0))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: index: a mask of shape [3] stands over dims of sizes [2]; they must be equal]`,
    );
    expect(() => index(x, [0, 1], [0, 1, 2])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: index: shapes [2] and [3] do not broadcast; aligned at the end, sizes must be equal or 1]`,
    );
    expect(() => loose(x, "a")).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: index: an index is "a"; pass a number, slice(), null, "...", an int32 or bool tensor, or an array of numbers]`,
    );
  });
});

describe("indexPut", () => {
  it("writes where index reads", () =>
    check(({ x }, pick) => {
      if (x.shape.includes(0)) return;
      const specs = [slice(pick(2)), ...x.shape.slice(1).map((n) => [pick(n), pick(n)])];
      const values = index(x, ...specs)
        .mul(0)
        .add(-1);
      const y = indexPut(x, specs, values);
      expect(index(y, ...specs).arraySync()).toEqual(values.arraySync());
      const changed = y.ne(x).sum().item();
      expect(y.lt(0).sum().item()).toBe(changed);
    }));

  it("gives the derivative to the value that stays", () => {
    const [a, v] = [zeros(3).requiresGrad_(), tensor([1, 2, 3]).requiresGrad_()];
    const y = indexPut(a, [[2, 0, 2]], v);
    expect(y.arraySync()).toEqual([2, 0, 3]);
    const g = grad(y.mul(tensor([10, 20, 30])).sum(), [a, v]).map((t) => t.arraySync());
    expect(g).toEqual([
      [0, 20, 0],
      [0, 10, 30],
    ]);
  });

  it("adds, also twice at one place", () => {
    const v = ones(2).requiresGrad_();
    const y = indexPut(zeros(2), [[1, 1]], v, { accumulate: true });
    expect(y.arraySync()).toEqual([0, 2]);
    expect(grad(y.square().sum(), v).arraySync()).toEqual([4, 4]);
  });

  it("says what is wrong", () => {
    expect(() => indexPut(zeros(2), [[2]], 1)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: indexPut: index 2 is out of range for size 2; use integers from -2 to 1]`,
    );
    expect(() => indexPut(zeros(2), [[0]], ones(2))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: indexPut: values have shape [2], the indexed part [1]; values must broadcast to it]`,
    );
    expect(() => indexPut(zeros(2), [[0]], int([1]))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: indexPut: the input is float32 and values int32; convert one with astype]`,
    );
  });
});

const golden = readGolden<{ cases: GoldenCase[] }>(new URL("indexing.json.gz", import.meta.url));

describe.each(byFunction(golden.cases))("%s with random arguments", (_, cases) => {
  it("does what PyTorch's brackets do", () => {
    const wrong = cases.flatMap((one) =>
      tapeDifferences(one).map((text) => `${title(one)}: ${text}`),
    );
    expect(wrong).toEqual([]);
  });
});
