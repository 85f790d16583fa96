import type { DType } from "../dtype.ts";
import { data } from "../read.ts";
import { sameShape, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Plain } from "./plain.ts";

/** How far results may be apart, relative to 1 + their size, and how differences are taken. */
export interface Precision {
  /** Of one kernel from the plain loops. */
  readonly forward: number;
  /** Of two ways to the same numbers. */
  readonly agreement: number;
  /** Of a derivative from central differences with `step`. */
  readonly difference: number;
  readonly step: number;
}

const EXACT: Precision = { forward: 0, agreement: 0, difference: 0, step: 0 };
export const PRECISION: { readonly [D in DType]: Precision } = {
  float64: { forward: 1e-13, agreement: 1e-12, difference: 1e-7, step: 1e-5 },
  float32: { forward: 2e-6, agreement: 2e-5, difference: 1e-2, step: 5e-3 },
  int32: EXACT,
  bool: EXACT,
};

export async function read(x: Tensor): Promise<Plain> {
  return new Plain(x.shape, Array.from(await data(x)));
}

const apart = (a: number, b: number, tolerance: number): boolean =>
  !Object.is(a, b) && a !== b && !(Math.abs(a - b) <= tolerance * (1 + Math.abs(b)));

/** Throws where shapes differ, or numbers by more than the tolerance. */
export function close(what: string, actual: Plain, expected: Plain, tolerance: number): void {
  if (!sameShape(actual.shape, expected.shape))
    throw new Error(
      `${what}: the shape is ${showShape(actual.shape)} instead of ${showShape(expected.shape)}`,
    );
  expected.data.forEach((b, i) => {
    const a = actual.data[i]!;
    if (apart(a, b, tolerance))
      throw new Error(`${what}: element ${i} is ${a} instead of ${b} (tolerance ${tolerance})`);
  });
}

export function closeAll(
  what: string,
  actual: readonly Plain[],
  expected: readonly Plain[],
  tolerance: number,
): void {
  if (actual.length !== expected.length)
    throw new Error(`${what}: ${actual.length} results instead of ${expected.length}`);
  actual.forEach((a, k) => close(`${what}, result ${k}`, a, expected[k]!, tolerance));
}

export const readAll = (xs: readonly Tensor[]): Promise<readonly Plain[]> =>
  Promise.all(xs.map(read));
