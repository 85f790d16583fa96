import { describe, expect, it } from "vitest";
import { difference, digestOf } from "../src/digest.ts";
import { hash, numbersOf } from "../src/inputs.ts";
import { uniform } from "../src/row.ts";

describe("digestOf", () => {
  it("joins arrays, and keeps a spread of their elements", () => {
    const digest = digestOf([[1, 2], [3]]);

    expect(digest).toMatchObject({ size: 3, rms: Math.sqrt(14 / 3), sample: [1, 2, 3] });
    expect(digestOf([new Float32Array(1000)]).sample).toHaveLength(61);
  });

  it("has null for what is not finite", () => {
    expect(digestOf([[Number.NaN, 1]])).toMatchObject({
      rms: null,
      mixed: null,
      sample: [null, 1],
    });
  });
});

describe("difference", () => {
  const of = (...numbers: number[]) => digestOf([numbers]);

  it("is absolute below 1 and relative above", () => {
    expect(difference(of(0.1), of(0.2))).toBeCloseTo(0.1, 12);
    expect(difference(of(100), of(300))).toBeCloseTo(0.5, 12);
  });

  it("sees a transposed matrix", () => {
    expect(difference(of(1, 2, 3, 4), of(1, 3, 2, 4))).toBeGreaterThan(0.1);
  });

  it("sees two elements out of many that changed places", () => {
    const numbers = Array.from({ length: 1000 }, (_, i) => i);
    const places = [1, 2, 3].find((i) => hash(i) % 2 !== hash(i + 1) % 2)!;
    const changed = numbers.with(places, places + 1).with(places + 1, places);

    expect(difference(of(...numbers), of(...changed))).toBeGreaterThan(0);
  });

  it("is infinite for another size, and for a NaN on one side", () => {
    expect(difference(of(1, 2), of(1))).toBe(Infinity);
    expect(difference(of(1, Number.NaN), of(1, 2))).toBe(Infinity);
    expect(difference(of(Number.NaN), of(Number.NaN))).toBe(0);
  });
});

describe("numbersOf", () => {
  it("gives the same numbers each time, other ones for another seed", () => {
    const numbers = (seed: number) => [...numbersOf(uniform([5], seed))];

    expect(numbers(1)).toEqual(numbers(1));
    expect(numbers(1)).not.toEqual(numbers(2));
  });

  it("is uniform between low and high", () => {
    const numbers = [...numbersOf(uniform([10_000], 3, { low: 2, high: 4 }))];
    const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...numbers)).toBeLessThan(4);
    expect(mean).toBeCloseTo(3, 1);
  });

  it("takes given values", () => {
    expect(numbersOf({ shape: [2], dtype: "float64", values: [1, 2] })).toEqual(
      new Float64Array([1, 2]),
    );
  });
});
