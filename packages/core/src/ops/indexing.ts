import { checkTensor, describe, fill, type Operand } from "../align.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { held } from "../nested.ts";
import { checkOptions } from "../options.ts";
import { broadcastShapes, countDims, type Shape, sameShape, showShape, sizeOf } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { add, mul } from "./arithmetic.ts";
import { checkSame, gatherOn, iota, rowsOn, scatterOn, wrapIndex } from "./gathering.ts";
import { indexOf, placesByDim } from "./masking.ts";
import { checkPlace } from "./shaping.ts";
import { expandTo, permuteOp, reshapeTo, sliceOp } from "./views.ts";

/** A range of a dim, made by `slice`. */
export class Slice {
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly step: number;
  constructor(start: number | undefined, end: number | undefined, step: number) {
    this.start = start;
    this.end = end;
    this.step = step;
  }
}

/**
 * A range of a dim for `index`, as start:end:step in Python: negative ends count from the end, and what
 * lies outside is left out. A negative step walks backwards.
 *
 * @throws ArgumentError unless the numbers are integers and step is not 0.
 * @example x.index(slice(1, -1)); // without the first and the last
 */
export function slice(start?: number, end?: number, step = 1): Slice {
  for (const n of [start, end, step])
    if (n !== undefined && !Number.isInteger(n))
      throw new ArgumentError(`slice: ${String(n)} is not an integer; pass integers`);
  if (step === 0)
    throw new ArgumentError("slice: the step is 0; pass a positive or a negative one");
  return new Slice(start, end, step);
}

/**
 * What stands between brackets in PyTorch: a place, a range, `null` for a new dim, `"..."` for all dims that
 * nothing else names, places (int32), or a mask (bool) over as many dims as it has.
 */
export type IndexSpec = number | Slice | null | "..." | Tensor | readonly number[];

interface Range {
  readonly start: number;
  readonly step: number;
  readonly size: number;
}

/** Python's rule for what a slice names of n elements. */
function rangeOf({ start, end, step }: Slice, n: number): Range {
  const [low, high] = step > 0 ? [0, n] : [-1, n - 1];
  const place = (i: number): number => Math.min(Math.max(i < 0 ? i + n : i, low), high);
  const from = start === undefined ? (step > 0 ? low : high) : place(start);
  const to = end === undefined ? (step > 0 ? high : low) : place(end);
  const size = Math.max(0, Math.ceil((to - from) / step));
  return { start: size === 0 ? 0 : from, step, size };
}

const ALL = new Slice(undefined, undefined, 1);

/** How many dims a spec uses up. */
function dimsOf(who: string, spec: IndexSpec): number {
  if (spec === null || spec === "...") return 0;
  if (typeof spec === "number" || spec instanceof Slice || Array.isArray(spec)) return 1;
  if (spec instanceof Tensor) {
    if (spec.dtype === "int32") return 1;
    if (spec.dtype === "bool") return spec.ndim;
    throw new DTypeError(`${who}: an index is ${spec.dtype}; pass an int32 or a bool tensor`);
  }
  throw new ArgumentError(
    `${who}: an index is ${describe(spec)}; pass a number, slice(), null, "...", an int32 or bool ` +
      `tensor, or an array of numbers`,
  );
}

/** One spec for each dim, and null for new ones. */
function complete(who: string, x: Tensor, specs: readonly IndexSpec[]): readonly IndexSpec[] {
  const used = specs.reduce<number>((n, spec) => n + dimsOf(who, spec), 0);
  if (used > x.ndim)
    throw new ShapeError(
      `${who}: ${used} dims are indexed of a tensor of shape ${showShape(x.shape)}; ` +
        `it has ${countDims(x.ndim)}`,
    );
  const rest = new Array<Slice>(x.ndim - used).fill(ALL);
  const at = specs.indexOf("...");
  if (at < 0) return [...specs, ...rest];
  if (specs.includes("...", at + 1))
    throw new ArgumentError(`${who}: "..." appears twice; it can stand for one run of dims`);
  return [...specs.slice(0, at), ...rest, ...specs.slice(at + 1)];
}

