import { describe, expect, it } from "vitest";
import {
  gather,
  indexSelect,
  maskedFill,
  maskedSelect,
  nonzero,
  oneHot,
  ones,
  scatterAdd,
  type Tensor,
  takeAlongDim,
  tensor,
  zeros,
} from "../../src/index.ts";
import { loop, Plain, places } from "../../src/testing/plain.ts";
import { vmap } from "../../src/testing/transforms.ts";
import { check, type Sample, same } from "./tensors.ts";

const int = (data: readonly number[] | readonly number[][], shape?: readonly number[]): Tensor =>
  tensor(data, { dtype: "int32", ...(shape === undefined ? {} : { shape }) });

/** Places along dim of x, of at most its other sizes; negative ones too. */
function someIndex({ x }: Sample, dim: number, pick: (n: number) => number): [Tensor, Plain] {
  const n = x.shape[dim]!;
  const shape = x.shape.map((m, d) => (d === dim ? (n === 0 ? 0 : pick(4)) : pick(m + 1)));
  const plain = loop(shape, () => pick(2 * n) - n);
  const wrapped = new Plain(
    shape,
    plain.data.map((i) => (i < 0 ? i + n : i)),
  );
  return [int(plain.data, shape), wrapped];
}

describe("gather", () => {
  it("reads at places along a dim", () =>
    check((sample, pick) => {
      const dim = pick(sample.x.ndim);
      const [index, at] = someIndex(sample, dim, pick);
      const expected = loop(at.shape, (...place) =>
        sample.plain.at(...place.with(dim, at.at(...place))),
      );
      same(gather(sample.x, dim, index), expected);
    }));

  it("names an index out of range", () => {
    expect(() => gather(zeros(3), 0, int([0, 3]))).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: gather: index 3 is out of range for size 3; use integers from -3 to 2]`,
    );
    expect(() => gather(zeros(3), 0, int([-4]))).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: gather: index -4 is out of range for size 3; use integers from -3 to 2]`,
    );
    expect(() => gather(zeros(3), 0, zeros(1))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: gather: the index is float32; pass an int32 tensor, as index.astype("int32")]`,
    );
    expect(() => gather(zeros([2, 3]), 0, int([0]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: gather: an index of shape [1] does not fit shape [2, 3] along dim 0; it needs as many dims, and no larger other sizes]`,
    );
  });
});

describe("scatterAdd", () => {
  it("adds at places along a dim", () =>
    check((sample, pick) => {
      const { x, plain } = sample;
      const dim = pick(x.ndim);
      const [index, at] = someIndex(sample, dim, pick);
      const sums = new Map<string, number>();
      for (const place of places(at.shape)) {
        const to = String(place.with(dim, at.at(...place)));
        sums.set(to, (sums.get(to) ?? 0) + 1);
      }
      const expected = loop(
        x.shape,
        (...place) => plain.at(...place) + (sums.get(String(place)) ?? 0),
      );
      same(scatterAdd(x, dim, index, ones(at.shape, { dtype: "float64" })), expected);
    }));

  it("says what does not fit", () => {
    const index = int([0]);
    expect(() => scatterAdd(zeros(2), 0, index, zeros(0))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: scatterAdd: src has shape [0] and index [1]; src must be at least as large in each dim]`,
    );
    expect(() => scatterAdd(zeros(2), 0, index, index)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: scatterAdd: the input is float32 and src int32; convert one with astype]`,
    );
  });
});

describe("indexSelect", () => {
  it("names an index out of range", () => {
    expect(indexSelect(tensor([5, 6, 7]), 0, int([2, -3])).arraySync()).toEqual([7, 5]);
    expect(() => indexSelect(zeros([2, 3]), 1, int([3]))).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: indexSelect: index 3 is out of range for size 3; use integers from -3 to 2]`,
    );
    expect(() => indexSelect(zeros([2, 3]), 1, int([[1]]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: indexSelect: the index has shape [1, 1]; pass one of 1 dim, or use index]`,
    );
  });
});

describe("takeAlongDim", () => {
  it("broadcasts other dims", () =>
    expect(takeAlongDim(tensor([[1, 2, 3]]), int([[2], [0]]), 1).arraySync()).toEqual([[3], [1]]));

  it("says what does not fit", () =>
    expect(() => takeAlongDim(zeros([2, 3]), int([0]), 1)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: takeAlongDim: shapes [2, 3] and [1]; both need as many dims]`,
    ));
});

describe("masks", () => {
  it("are read in row-major order", () =>
    check(({ x, plain }, pick) => {
      const limit = pick(10);
      const chosen = plain.data.filter((v) => v > limit);
      same(maskedSelect(x, x.gt(limit)), new Plain([chosen.length], chosen));
      const at = places(x.shape).filter((place) => plain.at(...place) > limit);
      same(nonzero(x.gt(limit)), new Plain([at.length, x.ndim], at.flat()));
    }));

  it("need one number of elements for a whole batch", () => {
    const rows = tensor([
      [1, 0],
      [1, 1],
    ]);
    const run = (f: (x: Tensor) => Tensor) => vmap((x) => [f(x!)], [rows], [true], 2)[0]!;
    expect(run((x) => maskedFill(x, x.gt(0), 5)).arraySync()).toEqual([
      [5, 0],
      [5, 5],
    ]);
    expect(() => run((x) => maskedSelect(x, x.gt(0)))).toThrowErrorMatchingInlineSnapshot(
      `[GradError: maskedSelect: under vmap each row would choose another number of elements; use where or maskedFill]`,
    );
    expect(() => run(nonzero)).toThrowErrorMatchingInlineSnapshot(
      `[GradError: nonzero: under vmap each row would choose another number of elements; use where or maskedFill]`,
    );
  });

  it("are bool", () => {
    expect(() => maskedFill(zeros(2), zeros(2), 0)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: maskedFill: the mask is float32; pass a bool tensor, such as x.gt(0)]`,
    );
    expect(() => maskedFill(zeros(2), zeros(2).gt(0), ones(2))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: maskedFill: the value has shape [2]; pass a number or a 0-d tensor, or use where]`,
    );
  });
});

describe("oneHot", () => {
  it("takes indices from 0 to the number of classes", () => {
    expect(oneHot(int([1, 0])).arraySync()).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(() => oneHot(int([2]), 2)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: oneHot: index 2 is out of range for size 2; use integers from 0 to 1]`,
    );
    expect(() => oneHot(int([-1]), 2)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: oneHot: index -1 is out of range for size 2; use integers from 0 to 1]`,
    );
    expect(() => oneHot(zeros(1), 2)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: oneHot: the index is float32; pass an int32 tensor, as index.astype("int32")]`,
    );
  });
});
