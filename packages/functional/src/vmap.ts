import { ArgumentError, concat, GradError, ShapeError, Tensor } from "@cotangent/core";
import {
  checkOptions,
  checkSync,
  describe,
  freeOwned,
  handle,
  type Level,
  outsideFrames,
  type Randomness,
  rewinding,
  withLevel,
  wrapBatch,
} from "@cotangent/core/extend";
import { callable, transforming } from "./structure.ts";
import { checkRandomness, unbatch } from "./transform.ts";
import type { InDims, Like } from "./types.ts";

/** Options of `vmap`. */
export interface VmapOptions<A extends readonly unknown[] = readonly unknown[], R = unknown> {
  /** The batch axis of each argument: one for all, a list by argument, null for none, or structures of them. Default: 0. */
  readonly inDims?: number | { readonly [K in keyof A]: InDims<A[K]> };
  /** Where the batch axis of the results goes. Default: 0. */
  readonly outDims?: number | InDims<R>;
  /** What random numbers do in the function: an error, the same, or different for each row. Default: `"error"`. */
  readonly randomness?: Randomness;
  /** Rows at a time. Default: all. Results do not depend on it. */
  readonly chunkSize?: number;
}

/** A tensor argument with its batch axis, or anything that goes to every row as it is. */
interface Place {
  readonly value: unknown;
  readonly dim: number | null;
}

type Rebuild = (next: (place: Place) => unknown) => unknown;

function axisOf(who: string, dim: number, ndim: number, place: string): number {
  if (Number.isInteger(dim) && dim >= -ndim && dim < ndim) return dim < 0 ? dim + ndim : dim;
  throw new ShapeError(
    `vmap: ${who} ${dim} for ${place} is out of range; it has ${ndim} dims, so use ` +
      (ndim === 0 ? "null" : `an integer from ${-ndim} to ${ndim - 1}`),
  );
}

const entry = (dims: unknown, key: string | number): unknown =>
  dims === null || typeof dims !== "object" ? dims : (dims as { [k: string]: unknown })[key];

/** Pairs a tree with a prefix of it that holds dims. */
function pairUp(value: unknown, dims: unknown, path: string, places: Place[]): Rebuild {
  if (dims === undefined)
    throw new ArgumentError(`vmap: inDims has no entry for ${path}; give a dim or null for each`);
  if (value instanceof Tensor || dims === null) return leafPlace(value, dims, path, places);
  if (Array.isArray(value)) {
    if (Array.isArray(dims) && dims.length !== value.length)
      throw new ArgumentError(
        `vmap: inDims has ${dims.length} entries for ${path}, which has ${value.length}; give one for each`,
      );
    const parts = value.map((v, i) => pairUp(v, entry(dims, i), `${path}[${i}]`, places));
    return (next) => parts.map((part) => part(next));
  }
  if (typeof value === "object" && value !== null) {
    const parts = Object.entries(value).map(
      ([k, v]) => [k, pairUp(v, entry(dims, k), `${path}.${k}`, places)] as const,
    );
    return (next) => Object.fromEntries(parts.map(([k, part]) => [k, part(next)]));
  }
  throw new ArgumentError(
    `vmap: ${path} is ${describe(value)}, which has no batch axis; pass a Tensor, or null in inDims`,
  );
}

function leafPlace(value: unknown, dims: unknown, path: string, places: Place[]): Rebuild {
  if (dims !== null && typeof dims !== "number")
    throw new ArgumentError(
      `vmap: the dim of ${path} is ${describe(dims)}; use an integer or null`,
    );
  const dim = dims === null ? null : axisOf("inDims", dims, (value as Tensor).ndim, path);
  // The function may run often, and change or give up what it was given.
  const place = { value: dim === null ? value : handle(value as Tensor), dim };
  places.push(place);
  return (next) => next(place);
}

function batchSize(places: readonly Place[]): number {
  const sizes = places.flatMap(({ value, dim }) =>
    dim === null ? [] : [(value as Tensor).shape[dim]!],
  );
  if (sizes.length === 0)
    throw new ArgumentError("vmap: no argument has a batch axis; give a dim to at least one");
  if (sizes.every((n) => n === sizes[0])) return sizes[0]!;
  throw new ShapeError(
    `vmap: the batch axes have different sizes: ${sizes.join(", ")}; they must be equal`,
  );
}

/** `dim` moved to the front, or from there to `dim`. */
function moveDim(x: Tensor, from: number, to: number): Tensor {
  if (from === to) return x;
  const order = [...x.shape.keys()].filter((d) => d !== from);
  order.splice(to, 0, from);
  return x.permute(order);
}

/** Rows of one argument at a batch level. */
function enter(level: Level, { value, dim }: Place): unknown {
  if (dim === null) return value;
  const x = value as Tensor;
  const rows = moveDim(x, dim, 0).narrow(0, level.start, level.size);
  return wrapBatch(level, rows);
}

