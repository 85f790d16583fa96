import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  arange,
  diag,
  einsum,
  eye,
  matmul,
  ones,
  outer,
  tensor,
  tensordot,
  trace,
  tril,
  triu,
  zeros,
} from "../../src/index.ts";
import { loop, type Plain, places } from "../../src/testing/plain.ts";
import { check, same } from "./tensors.ts";

const SIZES: { readonly [label: string]: number } = { i: 2, j: 3, k: 1, l: 2 };
const word = (max: number) =>
  fc.array(fc.constantFrom(...Object.keys(SIZES)), { maxLength: max }).map((letters) => letters);

describe("einsum", () => {
  it("is a sum over products at every place", () =>
    fc.assert(
      fc.property(fc.array(word(3), { minLength: 1, maxLength: 3 }), fc.nat(), (terms, seed) => {
        const all = [...new Set(terms.flat())];
        const output = all.filter((_, i) => (seed >> i) & 1).sort(() => (seed % 3) - 1);
        const plains = terms.map((labels, t) => {
          const shape = labels.map((l) => SIZES[l]!);
          return loop(shape, (...place) => place.reduce((n, i) => n * 3 + i, t + 1));
        });
        const sums = new Map<string, number>();
        for (const place of places(all.map((l) => SIZES[l]!))) {
          const at = (labels: readonly string[]): number[] =>
            labels.map((l) => place[all.indexOf(l)]!);
          const product = plains.reduce((n, x, t) => n * x.at(...at(terms[t]!)), 1);
          const key = String(at(output));
          sums.set(key, (sums.get(key) ?? 0) + product);
        }
        const equation = `${terms.map((t) => t.join("")).join(",")}->${output.join("")}`;
        const inputs = plains.map((x) => tensor([...x.data], { shape: x.shape, dtype: "float64" }));
        const expected = loop(
          output.map((l) => SIZES[l]!),
          (...place) => sums.get(String(place))!,
        );
        same(einsum(equation, ...inputs), expected);
      }),
    ));

  it("broadcasts what an ellipsis covers, and orders an implied result", () => {
    expect(einsum("...i,...i->...", ones([4, 1, 3]), ones([5, 3])).shape).toEqual([4, 5]);
    expect(einsum("ba,b...", ones([2, 3]), ones([2, 5, 6])).shape).toEqual([5, 6, 3]);
    expect(einsum("ij,ij", ones([2, 3]), ones([2, 3])).item()).toBe(6);
    expect(einsum("ii", ones([3, 3])).item()).toBe(3);
  });

  it("says what is wrong", () => {
    const x = ones([2, 3]);
    expect(() => einsum("ij,jk", x)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: einsum: in "ij,jk" are subscripts for 2 operands, there are 1; write as "ij,jk->ik", with "..." for further dims]`,
    );
    expect(() => einsum("i", x)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: einsum: operand 0 has shape [2, 3] and subscripts "i"; give one letter for each dim]`,
    );
    expect(() => einsum("i1", x)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: einsum: in "i1" "1" is no letter; write as "ij,jk->ik", with "..." for further dims]`,
    );
    expect(() => einsum("ij->ik", x)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: einsum: in "ij->ik" the result names "k", which no operand has; write as "ij,jk->ik", with "..." for further dims]`,
    );
    expect(() => einsum("ij->ii", x)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: einsum: in "ij->ii" the result names "i" twice; write as "ij,jk->ik", with "..." for further dims]`,
    );
    expect(() => einsum("ij,ij", x, ones([3, 2]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: einsum: "i" has size 2 and size 3; dims of one name must be of one size]`,
    );
    expect(() => einsum("ii", x)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: einsum: "i" has size 2 and size 3; dims of one name must be of one size]`,
    );
  });
});

describe("tensordot", () => {
  it("contracts pairs of dims", () => {
    const [x, y] = [arange(24).reshape([2, 3, 4]), arange(24).reshape([4, 3, 2])];
    const expected = einsum("ijk,kjl->il", x, y).arraySync();
    expect(
      tensordot(x, y, [
        [1, 2],
        [1, 0],
      ]).arraySync(),
    ).toEqual(expected);
    expect(tensordot(x, y, 1).shape).toEqual([2, 3, 3, 2]);
  });

  it("says what is wrong", () => {
    const x = ones([2, 3]);
    expect(() => tensordot(x, x, 1)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: tensordot: dims [1] of shape [2, 3] and [0] of [2, 3]; name as many dims of equal sizes, each once]`,
    );
    expect(() => tensordot(x, x, 3)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: tensordot: dims is 3 for shapes [2, 3] and [2, 3]; use at most as many dims as each side has]`,
    );
  });
});

describe("matmul", () => {
  it("says what is wrong", () => {
    const x = ones([2, 3]);
    expect(() => matmul(x, x)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: matmul: inner sizes differ: [2, 3] @ [2, 3]; the last size of the left must equal the second to last of the right]`,
    );
    expect(() => matmul(x, ones(3, { dtype: "int32" }))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: matmul: the left side is float32 and the right int32; convert one with astype]`,
    );
    expect(() => outer(x, x)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: outer: shapes [2, 3] and [2, 3]; pass two vectors]`,
    );
  });
});

describe("triu and tril", () => {
  it("keep what is on one side of a diagonal", () =>
    check(({ x, plain }, pick) => {
      if (x.ndim < 2) return;
      const d = pick(7) - 3;
      const part = (inside: (above: number) => boolean): Plain =>
        loop(x.shape, (...at) => (inside(at.at(-1)! - at.at(-2)!) ? plain.at(...at) : 0));
      same(
        triu(x, d),
        part((above) => above >= d),
      );
      same(
        tril(x, d),
        part((above) => above <= d),
      );
    }));

  it("say what is wrong", () => {
    expect(() => triu(ones(2))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: triu: a tensor of shape [2] is not a matrix; it needs at least 2 dims]`,
    );
    expect(() => tril(eye(2), 0.5)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: tril: the diagonal is 0.5; pass an integer]`,
    );
  });
});

describe("diag and trace", () => {
  it("write, read and add up a diagonal", () => {
    expect(diag(tensor([1, 2]), -1).arraySync()).toEqual([
      [0, 0, 0],
      [1, 0, 0],
      [0, 2, 0],
    ]);
    expect(diag(arange(6).reshape([2, 3]), 1).arraySync()).toEqual([1, 5]);
    expect(trace(arange(6).reshape([2, 3])).item()).toBe(4);
    expect(() => diag(zeros([]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: diag: the input has shape []; pass a vector or a matrix]`,
    );
    expect(() => trace(zeros(2))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: trace: the input has shape [2]; pass a matrix]`,
    );
  });
});
