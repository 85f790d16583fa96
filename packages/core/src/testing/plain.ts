import { type Shape, stridesOf } from "../shape.ts";

/** Row-major numbers with a shape: what the plain loops of a case read and make. */
export class Plain {
  readonly shape: Shape;
  readonly data: readonly number[];
  constructor(shape: Shape, data: readonly number[]) {
    this.shape = shape;
    this.data = data;
  }
  /** The element at a place. */
  at(...place: number[]): number {
    const strides = stridesOf(this.shape);
    return this.data[place.reduce((sum, i, axis) => sum + i * strides[axis]!, 0)]!;
  }
}

/** Every place of a shape, row-major. */
export function places(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (heads, n) => heads.flatMap((head) => Array.from({ length: n }, (_, i) => [...head, i])),
    [[]],
  );
}

/** An array by its elements. */
export const loop = (shape: Shape, element: (...place: number[]) => number): Plain =>
  new Plain(
    shape,
    places(shape).map((place) => element(...place)),
  );

/** The sum of `term` over 0 … n − 1. */
export function total(n: number, term: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += term(i);
  return sum;
}

/** NumPy's broadcasting: the element of x at a place of a larger shape. */
export const spreadAt = (x: Plain, place: readonly number[]): number =>
  x.at(...x.shape.map((n, i) => (n === 1 ? 0 : place[place.length - x.shape.length + i]!)));
