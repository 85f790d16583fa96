import { describe } from "./align.ts";
import { type DType, dtypes, getDefaultDtype, type HostArray } from "./dtype.ts";
import { ArgumentError, ShapeError } from "./errors.ts";
import { dataSync } from "./read.ts";
import { type Shape, showShape, sizeOf } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Numbers or booleans in nested arrays. */
export type Nested = number | boolean | readonly Nested[];

/** Row-major elements as nested arrays. */
export function arrayOf(data: HostArray, shape: Shape, dtype: DType): Nested {
  const one = (i: number): number | boolean => (dtype === "bool" ? data[i] === 1 : data[i]!);
  const build = (axis: number, start: number, size: number): Nested => {
    if (axis === shape.length) return one(start);
    const n = shape[axis]!;
    const step = n === 0 ? 0 : size / n;
    return Array.from({ length: n }, (_, i) => build(axis + 1, start + i * step, step));
  };
  return build(0, 0, sizeOf(shape));
}

/** The only element of a tensor. */
export function item(x: Tensor): number | boolean {
  if (x.size !== 1)
    throw new ShapeError(
      `item: a tensor of shape ${showShape(x.shape)} has ${x.size} elements; use arraySync() or dataSync()`,
    );
  const value = dataSync(x, "item")[0]!;
  return x.dtype === "bool" ? value === 1 : value;
}

/** Shape and elements of nested arrays; ragged ones are an error. */
export function flattenNested(
  who: string,
  data: Nested,
): { shape: Shape; values: (number | boolean)[] } {
  const shape: number[] = [];
  for (let level: Nested = data; Array.isArray(level); level = (level as readonly Nested[])[0]!) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  const values: (number | boolean)[] = [];
  const visit = (node: Nested, depth: number, path: string): void => {
    if (depth === shape.length) {
      if (typeof node !== "number" && typeof node !== "boolean") throw bad(who, node, path);
      values.push(node);
      return;
    }
    if (!Array.isArray(node) || node.length !== shape[depth])
      throw new ShapeError(
        `${who}: the nested arrays are ragged: data${path} should have ${shape[depth]} elements; ` +
          `make all rows equally long`,
      );
    (node as readonly Nested[]).forEach((child, i) => visit(child, depth + 1, `${path}[${i}]`));
  };
  visit(data, 0, "");
  return { shape, values };
}

const bad = (who: string, value: unknown, path: string): Error =>
  Array.isArray(value)
    ? new ShapeError(
        `${who}: the nested arrays are ragged at data${path}; make all rows equally long`,
      )
    : new ArgumentError(`${who}: data${path} is ${describe(value)}; pass numbers or booleans`);

/** The dtype of JavaScript values: bool of booleans, else the default. */
export const dtypeOf = (values: readonly (number | boolean)[]): DType =>
  values.length > 0 && values.every((v) => typeof v === "boolean") ? "bool" : getDefaultDtype();

/** One number of the user's, as a dtype holds it. */
export function held(who: string, value: number | boolean, dtype: DType): number {
  if (typeof value === "number" || typeof value === "boolean")
    return hostArray(who, [value], dtype)[0]!;
  throw new ArgumentError(`${who}: the value is ${describe(value)}; pass a number or a boolean`);
}

/** Elements as memory of a dtype. Values that an integer cannot hold are an error. */
export function hostArray(
  who: string,
  values: ArrayLike<number | boolean | bigint>,
  dtype: DType,
): HostArray {
  const out = new dtypes[dtype].array(values.length);
  const { kind } = dtypes[dtype];
  for (let i = 0; i < values.length; i++) {
    const v = Number(values[i]);
    out[i] = kind === "bool" ? (v !== 0 ? 1 : 0) : v;
    if (kind === "int" && out[i] !== v)
      throw new ArgumentError(
        `${who}: element ${i} is ${String(values[i])}, which ${dtype} cannot hold; ` +
          `use integers from −2³¹ to 2³¹ − 1, or another dtype`,
      );
  }
  return out;
}
