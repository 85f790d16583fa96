import { RandomGenerator, randn, type Tensor, type TensorData, tensor } from "@cotangent/core";
import { levels, root } from "@cotangent/core/extend";
import { afterEach, expect } from "vitest";

/** A function without its types, to be called wrongly. */
export type Loose = (...args: unknown[]) => unknown;
export const loose = (f: unknown): Loose => f as Loose;

export const f64 = (data: TensorData, requiresGrad = false): Tensor =>
  tensor(data, { dtype: "float64", requiresGrad });

/** The same float64 numbers on every run. */
export const random = (shape: number | readonly number[], seed: number): Tensor =>
  randn(shape, { dtype: "float64", generator: new RandomGenerator(seed) });

type Tree = unknown;

const isTensor = (x: Tree): x is Tensor => typeof x === "object" && x !== null && "spec" in x;
const entries = (x: object): readonly (readonly [string, unknown])[] => Object.entries(x);

/** Numbers in the place of tensors. */
export function numbers(tree: Tree): unknown {
  if (isTensor(tree)) return tree.arraySync();
  if (Array.isArray(tree)) return tree.map(numbers);
  return Object.fromEntries(entries(tree as object).map(([k, v]) => [k, numbers(v)]));
}

/** Shapes in the place of tensors: what a function returned, without its numbers. */
export function shapes(tree: Tree): unknown {
  if (isTensor(tree)) return tree.shape;
  if (Array.isArray(tree)) return tree.map(shapes);
  return Object.fromEntries(entries(tree as object).map(([k, v]) => [k, shapes(v)]));
}

function expectNear(a: Tensor, b: Tensor, tolerance: number): void {
  expect(a.dtype).toBe(b.dtype);
  const [x, y] = [a.dataSync(), b.dataSync()];
  const errors = Array.from(x, (v, i) =>
    v === y[i] ? 0 : Math.abs(v - y[i]!) / (1 + Math.abs(y[i]!)),
  );
  expect(Math.max(0, ...errors), `${a} instead of ${b}`).toBeLessThanOrEqual(tolerance);
}

/** Two trees of one structure, with the same shapes, dtypes and, but for rounding, numbers. */
export function expectClose(actual: Tree, expected: Tree, tolerance = 1e-12): void {
  expect(shapes(actual)).toEqual(shapes(expected));
  const pairs = (a: Tree, b: Tree): void => {
    if (isTensor(a) && isTensor(b)) expectNear(a, b, tolerance);
    else entries(a as object).forEach(([k, v]) => pairs(v, (b as Record<string, unknown>)[k]));
  };
  pairs(actual, expected);
}

/** Whatever a test throws, no transform stays open. */
export function expectUnwound(): void {
  expect(levels).toHaveLength(1);
  expect(root.recording).toBe(true);
}

export const checkAfterEach = (): void => afterEach(expectUnwound);
