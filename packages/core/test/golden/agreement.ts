/** What counts as agreement with golden numbers. */
import type { Tensor } from "../../src/index.ts";
import { boundOf } from "./bounds.ts";
import {
  type Derivative,
  decodeNumber,
  type GoldenCase,
  type TensorRecord,
  type Value,
} from "./golden.ts";

export interface Agreement {
  /** Relative to the tensor's largest magnitude (at least 1), or to each element. */
  readonly bound: number;
  /** Magnitudes differ widely: each element counts, or this much where it is smaller. */
  readonly least?: number | undefined;
  readonly signedZeros?: boolean | undefined;
}

/** Formulas such as out · (1 − out) lose digits of small derivatives, PyTorch's too. */
const leastOf = (part: string): number => (part === "value" ? 1e-300 : 1e-4);

export const agreementOf = (
  { fn, args, each, signedZeros }: GoldenCase,
  part: string,
): Agreement => ({
  bound: boundOf(fn, args, part),
  least: each ? leastOf(part) : undefined,
  signedZeros: signedZeros && part === "value",
});

/** How `actual` differs from `expected`, in words; nothing when they agree. */
export function difference(
  name: string,
  actual: Value | undefined,
  expected: TensorRecord | boolean,
  agreement: Agreement,
): string[] {
  if (typeof expected === "boolean" || typeof actual !== "object") {
    return actual === expected ? [] : [`${name}: ${actual} instead of ${expected}`];
  }
  const kind = `${actual.dtype}[${actual.shape}]`;
  const expectedKind = `${expected.dtype}[${expected.shape}]`;
  if (kind !== expectedKind) return [`${name}: ${kind} instead of ${expectedKind}`];
  const values = Array.from(actual.dataSync(), Number);
  return shortened(name, elementDifferences(values, expected.data.map(decodeNumber), agreement));
}

function shortened(name: string, differences: readonly string[]): string[] {
  const shown = differences.slice(0, 4).map((text) => `${name}: ${text}`);
  return differences.length > 4 ? [...shown, `${name}: ${differences.length} differ`] : shown;
}

function elementDifferences(
  values: readonly number[],
  numbers: readonly number[],
  { bound, least, signedZeros }: Agreement,
): string[] {
  const largest = Math.max(1, ...numbers.filter(Number.isFinite).map(Math.abs));
  const agrees = (actual: number, expected: number): boolean => {
    if (actual === 0 && expected === 0) return !signedZeros || Object.is(actual, expected);
    if (Object.is(actual, expected)) return true;
    const magnitude = least === undefined ? largest : Math.max(least, Math.abs(expected));
    // The rounding of a zero is at most 1e-15
    const tolerance = Math.max(bound * magnitude, expected === 0 ? 1e-15 : 0);
    return Number.isFinite(expected) && Math.abs(actual - expected) <= tolerance;
  };
  return numbers.flatMap((number, i) =>
    agrees(values[i]!, number) ? [] : [`[${i}] is ${text(values[i]!)} instead of ${text(number)}`],
  );
}

const text = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

/** The differences of derivatives from the golden ones, each of its like's shape and dtype. */
export function derivativeDifferences(
  part: string,
  actual: readonly Tensor[],
  expected: readonly Derivative[],
  like: readonly Tensor[],
  agreement: Agreement,
): string[] {
  return like.flatMap(({ dtype, shape, size }, i) => {
    const data = expected[i] || Array<number>(size).fill(0);
    return difference(`${part} ${i}`, actual[i], { dtype, shape, data }, agreement);
  });
}
