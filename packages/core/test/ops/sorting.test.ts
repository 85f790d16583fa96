import { describe, expect, it } from "vitest";
import { argsort, grad, sort, tensor, topk, zeros } from "../../src/index.ts";
import { loop } from "../../src/testing/plain.ts";
import { vmap } from "../../src/testing/transforms.ts";
import { check, same } from "./tensors.ts";

describe("sort", () => {
  it("orders lines, equal elements as they come", () =>
    check(({ x, plain }, pick) => {
      const dim = pick(x.ndim);
      const descending = pick(2) === 1;
      const coarse = x.remainder(3);
      const sorted = (place: number[]): number[] => {
        const value = (i: number): number => plain.at(...place.with(dim, i)) % 3;
        const numbers = Array.from({ length: x.shape[dim]! }, (_, i) => i);
        return numbers.sort((i, j) => (descending ? value(j) - value(i) : value(i) - value(j)));
      };
      const order = loop(x.shape, (...place) => sorted(place)[place[dim]!]!);
      const [values, indices] = sort(coarse, dim, { descending });
      same(indices, order);
      same(
        values,
        loop(x.shape, (...place) => plain.at(...place.with(dim, order.at(...place))) % 3),
      );
    }));

  it("puts NaN last, or first when descending", () => {
    const x = tensor([1, NaN, 0, NaN]);
    expect(sort(x)[1].arraySync()).toEqual([2, 0, 1, 3]);
    expect(sort(x, { descending: true })[1].arraySync()).toEqual([1, 3, 0, 2]);
    expect(argsort(x).arraySync()).toEqual([2, 0, 1, 3]);
  });

  it("gives each row of a batch its order and its derivative", () => {
    const rows = tensor([
      [3, 1, 2],
      [1, 2, 3],
    ]).requiresGrad_();
    const [y] = vmap((x) => [sort(x!)[0].mul(tensor([1, 10, 100]))], [rows], [true], 2);
    expect(grad(y!.sum(), rows).arraySync()).toEqual([
      [100, 1, 10],
      [1, 10, 100],
    ]);
  });
});

describe("topk", () => {
  it("takes the largest or the smallest", () => {
    const x = tensor([
      [3, 1, 2],
      [4, 6, 5],
    ]);
    expect(topk(x, 2).map((y) => y.arraySync())).toEqual([
      [
        [3, 2],
        [6, 5],
      ],
      [
        [0, 2],
        [1, 2],
      ],
    ]);
    expect(topk(x, 1, 0, { largest: false })[0].arraySync()).toEqual([[3, 1, 2]]);
  });

  it("says what is wrong", () => {
    expect(() => topk(zeros(3), 4)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: topk: k is 4 for dim -1 of size 3; use an integer from 0 to 3]`,
    );
    expect(() => topk(zeros(3), 1, 1)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: topk: dim 1 is out of range for a tensor with 1 dim; use an integer from -1 to 0]`,
    );
  });
});
