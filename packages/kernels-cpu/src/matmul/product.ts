import type { View } from "@cotangent/core/extend";

/** A strided matrix in memory; strides in bytes. */
export interface Matrix {
  readonly at: number;
  readonly row: number;
  readonly column: number;
}

/** One matrix product: the addresses of left, right and result. */
export type Multiply = (a: number, b: number, c: number) => void;

/** What is to be multiplied, [m, k] by [k, n], for each index of the leading axes. */
export interface Product {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly left: Matrix;
  readonly right: Matrix;
  /** Sizes of the leading axes, and the strides of the sides along them, in elements. */
  readonly batch: readonly number[];
  readonly leftStrides: readonly number[];
  readonly rightStrides: readonly number[];
  /** Of an element. */
  readonly bytes: number;
}

const matrixOf = ({ strides, offset }: View, address: number, bytes: number): Matrix => ({
  at: address + offset * bytes,
  row: strides[strides.length - 2]! * bytes,
  column: strides[strides.length - 1]! * bytes,
});

/** Leading axes along which the right side stays become rows, where those of the left lie evenly. */
function withRows(product: Product): Product {
  const { leftStrides, rightStrides, bytes, batch } = product;
  let { m, left } = product;
  let lead = batch.length;
  for (; lead > 0; lead--) {
    const size = batch[lead - 1]!;
    const row = leftStrides[lead - 1]! * bytes;
    if (size > 1 && (rightStrides[lead - 1] !== 0 || (m > 1 && row !== m * left.row))) break;
    if (m === 1) left = { ...left, row };
    m *= size;
  }
  return { ...product, m, left, batch: batch.slice(0, lead) };
}

const none: readonly number[] = [];

const turned = ({ at, row, column }: Matrix): Matrix => ({ at, row: column, column: row });

/** The product of the transposes, in the other order: the transpose of the product. */
export const transposed = (product: Product): Product => ({
  ...product,
  m: product.n,
  n: product.m,
  left: turned(product.right),
  right: turned(product.left),
  leftStrides: product.rightStrides,
  rightStrides: product.leftStrides,
});

/** With a row on the left instead of a column on the right: the result has the same elements in the same order. */
const rowFirst = (product: Product): Product =>
  product.n === 1 && product.m > 1 ? transposed(product) : product;

/** Two views, whose buffers are at `a` and `b`, as a product; it has a column on the right only as 1 × 1. */
export function productOf(left: View, right: View, bytes: number, a: number, b: number): Product {
  const { shape } = left;
  const lead = shape.length - 2;
  const plain = {
    m: shape[lead]!,
    k: shape[lead + 1]!,
    n: right.shape[lead + 1]!,
    left: matrixOf(left, a, bytes),
    right: matrixOf(right, b, bytes),
    batch: lead === 0 ? none : shape.slice(0, lead),
    leftStrides: left.strides,
    rightStrides: right.strides,
    bytes,
  };
  if (lead === 0) return rowFirst(plain);
  const still = plain.n === 1 && plain.leftStrides[lead - 1] === 0;
  return rowFirst(withRows(still ? transposed(plain) : rowFirst(plain)));
}

/** Multiplies the matrices of each index of the leading axes, in row-major order, to `c` and behind it. */
export function eachPair(product: Product, c: number, multiply: Multiply): void {
  const { batch, leftStrides, rightStrides, left, right, bytes, m, n } = product;
  let out = c;
  const descend = (axis: number, a: number, b: number): void => {
    if (axis === batch.length) {
      multiply(a, b, out);
      out += m * n * bytes;
    } else
      for (let i = 0; i < batch[axis]!; i++) {
        const step = i * bytes;
        descend(axis + 1, a + step * leftStrides[axis]!, b + step * rightStrides[axis]!);
      }
  };
  descend(0, left.at, right.at);
}
