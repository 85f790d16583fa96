import { describe, expect, it } from "vitest";
import { allClose, allCloseSync, equal, equalSync, tensor, zeros } from "../../src/index.ts";

const x = tensor([1, NaN, Infinity]);

describe("isclose", () => {
  it("compares element by element", () => {
    expect(x.isclose(tensor([1.000001, NaN, Infinity])).arraySync()).toEqual([true, false, true]);
    expect(x.isclose(x, { equalNan: true }).arraySync()).toEqual([true, true, true]);
    expect(x.isclose(tensor([2, 0, 0]), { atol: 1 }).arraySync()).toEqual([true, false, false]);
    expect(tensor([1, 2]).isclose(tensor(1)).arraySync()).toEqual([true, false]);
  });

  it("refuses different dtypes and negative tolerances", () => {
    expect(() => x.isclose(x.astype("float64"))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: isclose: the dtypes are float32 and float64; convert one with x.astype(…)]`,
    );
    expect(() => x.isclose(x, { rtol: -1 })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: isclose: rtol is -1; pass a number ≥ 0]`,
    );
    expect(() => x.isclose(1 as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: isclose: the other is 1; pass a Tensor, made by tensor(…)]`,
    );
  });
});

describe("allClose and equal", () => {
  it("read one answer", async () => {
    expect(await allClose(tensor([1, 2]), tensor([1, 2.00001]))).toBe(true);
    expect(allCloseSync(tensor([1, 2]), tensor([1, 3]))).toBe(false);
    expect(await equal(tensor([1, 2]), tensor([1, 2]))).toBe(true);
    expect(equalSync(tensor([1, 2]), tensor([1, 3]))).toBe(false);
    expect(zeros(0).allCloseSync(zeros(0))).toBe(true);
  });

  it("never calls different shapes or NaN equal", async () => {
    expect(equalSync(tensor([1]), tensor([[1]]))).toBe(false);
    expect(await x.equal(x)).toBe(false);
  });
});
