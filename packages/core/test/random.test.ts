import { beforeEach, describe, expect, it } from "vitest";
import { withLevel } from "../src/extend.ts";
import { rewinding } from "../src/generator.ts";
import {
  bernoulli,
  type DType,
  full,
  manualSeed,
  multinomial,
  RandomGenerator,
  rand,
  randint,
  randn,
  randperm,
  type Tensor,
  tensor,
} from "../src/index.ts";
import { levels, type Randomness } from "../src/level.ts";

const numbers = (x: Tensor): number[] => Array.from(x.dataSync());
const moment = (xs: number[], k: number): number => xs.reduce((a, x) => a + x ** k, 0) / xs.length;

interface Chunk {
  readonly start: number;
  readonly size: number;
  readonly total: number;
  readonly randomness: Randomness;
}

/** What `f` gives at a batch level, with its rows. */
const batched = (chunk: Chunk, f: () => Tensor): Tensor =>
  withLevel("batch", "vmap", (level) => {
    Object.assign(level, chunk);
    const y = f();
    return y.level === level ? y.value! : y;
  });

const draws: [string, () => Tensor][] = [
  ["rand", () => rand([2, 3])],
  ["randn", () => randn([2, 3], { dtype: "float64" })],
  ["randint", () => randint(-5, 5, [2, 3])],
  ["bernoulli", () => bernoulli(full([6], 0.5))],
  ["randperm", () => randperm(6)],
  ["multinomial", () => multinomial(full([9], 1), 6)],
  ["multinomial with replacement", () => multinomial(tensor([1, 2, 3]), 6, { replacement: true })],
];

beforeEach(() => void manualSeed(7));

describe.each(draws)("%s", (_name, draw) => {
  it("gives the same numbers for the same seed, and others for another", () => {
    const first = Array.from({ length: 4 }, () => numbers(draw()));
    manualSeed(7);
    const second = Array.from({ length: 4 }, () => numbers(draw()));
    manualSeed(8);
    const third = Array.from({ length: 4 }, () => numbers(draw()));

    expect(second).toEqual(first);
    expect(third).not.toEqual(first);
    expect(first[1]).not.toEqual(first[0]);
  });

  it("asks the batch level for its randomness", () => {
    const chunk = { start: 0, size: 2, total: 2 };

    expect(() => batched({ ...chunk, randomness: "error" }, draw)).toThrow(/pass randomness/);
    const same = batched({ ...chunk, randomness: "same" }, draw);
    manualSeed(7);
    expect(numbers(same)).toEqual(numbers(draw()));
    expect(levels.length).toBe(1);
  });

  it("does not depend on how rows are cut into chunks", () => {
    const whole = batched({ start: 0, size: 5, total: 5, randomness: "different" }, draw);
    const rows = [0, 2, 4].flatMap((start) => {
      manualSeed(7);
      const size = Math.min(2, 5 - start);
      return numbers(batched({ start, size, total: 5, randomness: "different" }, draw));
    });

    expect(rows).toEqual(numbers(whole));
    const [first, second] = [...whole].map(numbers);
    expect(first).not.toEqual(second);
  });

  it("does not depend on chunks of nested levels", () => {
    const nested = (outer: Chunk, inner: Chunk): Tensor => {
      manualSeed(7);
      return batched(outer, () =>
        withLevel("batch", "vmap", (level) => {
          Object.assign(level, inner);
          return draw().value!;
        }),
      );
    };
    const all = { start: 0, size: 4, total: 4, randomness: "different" } as const;
    const some = { start: 1, size: 2, total: 4, randomness: "different" } as const;

    const whole = nested(all, all);
    const part = nested(some, some);

    const cut = whole.narrow(0, 1, 2).narrow(1, 1, 2);
    expect(numbers(part)).toEqual(numbers(cut));
  });
});

