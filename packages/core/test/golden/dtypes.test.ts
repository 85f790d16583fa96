import { describe, expect, it } from "vitest";
import { CotangentError, type DType, eye, ones, type Tensor } from "../../src/index.ts";
import { call, readGolden } from "./golden.ts";

/** "error": the dtypes are refused; null: PyTorch has no answer. */
type Result = DType | "error" | null;

interface Golden {
  readonly kinds: readonly { readonly dtype: DType; readonly shape: readonly number[] }[];
  readonly binary: readonly { fn: string; args: readonly unknown[]; results: Result[][] }[];
  readonly unary: readonly {
    fn: string;
    args: readonly unknown[];
    results: Record<DType, Result>;
  }[];
  readonly numbers: readonly { fn: string; number: number; results: Record<DType, Result> }[];
}

const golden = readGolden<Golden>(new URL("dtypes.json", import.meta.url));
const square = new Set(["trace", "cholesky", "inv", "det", "slogdet"]);

describe("the dtype of two tensors' result", () => {
  it.each(golden.binary)("$fn", ({ fn, args, results }) => {
    const wrong: string[] = [];
    golden.kinds.forEach((left, i) => {
      golden.kinds.forEach((right, j) => {
        const inputs = [left, right].map(({ dtype, shape }) => ones(shape, { dtype }));
        const text = `${fn}(${left.dtype}[${left.shape}], ${right.dtype}[${right.shape}])`;
        wrong.push(...mismatch(text, results[i]![j]!, () => call({ fn, args }, inputs)));
      });
    });
    expect(wrong, wrong.join("\n")).toEqual([]);
  });
});

describe("the dtype of one tensor's result", () => {
  it.each(golden.unary)("$fn", ({ fn, args, results }) => {
    const wrong = entries(results).flatMap(([dtype, expected]) => {
      const input = square.has(fn) ? eye(2, { dtype }) : ones([2], { dtype });
      return mismatch(`${fn}(${dtype})`, expected, () => call({ fn, args }, [input]));
    });
    expect(wrong, wrong.join("\n")).toEqual([]);
  });
});

describe("a number takes the dtype of the tensor beside it", () => {
  it.each(golden.numbers)("$fn $number", ({ fn, number, results }) => {
    const wrong = entries(results).flatMap(([dtype, expected]) => {
      const args = [{ $: 0 }, number];
      return mismatch(`${fn}(${dtype}, ${number})`, expected, () =>
        call({ fn, args }, [ones([2], { dtype })]),
      );
    });
    expect(wrong, wrong.join("\n")).toEqual([]);
  });
});

const entries = (results: Record<DType, Result>): [DType, Result][] =>
  Object.entries(results) as [DType, Result][];

function mismatch(
  text: string,
  expected: Result,
  run: () => readonly (Tensor | boolean)[],
): string[] {
  if (expected === null) return [];
  const actual = outcome(run);
  return actual === expected ? [] : [`${text} is ${actual} instead of ${expected}`];
}

function outcome(run: () => readonly (Tensor | boolean)[]): string {
  try {
    return (run()[0] as Tensor).dtype;
  } catch (error) {
    return error instanceof CotangentError ? "error" : String(error);
  }
}