interface Chosen {
  /** Of the dims after slicing. */
  readonly axis: number;
  /** Not negative, unless out of range. */
  readonly index: Tensor;
}

interface Plan {
  readonly ranges: readonly Range[];
  /** After slicing, without dims that a number took and with new ones. */
  readonly shape: Shape;
  readonly chosen: readonly Chosen[];
}

/** The index tensors that an array, a tensor of places or a mask stands for. */
function indicesOf(who: string, spec: Tensor | readonly number[], x: Tensor, dim: number) {
  if (!(spec instanceof Tensor)) return [indexOf(who, spec, x)];
  if (spec.dtype === "int32") return [spec];
  const under = x.shape.slice(dim, dim + spec.ndim);
  const mask = spec.ndim === 0 ? reshapeTo(spec, [1]) : spec;
  if (sameShape(spec.shape, under)) return placesByDim(who, mask);
  throw new ShapeError(
    `${who}: a mask of shape ${showShape(spec.shape)} stands over dims of sizes ` +
      `${showShape(under)}; they must be equal`,
  );
}

function planOf(who: string, x: Tensor, specs: readonly IndexSpec[]): Plan {
  const ranges: Range[] = [];
  const shape: number[] = [];
  const chosen: Chosen[] = [];
  for (const spec of complete(who, x, specs)) {
    const dim = ranges.length;
    const n = x.shape[dim] ?? 1;
    if (spec === null) shape.push(1);
    else if (typeof spec === "number")
      ranges.push({ start: checkPlace(who, spec, dim, n), step: 1, size: 1 });
    else if (spec instanceof Slice) {
      const range = rangeOf(spec, n);
      ranges.push(range);
      shape.push(range.size);
    } else {
      const isNew = dimsOf(who, spec) === 0;
      for (const index of indicesOf(who, spec as Tensor | readonly number[], x, dim)) {
        const size = isNew ? 1 : x.shape[ranges.length]!;
        chosen.push({ axis: shape.length, index: wrapIndex(index, size) });
        if (!isNew) ranges.push({ start: 0, step: 1, size });
        shape.push(size);
      }
    }
  }
  return { ranges, shape, chosen };
}

function sliced(x: Tensor, { ranges, shape }: Plan): Tensor {
  const whole = ranges.every((r, d) => r.start === 0 && r.step === 1 && r.size === x.shape[d]);
  const window = {
    starts: ranges.map((r) => r.start),
    steps: ranges.map((r) => r.step),
    sizes: ranges.map((r) => r.size),
  };
  return reshapeTo(whole ? x : sliceOp(x, window), shape);
}

/** An index that was looked up among the numbers of its dim: one that is out of range is an error. */
const bounded = (who: string, index: Tensor, n: number): Tensor =>
  reshapeTo(gatherOn(iota(n, index.device), reshapeTo(index, [index.size]), 0, who), index.shape);

/** One index into the joined dims. */
function flatIndex(who: string, x: Tensor, chosen: readonly Chosen[], shape: Shape): Tensor {
  if (chosen.length === 1) return chosen[0]!.index;
  return chosen
    .map(({ axis, index }) => {
      const n = x.shape[axis]!;
      return { n, at: expandTo(bounded(who, index, n), shape) };
    })
    .reduce((a, b) => ({ n: a.n * b.n, at: add(mul(a.at, b.n), b.at) })).at;
}

