import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grad, tensor, zeros } from "../../src/index.ts";

const lists = fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 20 });

function running(list: readonly number[], step: (a: number, b: number) => number, start: number) {
  let value = start;
  return list.map((x) => (value = step(value, x)));
}

describe("scans", () => {
  it("are those of a loop", () => {
    fc.assert(
      fc.property(lists, (list) => {
        const x = tensor(Float64Array.from([...list, ...list]), { shape: [2, list.length] });
        const sums = running(list, (a, b) => a + b, 0);
        const products = running(list, (a, b) => a * b, 1).map((v) => v + 0);

        expect(x.cumsum(1).arraySync()).toEqual([sums, sums]);
        expect(x.mT.cumsum(0).mT.arraySync()).toEqual([sums, sums]);
        expect(x.cumprod(-1).add(0).arraySync()).toEqual([products, products]);
      }),
    );
  });

  it("count int32 and bool in int32", () => {
    expect(tensor([true, true]).cumsum(0).arraySync()).toEqual([1, 2]);
    expect(tensor([true, true]).cumprod(0).dtype).toBe("int32");
  });

  it("leave a single number alone", () => {
    expect(tensor(3).cumsum(0).item()).toBe(3);
    expect(tensor(3).cumprod(-1).item()).toBe(3);
    expect(zeros([2, 0]).cumprod(1).shape).toEqual([2, 0]);
  });

  it("differentiate through zeros", () => {
    const x = tensor([2, 0, 3], { requiresGrad: true });

    expect(grad(x.cumprod(0).sum(), x).arraySync()).toEqual([1, 8, 0]);
    expect(grad(x.cumsum(0).sum(), x).arraySync()).toEqual([3, 2, 1]);
  });

  it("name a wrong dim", () => {
    expect(() => zeros(3).cumsum(1)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: cumsum: dim 1 is out of range for a tensor with 1 dim; use an integer from -1 to 0]`,
    );
  });
});
