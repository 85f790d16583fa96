import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grad, ones, type Tensor, tensor, zeros } from "../../src/index.ts";

interface Problem {
  readonly shape: readonly number[];
  readonly values: readonly number[];
  readonly dims: readonly number[];
}

/** A tensor of random shape, sizes of 0 too, and some of its dims, negative or not. */
const problems: fc.Arbitrary<Problem> = fc
  .array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      values: fc.array(fc.integer({ min: -5, max: 5 }), {
        minLength: shape.reduce((a, b) => a * b, 1),
        maxLength: shape.reduce((a, b) => a * b, 1),
      }),
      dims: fc.subarray([...shape.keys()], { minLength: Math.min(1, shape.length) }),
    }),
  );

const make = ({ shape, values }: Problem): Tensor =>
  tensor(Float64Array.from(values), { dtype: "float64", shape });

/** The elements over `dims`, as lists by the remaining places. */
function groups({ shape, values, dims }: Problem): number[][] {
  const rest = shape.flatMap((n, i) => (dims.includes(i) ? [] : [n]));
  const lists = Array.from({ length: rest.reduce((a, b) => a * b, 1) }, (): number[] => []);
  values.forEach((value, place) => {
    let left = place;
    let step = 1;
    let at = 0;
    for (let i = shape.length - 1; i >= 0; i--) {
      const k = left % shape[i]!;
      left = Math.floor(left / shape[i]!);
      if (dims.includes(i)) continue;
      at += k * step;
      step *= shape[i]!;
    }
    lists[at]!.push(value);
  });
  return lists;
}

type Reduce = (x: Tensor, dims: readonly number[]) => Tensor;

function agrees(reduce: Reduce, loop: (list: number[]) => number, some = false): void {
  fc.assert(
    fc.property(problems, (problem) => {
      fc.pre(!some || problem.dims.every((d) => problem.shape[d]! > 0));
      const { shape, dims } = problem;
      const signed = dims.map((d, i) => (i % 2 === 0 ? d : d - shape.length));

      const out = reduce(make(problem), signed);

      expect(out.shape).toEqual(shape.filter((_, i) => !dims.includes(i)));
      const expected = groups(problem).map(loop);
      const close = (a: number, b: number): boolean =>
        Object.is(a, b) || Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(b));
      const actual = Array.from(out.dataSync(), Number);
      expect(actual.filter((value, i) => !close(value, expected[i]!))).toEqual([]);
    }),
  );
}

const total = (list: number[]): number => list.reduce((a, b) => a + b, 0);
const average = (list: number[]): number => total(list) / list.length;
const spread = (list: number[]): number =>
  total(list.map((v) => (v - average(list)) ** 2)) / (list.length - 1);
const deviation = (list: number[]): number => (list.length < 2 ? NaN : Math.sqrt(spread(list)));

describe("reductions over random shapes and dims", () => {
  it.each<[string, Reduce, (list: number[]) => number]>([
    ["sum", (x, d) => x.sum(d), total],
    ["mean", (x, d) => x.mean(d), average],
    ["prod", (x, d) => x.prod(d), (list) => list.reduce((a, b) => a * b, 1)],
    ["all", (x, d) => x.all(d), (list) => Number(list.every((v) => v !== 0))],
    ["any", (x, d) => x.any(d), (list) => Number(list.some((v) => v !== 0))],
    ["std", (x, d) => x.std(d), deviation],
    ["logSumExp", (x, d) => x.logSumExp(d), (list) => Math.log(total(list.map(Math.exp)))],
    ["norm", (x, d) => x.norm(d), (list) => Math.hypot(...list)],
    ["norm 1", (x, d) => x.norm(d, { ord: 1 }), (list) => total(list.map(Math.abs))],
    [
      "norm 3",
      (x, d) => x.norm(d, { ord: 3 }),
      (list) => Math.cbrt(total(list.map((v) => Math.abs(v) ** 3))),
    ],
    ["norm 0", (x, d) => x.norm(d, { ord: 0 }), (list) => list.filter((v) => v !== 0).length],
  ])("%s is that of a loop", (_, reduce, loop) => agrees(reduce, loop));

  it.each<[string, Reduce, (list: number[]) => number]>([
    ["amax", (x, d) => x.amax(d), (list) => Math.max(...list)],
    ["amin", (x, d) => x.amin(d), (list) => Math.min(...list)],
  ])("%s is that of a loop", (_, reduce, loop) => agrees(reduce, loop, true));
});