/** Chosen dims become one, and then the dims of the indices: where they were if they are neighbours, else in front. */
function choose(who: string, x: Tensor, chosen: readonly Chosen[]): Tensor {
  const axes = chosen.map((c) => c.axis);
  const shape = chosen.reduce<Shape>((s, c) => broadcastShapes(who, s, c.index.shape), []);
  const first = axes[0]!;
  const front = axes.at(-1)! - first === axes.length - 1 ? first : 0;
  const others = x.shape.flatMap((_, d) => (axes.includes(d) ? [] : [d]));
  const order = [...others.slice(0, front), ...axes, ...others.slice(front)];
  const sizes = others.map((d) => x.shape[d]!);
  const joined = axes.reduce((n, d) => n * x.shape[d]!, 1);
  const moved = order.every((d, i) => d === i) ? x : permuteOp(x, order);
  const lines = reshapeTo(moved, [...sizes.slice(0, front), joined, ...sizes.slice(front)]);
  const at = flatIndex(who, x, chosen, shape);
  const out = rowsOn(lines, reshapeTo(at, [sizeOf(shape)]), front, who);
  return reshapeTo(out, [...sizes.slice(0, front), ...shape, ...sizes.slice(front)]);
}

/** A 0-d index takes its dim away, as a number does. */
const pick = (who: string, x: Tensor, { axis, index }: Chosen): Tensor =>
  reshapeTo(
    rowsOn(x, index, axis, who),
    x.shape.filter((_, d) => d !== axis),
  );

function take(who: string, x: Tensor, specs: readonly IndexSpec[]): Tensor {
  const plan = planOf(who, checkTensor(who, x), specs);
  const numbers = plan.chosen.filter((c) => c.index.ndim === 0);
  const y = numbers.reduceRight((z, c) => pick(who, z, c), sliced(x, plan));
  const lists = plan.chosen
    .filter((c) => c.index.ndim > 0)
    .map((c) => ({ ...c, axis: c.axis - numbers.filter((n) => n.axis < c.axis).length }));
  return lists.length === 0 ? y : choose(who, y, lists);
}

/**
 * What PyTorch's brackets give: `x[0, 1:, None, mask]` is `x.index(0, slice(1), null, mask)`. Numbers, slices
 * and new dims make a view. Several index tensors broadcast; the dims of their common shape stand where the
 * indexed dims were if those are neighbours, else in front.
 *
 * @throws ArgumentError for an index out of range, ShapeError for too many dims, DTypeError for other tensors,
 * GradError for a batched mask.
 * @example tensor([[1, 2], [3, 4]]).index(slice(), [1, 0]); // [[2, 1], [4, 3]]
 */
export const index = (x: Tensor, ...specs: IndexSpec[]): Tensor => take("index", x, specs);

/** Options of `indexPut`. */
export interface IndexPutOptions {
  /** Add to what is there, also several times at one place. Default: false. */
  readonly accumulate?: boolean;
}

/**
 * A copy of x with `values` (broadcast) written where `x.index(...specs)` reads; of several values for one
 * place the last stays. Differentiable in both.
 *
 * @throws as `index`; DTypeError unless values have the dtype of x.
 * @example zeros(3).indexPut([[0, 2]], tensor([5, 6])); // [5, 0, 6]
 */
export function indexPut(
  x: Tensor,
  specs: readonly IndexSpec[],
  values: Operand,
  options?: IndexPutOptions,
): Tensor {
  const who = "indexPut";
  checkOptions(who, options, ["accumulate"]);
  if (!Array.isArray(specs))
    throw new ArgumentError(
      `${who}: the index is ${describe(specs)}; pass an array of what index takes, such as [0]`,
    );
  const { size, shape, dtype, device } = checkTensor(who, x);
  const mode = options?.accumulate === true ? "add" : "write";
  const places = take(who, reshapeTo(iota(size, device), shape), specs);
  const updates =
    typeof values === "number" || typeof values === "boolean"
      ? fill(held(who, values, dtype), [], dtype, device)
      : checkTensor(who, values, "values");
  checkSame(who, x, updates, "values");
  if (!sameShape(broadcastShapes(who, updates.shape, places.shape), places.shape))
    throw new ShapeError(
      `${who}: values have shape ${showShape(updates.shape)}, the indexed part ` +
        `${showShape(places.shape)}; values must broadcast to it`,
    );
  const flat = (y: Tensor): Tensor => reshapeTo(expandTo(y, places.shape), [places.size]);
  const out = scatterOn(reshapeTo(x, [size]), flat(places), flat(updates), { who, axis: 0, mode });
  return reshapeTo(out, shape);
}
