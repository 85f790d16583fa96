import { describe, expect, it } from "vitest";
import {
  arange,
  broadcastTo,
  chunk,
  diagonal,
  expand,
  flatten,
  flip,
  mm,
  narrow,
  ones,
  permute,
  reshape,
  select,
  split,
  squeeze,
  type Tensor,
  transpose,
  unbind,
  unsqueeze,
  zeros,
} from "../../src/index.ts";
import { loop, Plain } from "../../src/testing/plain.ts";
import { check, same } from "./tensors.ts";

describe("views", () => {
  it("keep elements in order when the shape changes", () =>
    check(({ x, plain }, pick) => {
      const at = pick(x.ndim + 1);
      const longer = [...x.shape.slice(0, at), 1, ...x.shape.slice(at)];
      same(unsqueeze(x, at), new Plain(longer, plain.data));
      same(squeeze(unsqueeze(x, at), at), plain);
      same(flatten(x), new Plain([x.size], plain.data));
      same(reshape(x, [1, -1, 1]), new Plain([1, x.size, 1], plain.data));
      same(reshape(reshape(x, -1), x.shape), plain);
    }));

  it("swap, flip and repeat dims", () =>
    check(({ x, plain }, pick) => {
      const [a, b] = [pick(x.ndim), pick(x.ndim)];
      const swapped = (place: readonly number[]): number[] =>
        place.map((i, d) => (d === a ? place[b]! : d === b ? place[a]! : i));
      same(
        transpose(x, a, b),
        loop(swapped(x.shape), (...place) => plain.at(...swapped(place))),
      );
      same(
        flip(x),
        loop(x.shape, (...place) => plain.at(...place.map((i, d) => x.shape[d]! - 1 - i))),
      );
      same(
        expand(x, [2, ...x.shape.map(() => -1)]),
        loop([2, ...x.shape], (_, ...place) => plain.at(...place)),
      );
    }));

  it("cut a dim into pieces", () =>
    check(({ x, plain }, pick) => {
      const dim = pick(x.ndim);
      const n = x.shape[dim]!;
      const piece = (start: number, size: number): Plain =>
        loop(x.shape.with(dim, size), (...place) =>
          plain.at(...place.with(dim, start + place[dim]!)),
        );
      const first = pick(n + 1);
      const [a, b] = split(x, [first, n - first], dim);
      same(a!, piece(0, first));
      same(b!, piece(first, n - first));
      same(narrow(x, dim, first, n - first), piece(first, n - first));
      chunk(x, 2, dim).reduce((start, part) => {
        same(part, piece(start, part.shape[dim]!));
        return start + part.shape[dim]!;
      }, 0);
      unbind(x, dim).forEach((row, i) => {
        const expected = new Plain(x.shape.toSpliced(dim, 1), piece(i, 1).data);
        same(row, expected);
        same(select(x, dim, i - n), expected);
      });
    }));

  it("read diagonals", () =>
    check(({ x, plain }, pick) => {
      if (x.ndim < 2) return;
      const offset = pick(5) - 2;
      const [row, column] = [Math.max(-offset, 0), Math.max(offset, 0)];
      const length = Math.max(0, Math.min(x.shape[0]! - row, x.shape[1]! - column));
      same(
        diagonal(x, { offset }),
        loop([...x.shape.slice(2), length], (...place) => {
          const i = place.at(-1)!;
          return plain.at(row + i, column + i, ...place.slice(0, -1));
        }),
      );
    }));

  it("say what is wrong", () => {
    const x = zeros([2, 3]);
    const loose = reshape as unknown as (...args: unknown[]) => Tensor;
    expect(() => reshape(x, [4, -1])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: reshape: a tensor of shape [2, 3] has 6 elements, which do not fit shape [4, -1]; sizes must multiply to 6]`,
    );
    expect(() => loose(x, [2, 1.5])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: reshape: size 1.5 in shape [2, 1.5]; sizes are integers ≥ 0]`,
    );
    expect(() => loose(1, 2)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: reshape: input is 1; pass a Tensor, made by tensor(…)]`,
    );
    expect(() => permute(x, [0, 0])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: permute: dims [0, 0] for a tensor with 2 dims; name each dim once]`,
    );
    expect(() => transpose(x, 0, 2)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: transpose: dim1 2 is out of range for a tensor with 2 dims; use an integer from -2 to 1]`,
    );
    expect(() => broadcastTo(x, [3, 3])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: broadcastTo: shapes [2, 3] and [3, 3] do not broadcast; aligned at the end, sizes must be equal or 1]`,
    );
    expect(() => split(x, [1, 3], 1)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: split: sizes [1, 3] do not add up to 3, the size of dim 1 of [2, 3]; give the size of every piece]`,
    );
    expect(() => chunk(x, 0)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: chunk: the number of chunks is 0; pass an integer ≥ 1]`,
    );
    expect(() => narrow(x, 0, 1, 2)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: narrow: start 1 and length 2 leave dim 0 of size 2; start + length must be at most 2]`,
    );
    expect(() => select(x, 1, 3)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: select: index 3 is out of range for dim 1 of size 3; use an integer from -3 to 2]`,
    );
    expect(() => diagonal(x, { dim1: 0, dim2: -2 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: diagonal: dim1 0 and dim2 -2 are the same; name two dims]`,
    );
    expect(() => flatten(x, 1, 0)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: flatten: start 1 comes after end 0; give them in order]`,
    );
    expect(() => mm(x, ones([3]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: mm: shapes [2, 3] and [3]; it takes 2-d and 2-d tensors, matmul takes any]`,
    );
    expect(() => mm(x, arange(4).reshape([2, 2]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: mm: inner sizes differ: [2, 3] @ [2, 2]; the last size of the left must equal the second to last of the right]`,
    );
  });
});