describe("RandomGenerator", () => {
  it("continues where its state was saved", () => {
    const generator = new RandomGenerator(3);
    rand(5, { generator });
    const state = generator.getState();
    const first = numbers(rand(5, { generator }));

    generator.setState(JSON.parse(JSON.stringify(state)));

    expect(numbers(rand(5, { generator }))).toEqual(first);
    expect(state).toEqual({ seed: 3, offset: 5 });
  });

  it("forks generators whose numbers differ, reproducibly", () => {
    const streams = (seed: number): number[][] => {
      const parent = new RandomGenerator(seed);
      const children = [parent.fork(), parent.fork()];
      const grandchild = children[0]!.fork();
      return [parent, ...children, grandchild].map((generator) => numbers(rand(8, { generator })));
    };

    const first = streams(1);

    expect(streams(1)).toEqual(first);
    expect(new Set(first.flat()).size).toBe(32);
  });

  it("takes seeds of more than 32 bits", () => {
    const of = (seed: number) => numbers(rand(3, { generator: new RandomGenerator(seed) }));

    expect(of(2 ** 40)).not.toEqual(of(0));
    expect(of(-1)).not.toEqual(of(0));
    expect(() => new RandomGenerator(0.5)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: RandomGenerator: the seed is 0.5; pass an integer up to 2⁵³]`,
    );
  });

  it("leaves the default generator alone when another is named", () => {
    const expected = numbers(rand(3));
    manualSeed(7);
    rand(3, { generator: new RandomGenerator(1) });

    expect(numbers(rand(3))).toEqual(expected);
  });
});

describe("rewinding", () => {
  it("draws the numbers of the first call again", () => {
    const again = rewinding();
    const generator = new RandomGenerator(2);
    const run = () => numbers(rand(2)).concat(numbers(rand(2, { generator })));

    const first = again(run);
    const next = numbers(rand(2));
    const second = again(run);

    expect(second).toEqual(first);
    manualSeed(7);
    rand(2);
    expect(numbers(rand(2))).toEqual(next);
  });
});

describe("distributions", () => {
  const n = 1e5;

  /** The largest distance of the empirical distribution from a cumulative one. */
  function distance(xs: number[], cumulative: (x: number) => number): number {
    const sorted = [...xs].sort((a, b) => a - b);
    return sorted.reduce((d, x, i) => Math.max(d, Math.abs((i + 0.5) / n - cumulative(x))), 0);
  }
  // Kolmogorov and Smirnov: 1.95/√n is exceeded once in a thousand times.
  const bound = 1.95 / Math.sqrt(n);

  it.each(["float32", "float64"] as DType[])("rand of %s is uniform", (dtype) => {
    const xs = numbers(rand(n, { dtype }));

    expect(distance(xs, (x) => x)).toBeLessThan(bound);
    expect(Math.min(...xs.slice(0, 1e4))).toBeGreaterThanOrEqual(0);
    expect(xs.every((x) => x < 1)).toBe(true);
  });

  it.each(["float32", "float64"] as DType[])("randn of %s is normal", (dtype) => {
    const xs = numbers(randn(n, { dtype }));
    const cumulative = numbers(tensor(xs, { dtype: "float64" }).div(Math.SQRT2).erf());
    const table = new Map(xs.map((x, i) => [x, (1 + cumulative[i]!) / 2]));

    expect(distance(xs, (x) => table.get(x)!)).toBeLessThan(bound);
    expect(Math.abs(moment(xs, 1))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(moment(xs, 2) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
  });

  it("float32 and float64 agree to their precision", () => {
    const single = numbers(rand(100));
    manualSeed(7);
    const double = numbers(rand(100, { dtype: "float64" }));

    for (const [i, x] of single.entries()) expect(Math.abs(x - double[i]!)).toBeLessThan(2 ** -23);
  });

  it.each([
    [0, 7],
    [-3, 4],
    [-(2 ** 31), 2 ** 31],
    [0, 3 * 2 ** 29],
  ])("randint of %i … %i favours none", (low, high) => {
    const xs = numbers(randint(low, high, n)).map((x) => (x - low) / (high - low));
    const counts = new Array<number>(7).fill(0);
    for (const x of xs) counts[Math.floor(x * 7 + 1e-9)]!++;

    const chi = counts.reduce((a, c) => a + (c - n / 7) ** 2 / (n / 7), 0);
    expect(chi).toBeLessThan(22.5); // 6 degrees of freedom, one in a thousand
  });

  it("bernoulli and multinomial follow their weights", () => {
    expect(moment(numbers(bernoulli(full(n, 0.3))), 1)).toBeCloseTo(0.3, 2);
    const picks = numbers(multinomial(tensor([1, 0, 3]), n, { replacement: true }));
    expect(picks.filter((i) => i === 2).length / n).toBeCloseTo(0.75, 2);
    expect(picks).not.toContain(1);
  });

  it("multinomial without replacement gives each index once", () => {
    const rows = multinomial(full([50, 4], 0.25), 4).arraySync() as number[][];

    for (const row of rows) expect([...row].sort()).toEqual([0, 1, 2, 3]);
    expect(new Set(rows.map(String)).size).toBeGreaterThan(10);
  });

  it("randperm gives every order equally often", () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 2400; i++) {
      const order = String(numbers(randperm(3)));
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }

    expect(counts.size).toBe(6);
    const chi = [...counts.values()].reduce((a, c) => a + (c - 400) ** 2 / 400, 0);
    expect(chi).toBeLessThan(20.5); // 5 degrees of freedom, one in a thousand
  });
});

describe("options and errors", () => {
  it("respects dtype and requiresGrad", () => {
    const x = rand([2], { dtype: "float64", requiresGrad: true });

    expect([x.dtype, x.requiresGrad, x.isLeaf]).toEqual(["float64", true, true]);
    expect(randint(3, 4).dtype).toBe("int32");
    expect(randint(3, [4], { dtype: "float32" }).dtype).toBe("float32");
    expect(bernoulli(tensor([0.5], { requiresGrad: true })).requiresGrad).toBe(false);
  });

  it("explains what is wrong", () => {
    expect(() => rand([2], { dtype: "int32" })).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: rand: int32 is not a floating point dtype; use "float32" or "float64"]`,
    );
    expect(() => randint(3, 3, [2])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: randint: there are no integers from 3 to 3 − 1; pass integers low < high, from −2³¹ to 2³¹]`,
    );
    expect(() => multinomial(tensor([1, 1]), 3)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: multinomial: 3 samples of 2 probabilities without replacement; pass an integer from 1 to 2, or replacement: true]`,
    );
    expect(() =>
      multinomial(
        tensor([
          [1, 1],
          [0, 1],
        ]),
        2,
      ),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: multinomial: row 1 has 1 weights above 0; it needs at least 2]`,
    );
    expect(() => multinomial(full(2, 0), 1, { replacement: true })).toThrow(/has 0 weights/);
    expect(() => multinomial(tensor([1, -1]), 1)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: multinomial: a weight is -1; pass finite numbers ≥ 0]`,
    );
    expect(() => multinomial(tensor([1, NaN]), 1)).toThrow(/a weight is NaN/);
    expect(() => bernoulli(tensor([0.5, 1.5]))).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: bernoulli: a probability is 1.5; pass numbers from 0 to 1]`,
    );
    expect(() => bernoulli(full(2, NaN))).toThrow(/a probability is NaN/);
    expect(() => multinomial(tensor(1), 1)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: multinomial: the probabilities have shape []; pass [n] or [rows, n], n ≥ 1]`,
    );
    expect(() => bernoulli(tensor([1], { dtype: "int32" }))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: bernoulli: int32 is not a floating point dtype; use "float32" or "float64"]`,
    );
    expect(() =>
      batched({ start: 0, size: 1, total: 1, randomness: "error" }, () => rand(1)),
    ).toThrowErrorMatchingInlineSnapshot(
      `[GradError: rand: random numbers inside of vmap may be the same or different for each row; pass randomness: "different" or "same" to vmap]`,
    );
  });
});
