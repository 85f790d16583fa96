import { ShapeError } from "./errors.ts";

/** Sizes by dim. */
export type Shape = readonly number[];
/** A list of dims, or one of them. */
export type Dims = number | readonly number[];

/** The number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  let n = 1;
  for (let i = 0; i < shape.length; i++) n *= shape[i]!;
  return n;
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): readonly number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i]!;
  }
  return strides;
}

/** Whether two shapes are equal. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** A shape as messages show it: `[2, 3]`. */
export const showShape = (shape: Shape): string => `[${shape.join(", ")}]`;

/** True when elements lie in row-major order without gaps. */
export function isContiguous(shape: Shape, strides: readonly number[]): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const n = shape[i]!;
    if (n === 0) return true;
    if (n !== 1 && strides[i] !== step) return false;
    step *= n;
  }
  return true;
}

/** The common shape of both, aligned at the end, where sizes of 1 grow. */
export function broadcastShapes(who: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let i = 0; i < rank; i++) {
    const p = a[a.length - rank + i] ?? 1;
    const q = b[b.length - rank + i] ?? 1;
    if (p !== q && p !== 1 && q !== 1)
      throw new ShapeError(
        `${who}: shapes ${showShape(a)} and ${showShape(b)} do not broadcast; ` +
          `aligned at the end, sizes must be equal or 1`,
      );
    out[i] = p === 1 ? q : p;
  }
  return out;
}

/** How many dims, in words. */
export const countDims = (rank: number): string => (rank === 1 ? "1 dim" : `${rank} dims`);

function dimProblem(dim: unknown, rank: number): string {
  if (dim === undefined) return "is missing";
  if (typeof dim !== "number") return "is no number";
  if (!Number.isInteger(dim)) return `${dim} is not an integer`;
  return `${dim} is out of range for a tensor with ${countDims(rank)}`;
}

/** A dim of 0 … rank − 1; negative ones count from the end. A 0-d tensor has dims 0 and −1, as in PyTorch. */
export function checkDim(who: string, dim: number, rank: number, name = "dim"): number {
  const bound = Math.max(rank, 1);
  if (!Number.isInteger(dim) || dim < -bound || dim >= bound)
    throw new ShapeError(
      `${who}: ${name} ${dimProblem(dim, rank)}; use an integer from ${-bound} to ${bound - 1}`,
    );
  return dim < 0 ? dim + bound : dim;
}

/** Every dim when none is named; each once, in ascending order. */
export function checkDims(who: string, dims: Dims | undefined, rank: number): readonly number[] {
  if (dims === undefined) return Array.from({ length: rank }, (_, i) => i);
  const list = (typeof dims === "number" ? [dims] : dims).map((d) => checkDim(who, d, rank));
  const sorted = [...list].sort((a, b) => a - b);
  for (let i = 1; i < sorted.length; i++)
    if (sorted[i] === sorted[i - 1])
      throw new ShapeError(
        `${who}: dim ${sorted[i]} appears twice in [${String(dims)}]; name it once`,
      );
  return rank === 0 ? [] : sorted;
}

/** A shape given by the user: one size or a list of sizes. */
export function checkShape(who: string, shape: Dims): Shape {
  const list = typeof shape === "number" ? [shape] : shape;
  if (!Array.isArray(list))
    throw new ShapeError(`${who}: the shape is ${String(shape)}; pass a size or an array of sizes`);
  for (const n of list as readonly number[])
    if (!Number.isInteger(n) || n < 0)
      throw new ShapeError(
        `${who}: size ${String(n)} in shape ${showShape(list as Shape)}; sizes are integers ≥ 0`,
      );
  return [...(list as Shape)];
}
