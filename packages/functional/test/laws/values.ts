import { type Tensor, type TensorData, tensor } from "@cotangent/core";
import { levels, root } from "@cotangent/core/extend";
import { expect } from "vitest";

export const f64 = (data: TensorData): Tensor => tensor(data, { dtype: "float64" });

const numbers = (x: Tensor | number | readonly number[]): readonly number[] =>
  typeof x === "number" ? [x] : "dataSync" in x ? [...(x.dataSync() as Float64Array)] : x;

/** Same elements, to 1e-11 of the largest one or of 1. */
export function expectClose(x: Tensor, want: Tensor | number | readonly number[], name = ""): void {
  const [a, b] = [numbers(x), numbers(want)];
  expect(a.length, name).toBe(b.length);
  const size = Math.max(1, ...b.map(Math.abs));
  const error = Math.max(0, ...b.map((v, i) => Math.abs(a[i]! - v) / size));
  expect(error, `${name}: ${a} instead of ${b}`).toBeLessThan(1e-11);
}

/** No transform is open, and the tape records. */
export function expectAtRest(): void {
  expect(levels).toEqual([root]);
  expect(root.recording).toBe(true);
}

/** The message of what f throws; levels and recording are as before. */
export function messageOf(f: () => unknown): string {
  let message = "nothing was thrown";
  try {
    f();
  } catch (error) {
    message = `${(error as Error).name}: ${(error as Error).message}`;
  }
  expectAtRest();
  return message;
}
