import { type Shape, sizeOf, stridesOf, View } from "@cotangent/core/extend";

/** Elements of a body that are computed at a time, so that they are folded before they leave the cache. */
export const CHUNK: number = 1 << 16;

/** A part of a shape: where it begins in it, and where its results go. */
export interface Chunk {
  readonly start: readonly number[];
  readonly shape: Shape;
  /** Which of the results of one place it is, and its place. */
  readonly part: number;
  readonly place: number;
}

/** The axis along which chunks are cut, and how much of it each has. */
function cutOf(shape: Shape): { axis: number; length: number } {
  let inner = 1;
  let axis = shape.length;
  while (axis > 0 && inner * shape[axis - 1]! <= CHUNK) inner *= shape[--axis]!;
  return axis === 0
    ? { axis: 0, length: shape[0] ?? 1 }
    : { axis: axis - 1, length: Math.max(1, Math.floor(CHUNK / inner)) };
}

/** Strides of the axes that are in `chosen`, row-major among themselves; 0 for the others. */
function stridesAmong(shape: Shape, chosen: (axis: number) => boolean): number[] {
  const strides = stridesOf(shape.map((n, i) => (chosen(i) ? n : 1)));
  return strides.map((step, i) => (chosen(i) ? step : 0));
}

/** Cuts a shape, row by row along its outer axes; `parts` is how many results there are of each place. */
export function chunksOf(
  shape: Shape,
  axes: readonly number[],
): { readonly chunks: readonly Chunk[]; readonly parts: number } {
  const { axis, length } = cutOf(shape);
  const counts = shape.map((n, i) => (i < axis ? n : i === axis ? Math.ceil(n / length) : 1));
  const isFolded = (i: number): boolean => axes.includes(i);
  const parts = stridesAmong(counts, isFolded);
  const places = stridesAmong(shape, (i) => !isFolded(i));
  const chunks: Chunk[] = [];
  const start = shape.map(() => 0);
  for (let k = 0; k < sizeOf(counts); k++) {
    const size = shape.map((n, i) =>
      i < axis ? 1 : i > axis ? n : Math.min(length, n - start[i]!),
    );
    const numbers = start.map((x, i) => (i === axis ? x / length : x));
    chunks.push({
      start: [...start],
      shape: size,
      part: dot(numbers, parts),
      place: dot(start, places),
    });
    advance(start, shape, axis, length);
  }
  return { chunks, parts: sizeOf(counts.filter((_, i) => isFolded(i))) };
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The start of the next chunk. */
function advance(start: number[], shape: Shape, axis: number, length: number): void {
  start[axis]! += length;
  for (let i = axis; i > 0 && start[i]! >= shape[i]!; i--) {
    start[i] = 0;
    start[i - 1]!++;
  }
}

/** The part of a view that a chunk is about; a number stays itself. */
export function windowOf(view: View, { start, shape }: Chunk): View {
  const { dtype, device, strides, offset, buffer, fill } = view;
  if (buffer === null) return view;
  return new View(dtype, device, shape, strides, offset + dot(start, strides), buffer, fill);
}
