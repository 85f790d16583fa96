import { describe, expect, it } from "vitest";
import { cast, constant, type Expr, input } from "../src/expr.ts";
import { below, elementBits, normal, philox, uniform, type Words } from "../src/philox.ts";
import { fillView } from "../src/view.ts";
import { backend, dense, read } from "./reference/views.ts";

const word = (i: number): Expr => input(i, "int32");
const number = (x: number) => fillView("int32", "cpu", [], x | 0);

/** Evaluates for `n` elements with the low and high words of a seed and an offset. */
function sample(
  make: (words: Words) => Expr,
  n: number,
  { seed = [1, 2], offset = [0, 0] }: { seed?: number[]; offset?: number[] } = {},
): number[] {
  const body = make(elementBits([word(0), word(1)], [word(2), word(3)]));
  const [out] = backend.elementwise([body], [...seed, ...offset].map(number), [n]);
  return read(out!, body.type as "float32", [n]);
}

const bits = (words: Words): Expr => cast(words[0], "float64");
const moment = (list: number[], k: number): number =>
  list.reduce((sum, x) => sum + x ** k, 0) / list.length;

describe("philox", () => {
  // Known answers of Random123 1.14: counter, key, words.
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])("gives the known answer for the counter %j", (counter, key, expected) => {
    const unsigned = (i: number): Expr => cast(word(i), "uint32");
    const words = philox(
      [unsigned(0), unsigned(1), unsigned(2), unsigned(3)],
      [unsigned(4), unsigned(5)],
    );

    const outs = backend.elementwise(
      words.map((w) => cast(w, "float64")),
      [...counter, ...key].map((w) => dense("int32", [1], [w])),
      [1],
    );

    expect(outs.map((out) => read(out, "float64", [1])[0])).toEqual(expected);
  });
});

describe("elementBits", () => {
  it("depends on the seed and offset + element number alone", () => {
    const whole = sample(bits, 20);

    expect(sample(bits, 12, { offset: [8, 0] })).toEqual(whole.slice(8));
    expect(sample(bits, 20, { seed: [1, 3] })).not.toEqual(whole);
    expect(new Set(whole).size).toBe(20);
  });

  it("carries into the high word of the offset", () => {
    const across = sample(bits, 6, { offset: [0xfffffffd, 4] });

    expect(across.slice(3)).toEqual(sample(bits, 3, { offset: [0, 5] }));
    expect(across.slice(0, 3)).toEqual(sample(bits, 3, { offset: [0xfffffffd, 4] }));
  });
});

describe("uniform", () => {
  it.each(["float32", "float64"] as const)("fills [0, 1) evenly in %s", (dtype) => {
    const list = sample(([a, b]) => uniform(dtype, a, b), 40_000);

    expect(Math.min(...list)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...list)).toBeLessThan(1);
    expect(Math.abs(moment(list, 1) - 1 / 2)).toBeLessThan(0.005);
    expect(Math.abs(moment(list, 2) - 1 / 3)).toBeLessThan(0.005);
  });

  it("takes the upper 24 bits, or 53 of two words", () => {
    const full = constant(0xffffffff, "uint32");
    const last = (dtype: "float32" | "float64"): number =>
      read(backend.elementwise([uniform(dtype, full, full)], [], [1])[0]!, dtype, [1])[0]!;

    expect(last("float32")).toBe(1 - 2 ** -24);
    expect(last("float64")).toBe(1 - 2 ** -53);
  });
});

describe("normal", () => {
  it.each(["float32", "float64"] as const)("has the moments of the bell curve in %s", (dtype) => {
    const list = sample((words) => normal(dtype, words), 40_000);

    expect(list.every(Number.isFinite)).toBe(true);
    expect(Math.abs(moment(list, 1))).toBeLessThan(0.02);
    expect(Math.abs(moment(list, 2) - 1)).toBeLessThan(0.03);
    expect(Math.abs(moment(list, 3))).toBeLessThan(0.06);
    expect(Math.abs(moment(list, 4) - 3)).toBeLessThan(0.15);
  });
});

describe("below", () => {
  it("gives every integer under the bound about as often", () => {
    const list = sample((w) => cast(below(w, constant(6, "uint32")), "int32"), 60_000);

    const counts = Array.from({ length: 6 }, (_, i) => list.filter((x) => x === i).length);
    expect(counts.reduce((x, y) => x + y)).toBe(60_000);
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });
});