describe("arguments of reductions", () => {
  const x = tensor([
    [1, 3],
    [5, 4],
  ]);

  it("takes options after any prefix", () => {
    expect(x.sum({ keepdim: true }).shape).toEqual([1, 1]);
    expect(x.sum(0, { keepdim: true }).arraySync()).toEqual([[6, 7]]);
    expect(x.sum([0, -1]).item()).toBe(13);
    expect(x.variance({ correction: 0 }).item()).toBe(2.1875);
    expect(x.norm(1, { ord: Infinity, keepdim: true }).arraySync()).toEqual([[3], [5]]);
    expect(x.argmax({ keepdim: true }).arraySync()).toEqual([[2]]);
  });

  it("reduces all dims when none are listed", () => {
    expect(x.sum([]).item()).toBe(13);
  });

  it("counts int32 and bool in int32", () => {
    expect(x.astype("int32").sum().dtype).toBe("int32");
    expect(x.gt(3).sum().item()).toBe(2);
    expect(x.gt(3).prod(0).arraySync()).toEqual([0, 0]);
  });

  it("does not average integers", () => {
    expect(() => x.astype("int32").mean()).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: mean: the dtype is int32, but the result has fractions; convert it with x.astype("float32")]`,
    );
    expect(() => x.gt(1).variance()).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: variance: the dtype is bool, but the result has fractions; convert it with x.astype("float32")]`,
    );
  });

  it("names a wrong dim", () => {
    expect(() => x.sum(2)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: sum: dim 2 is out of range for a tensor with 2 dims; use an integer from -2 to 1]`,
    );
    expect(() => x.amax([0, 0])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: amax: dim 0 appears twice in [0,0]; name it once]`,
    );
    expect(() => x.mean("rows" as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: mean: dim is "rows"; pass a dim, an array of dims, or options]`,
    );
    expect(() => x.norm({ ord: NaN })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: norm: ord is NaN; pass a number or ±Infinity]`,
    );
  });
});

describe("extremes", () => {
  it("gives values and indices along a dim", () => {
    const [values, indices] = tensor([
      [1, 3, 3],
      [5, 4, 0],
    ]).max(1, { keepdim: true });

    expect(values.arraySync()).toEqual([[3], [5]]);
    expect(indices.arraySync()).toEqual([[1], [0]]);
    expect(indices.dtype).toBe("int32");
  });

  it("needs an element", () => {
    expect(() => zeros([2, 0]).amax(1)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: amax: dim 1 of shape [2, 0] has no elements; reduce dims with at least one]`,
    );
    expect(() => zeros([0]).argmin()).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: argmin: dim 0 of shape [0] has no elements; reduce dims with at least one]`,
    );
    expect(() => zeros([2, 0]).max(1)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: max: dim 1 of shape [2, 0] has no elements; reduce dims with at least one]`,
    );
    expect(zeros([2, 0]).amax(0).shape).toEqual([0]);
  });

  it("shares the derivative of a whole maximum, and gives it to the first along a dim", () => {
    const x = tensor([2, 1, 2], { requiresGrad: true });

    expect(grad(x.max(), x).arraySync()).toEqual([0.5, 0, 0.5]);
    expect(grad(x.max(0)[0], x).arraySync()).toEqual([1, 0, 0]);
  });
});

describe("products", () => {
  it("differentiates through zeros", () => {
    const x = tensor([0, 2, 3, 0, 5], { requiresGrad: true });
    const one = tensor([0, 2, 3], { requiresGrad: true });

    expect(grad(x.prod(), x).arraySync()).toEqual([0, 0, 0, 0, 0]);
    expect(grad(one.prod(), one).arraySync()).toEqual([6, 0, 0]);
    const first = grad(one.prod(), one, { createGraph: true });
    expect(grad(first.sum(), one).arraySync()).toEqual([5, 3, 2]);
  });

  it("is 1 without elements", () => {
    expect(zeros([2, 0]).prod(1).arraySync()).toEqual([1, 1]);
  });
});

describe("variance and norm where there is no derivative", () => {
  it("gives 0 at the minimum of a deviation or a norm", () => {
    const x = ones(3, { requiresGrad: true });
    const zero = zeros(2, { requiresGrad: true });

    expect(grad(x.std(), x).arraySync()).toEqual([0, 0, 0]);
    expect(grad(zero.norm(), zero).arraySync()).toEqual([0, 0]);
    expect(grad(zero.norm({ ord: 3 }), zero).arraySync()).toEqual([0, 0]);
  });

  it("keeps the digits of a variance far from 0", () => {
    const x = tensor([1e8, 1e8 + 1, 1e8 + 2], { dtype: "float64" });

    expect(x.variance().item()).toBe(1);
  });
});
