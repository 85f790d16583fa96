import fc from "fast-check";
import { type DType, dtypes, type HostArray } from "../../src/dtype.ts";
import { referenceBackend } from "../../src/reference/backend.ts";
import type { Shape } from "../../src/shape.ts";
import { type Buffer, denseView, View } from "../../src/view.ts";

export const backend = referenceBackend();

const upload = (dtype: DType, values: readonly number[]): Buffer => {
  const data = new dtypes[dtype].array(values.length);
  values.forEach((x, i) => (data[i] = x));
  return backend.upload(data, dtype);
};

export const dense = (dtype: DType, shape: Shape, values: readonly number[]): View =>
  denseView(dtype, "cpu", shape, upload(dtype, values));

export const read = (buffer: Buffer, dtype: DType, shape: Shape): number[] =>
  Array.from(backend.downloadSync!(denseView(dtype, "cpu", shape, buffer)));

/** The element of a view at a place, by the definition of strides. */
export function at(view: View, place: readonly number[]): number {
  if (view.buffer === null) return view.fill;
  const { data } = view.buffer as Buffer & { readonly data: HostArray };
  return data[place.reduce((sum, i, axis) => sum + i * view.strides[axis]!, view.offset)]!;
}

/** Every place of a shape, row-major. */
export function places(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (heads, n) => heads.flatMap((head) => Array.from({ length: n }, (_, i) => [...head, i])),
    [[]],
  );
}

export const replaced = (place: readonly number[], axis: number, i: number): number[] =>
  place.map((old, k) => (k === axis ? i : old));

/** What an element of a dtype may be: special values too, and integers that overflow. */
const element = (dtype: DType): fc.Arbitrary<number> =>
  dtype === "bool"
    ? fc.nat(1)
    : dtype === "int32"
      ? fc.oneof(fc.integer({ min: -9, max: 9 }), fc.integer())
      : fc.oneof(
          fc.integer({ min: -9, max: 9 }),
          fc.double({ min: -100, max: 100, noNaN: true }),
          fc.constantFrom(NaN, Infinity, -Infinity, -0),
        );

const stride = fc.integer({ min: -7, max: 7 });

/** A window of random strides, negative and 0 ones too, at an offset. */
export const viewOf = (
  dtype: DType,
  shape: Shape,
  values: fc.Arbitrary<number> = element(dtype),
): fc.Arbitrary<View> =>
  fc.boolean().chain((isDense) => {
    const size = shape.reduce((x, y) => x * y, 1);
    if (isDense)
      return fc
        .array(values, { minLength: size, maxLength: size })
        .map((list) => dense(dtype, shape, list));
    return fc
      .tuple(fc.array(stride, { minLength: shape.length, maxLength: shape.length }), fc.nat(3))
      .chain(([strides, gap]) => {
        const reach = shape.map((n, i) => strides[i]! * Math.max(n - 1, 0));
        const offset = gap - reach.reduce((sum, r) => sum + Math.min(r, 0), 0);
        const length = 1 + gap + reach.reduce((sum, r) => sum + Math.abs(r), 0);
        return fc
          .array(values, { minLength: length, maxLength: length })
          .map((list) => new View(dtype, "cpu", shape, strides, offset, upload(dtype, list), 0));
      });
  });

export const anyDtype: fc.Arbitrary<DType> = fc.constantFrom("float32", "float64", "int32", "bool");
export const numeric: fc.Arbitrary<DType> = fc.constantFrom("float32", "float64", "int32");

export const shapes = (minLength = 0): fc.Arbitrary<number[]> =>
  fc.array(fc.nat(4), { minLength, maxLength: 4 });

/** Rounds or wraps as a dtype does. */
export function held(dtype: DType, x: number): number {
  const [value] = new dtypes[dtype].array(1).fill(x);
  return value!;
}