/** Tensors of a result with their leading axis, and where it shall go. */
interface Exit {
  readonly value: Tensor;
  readonly dim: number;
}

type Build = (next: () => unknown) => unknown;

function leave(level: Level, result: unknown, dims: unknown, path: string, exits: Exit[]): Build {
  if (result instanceof Tensor) {
    if (!result.level.open)
      throw new GradError(
        `vmap: ${path} is a tensor that escaped the ${result.level.who} that made it; return it from there`,
      );
    const value = unbatch(level, result);
    if (typeof dims !== "number")
      throw new ArgumentError(`vmap: outDims for ${path} is ${describe(dims)}; use an integer`);
    exits.push({ value, dim: axisOf("outDims", dims, value.ndim, path) });
    return (next) => next();
  }
  if (Array.isArray(result)) {
    const parts = result.map((r, i) => leave(level, r, entry(dims, i), `${path}[${i}]`, exits));
    return (next) => parts.map((part) => part(next));
  }
  if (typeof result === "object" && result !== null && !ArrayBuffer.isView(result)) {
    const parts = Object.entries(result).map(
      ([k, r]) => [k, leave(level, r, entry(dims, k), `${path}.${k}`, exits)] as const,
    );
    return (next) => Object.fromEntries(parts.map(([k, part]) => [k, part(next)]));
  }
  throw new ArgumentError(
    `vmap: ${path} is ${describe(result)}; the function must return tensors in arrays and records`,
  );
}

interface Chunk {
  readonly exits: readonly Exit[];
  readonly build: Build;
}

function checkVmap(o: VmapOptions): void {
  checkOptions("vmap", o, ["inDims", "outDims", "randomness", "chunkSize"]);
  const { chunkSize, randomness = "error" } = o;
  if (chunkSize !== undefined && !(Number.isInteger(chunkSize) && chunkSize > 0))
    throw new ArgumentError(`vmap: chunkSize is ${describe(chunkSize)}; pass an integer > 0`);
  checkRandomness("vmap", randomness);
}

/**
 * Maps a function over an axis of its arguments: it is written for one row, and runs on all at once. Results that do
 * not depend on the batch are repeated.
 *
 * @throws ArgumentError or ShapeError for dims, sizes or results that do not fit; GradError for reading a
 * batched tensor in the function, or for random numbers under randomness "error".
 * @example vmap((x) => x.mul(x).sum())(tensor([[1, 2], [3, 4]])); // [5, 25]
 */
export function vmap<A extends Tensor[], const R>(
  f: (...args: A) => R,
  options?: NoInfer<VmapOptions<A, R>>,
): (...args: A) => Like<R>;
export function vmap<A extends readonly unknown[], const R>(
  f: (...args: A) => R,
  options?: NoInfer<VmapOptions<A, R>>,
): (...args: A) => Like<R>;
export function vmap(f: unknown, options: VmapOptions = {}): (...args: unknown[]) => unknown {
  const func = callable("vmap", f) as (...args: unknown[]) => unknown;
  checkVmap(options);
  return (...args) => transforming("vmap", () => mapped(func, args, options));
}

function mapped(
  func: (...args: unknown[]) => unknown,
  args: readonly unknown[],
  { inDims = 0, outDims = 0, randomness = "error", chunkSize }: VmapOptions,
): unknown {
  const places: Place[] = [];
  if (Array.isArray(inDims) && inDims.length !== args.length)
    throw new ArgumentError(
      `vmap: inDims has ${inDims.length} entries for ${args.length} arguments; give one for each`,
    );
  const rebuilds = args.map((a, i) => pairUp(a, entry(inDims, i), `argument ${i}`, places));
  const total = batchSize(places);
  const step = Math.max(1, Math.min(chunkSize ?? total, total));
  const starts = Array.from({ length: Math.max(1, Math.ceil(total / step)) }, (_, i) => i * step);
  const rewind = rewinding();
  const one = (start: number): Chunk =>
    withLevel("batch", "vmap", (level): Chunk => {
      const size = Math.min(step, total - start);
      Object.assign(level, { start, size, total, randomness });
      const rows = rebuilds.map((r) => r((place) => enter(level, place)));
      const result = outsideFrames(() => func(...rows));
      checkSync("vmap", result);
      const exits: Exit[] = [];
      const build = leave(level, result, outDims, "the result", exits);
      freeOwned(
        level,
        exits.map(({ value }) => value),
      );
      return { exits, build };
    });
  const chunks = starts.map((start) => rewind(() => one(start)));
  return assemble(chunks);
}

function assemble(chunks: readonly Chunk[]): unknown {
  let i = 0;
  return chunks[0]!.build(() => {
    const parts = chunks.map((c) => c.exits[i]!);
    const { dim } = chunks[0]!.exits[i++]!;
    const all = parts.length === 1 ? parts[0]!.value : concat(parts.map((p) => p.value));
    return moveDim(all, 0, dim);
  });
}
