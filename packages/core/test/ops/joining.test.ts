import { describe, expect, it } from "vitest";
import { concat, grad, ones, pad, repeat, roll, stack, tensor, zeros } from "../../src/index.ts";
import { loop } from "../../src/testing/plain.ts";
import { check, same } from "./tensors.ts";

describe("concat", () => {
  it("puts tensors one after another", () =>
    check(({ x, plain }, pick) => {
      const dim = pick(x.ndim);
      const n = x.shape[dim]!;
      const shape = x.shape.map((m, d) => (d === dim ? 3 * m : m));
      const expected = loop(shape, (...place) =>
        plain.at(...place.map((i, d) => (d === dim ? i % n : i))),
      );
      same(concat([x, x, x], dim), expected);
    }));

  it("promotes dtypes and skips tensors of shape [0]", () => {
    const x = concat([
      tensor([1], { dtype: "int32" }),
      zeros(0),
      tensor([2], { dtype: "float64" }),
    ]);
    expect([x.dtype, x.arraySync()]).toEqual(["float64", [1, 2]]);
  });

  it("has a derivative for each part", () => {
    const [a, b] = [ones(2).requiresGrad_(), ones(1).requiresGrad_()];
    const y = concat([a, b])
      .mul(tensor([1, 2, 3]))
      .sum();
    expect(grad(y, [a, b]).map((g) => g.arraySync())).toEqual([[1, 2], [3]]);
  });

  it("says what does not fit", () => {
    expect(() => concat([])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: concat: tensors is an array of length 0; pass an array with at least one tensor]`,
    );
    expect(() => concat([zeros([])])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: concat: a 0-d tensor has no dim to join; use stack]`,
    );
    expect(() => concat([zeros([2, 3]), zeros([2, 4])])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: concat: tensors[1] has shape [2, 4], which does not continue [2, 3] along dim 0; all other sizes must be equal]`,
    );
    expect(() => concat([zeros([2])], 1)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: concat: dim 1 is out of range for a tensor with 1 dim; use an integer from -1 to 0]`,
    );
  });
});

describe("stack", () => {
  it("makes a new dim", () =>
    check(({ x, plain }, pick) => {
      const dim = pick(x.ndim + 1);
      const shape = [...x.shape.slice(0, dim), 2, ...x.shape.slice(dim)];
      same(
        stack([x, x], dim),
        loop(shape, (...place) => plain.at(...place.toSpliced(dim, 1))),
      );
    }));

  it("says what does not fit", () =>
    expect(() => stack([zeros(2), zeros(3)])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: stack: tensors[1] has shape [3], the first has [2]; all shapes must be equal]`,
    ));
});

describe("pad", () => {
  it("adds and cuts off elements", () =>
    check(({ x, plain }, pick) => {
      const dim = pick(x.ndim);
      const n = x.shape[dim]!;
      const before = pick(n + 3) - n;
      const after = Math.max(pick(3), -(n + before));
      const widths = [...new Array<number>(2 * (x.ndim - 1 - dim)).fill(0), before, after];
      const shape = x.shape.map((m, d) => (d === dim ? m + before + after : m));
      const inside = (i: number): boolean => i >= before && i < n + before && i >= 0;
      const expected = loop(shape, (...place) =>
        inside(place[dim]!) ? plain.at(...place.with(dim, place[dim]! - before)) : 7,
      );
      same(pad(x, widths, { value: 7 }), expected);
    }));

  it("says what does not fit", () => {
    expect(() => pad(zeros(2), [1])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: pad: widths [1] for a tensor with 1 dim; pass pairs of integers [before, after], the last dim's first]`,
    );
    expect(() => pad(zeros(2), [-2, -1])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: pad: shape [2] would become [-1]; cut off less]`,
    );
  });
});

describe("roll", () => {
  it("brings what leaves back at the other end", () =>
    check(({ x, plain }, pick) => {
      const dim = pick(x.ndim);
      const shift = pick(9) - 4;
      const n = x.shape[dim]!;
      const from = (i: number): number => (((i - shift) % n) + n) % n;
      const expected = loop(x.shape, (...place) => plain.at(...place.with(dim, from(place[dim]!))));
      same(roll(x, shift, dim), expected);
    }));

  it("rolls the flattened tensor without dims", () =>
    expect(
      roll(
        tensor([
          [1, 2],
          [3, 4],
        ]),
        1,
      ).arraySync(),
    ).toEqual([
      [4, 1],
      [2, 3],
    ]));

  it("says what does not fit", () =>
    expect(() => roll(zeros(2), [1, 2], 0)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: roll: shifts [1, 2] for dims [0]; pass one integer for each dim, or one without dims]`,
    ));
});

describe("repeat", () => {
  it("repeats along each dim, and along new ones", () =>
    check(({ x, plain }, pick) => {
      const times = [1 + pick(2), ...x.shape.map(() => pick(3))];
      const shape = [times[0]!, ...x.shape.map((n, d) => n * times[d + 1]!)];
      const expected = loop(shape, (_, ...place) =>
        plain.at(...place.map((i, d) => i % x.shape[d]!)),
      );
      same(repeat(x, times), expected);
    }));

  it("says what does not fit", () =>
    expect(() => repeat(zeros([2, 2]), 2)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: repeat: 1 repeats for shape [2, 2]; pass one for each dim]`,
    ));
});
