import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quantile, spreadOf } from "../src/statistics.ts";

describe("quantile", () => {
  it("lies between neighbours in proportion", () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([4, 1, 3, 2], 0)).toBe(1);
    expect(quantile([4, 1, 3, 2], 1)).toBe(4);
  });

  it("is NaN of nothing", () => {
    expect(quantile([], 0.5)).toBeNaN();
  });
});

describe("spreadOf", () => {
  it("gives median and quartiles, whatever the order", () => {
    expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ median: 3, low: 2, high: 4 });
  });

  it("is not moved by one outlier", () => {
    expect(spreadOf([5, 1, 1e9, 2, 3]).median).toBe(3);
  });

  it("keeps the order of its three numbers", () => {
    const sample = fc.array(fc.double({ noNaN: true, min: 0, max: 1e9 }), { minLength: 1 });
    fc.assert(
      fc.property(sample, (times) => {
        const { median, low, high } = spreadOf(times);
        expect(low).toBeLessThanOrEqual(median);
        expect(median).toBeLessThanOrEqual(high);
      }),
    );
  });
});
