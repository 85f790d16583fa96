import { checkTensor, zerosOf } from "../align.ts";
import { backendOf, dense } from "../device.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { index as position, s } from "../expr.ts";
import { type Binary, elementwise } from "../makers/elementwise.ts";
import { linear } from "../makers/linear.ts";
import { broadcastShapes, checkDim, type Shape, showShape } from "../shape.ts";
import { fromView, type Tensor } from "../tensor.ts";
import { type Device, denseView } from "../view.ts";
import { eq } from "./comparison.ts";
import { expandTo, reshapeTo, sliceOp } from "./views.ts";
import { where } from "./where.ts";

interface Along {
  /** The public function, for messages. */
  readonly who: string;
  readonly axis: number;
}

interface Put extends Along {
  readonly mode: "write" | "add";
}

/** Backends know no names, nor that negative ones from `low` on were wrapped before. */
function named<R>(who: string, low: number, n: number, run: () => R): R {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    const range = n === 0 ? "there is no valid index" : `use integers from ${low} to ${n - 1}`;
    throw new ArgumentError(`${who}: ${error.message}; ${range}`);
  }
}

const gatherPrimitive = linear<Along>("gather", {
  in: [0],
  kernel([x, index], { who, axis }, backend) {
    const run = () => backend.gather(dense(x!), dense(index!), axis);
    const n = x!.shape[axis]!;
    return [denseView(x!.dtype, x!.device, index!.shape, named(who, -n, n, run))];
  },
  transpose([g], saved, { who, axis }) {
    const zeros = zerosOf(saved.ins[0]!, g!.device);
    return [scatterOn(zeros, saved.inputs[1]!, g!, { who, axis, mode: "add" }), null];
  },
  lift: ({ who, axis }) => ({ who, axis: axis + 1 }),
});

const scatterPrimitive = linear<Put>("scatter", {
  in: [0, 2],
  kernel([into, index, updates], { who, axis, mode }, backend) {
    const { dtype, device, shape } = into!;
    const run = () => backend.scatter(dense(into!), dense(index!), dense(updates!), axis, mode);
    const n = shape[axis]!;
    // Only the classes of oneHot are written where they say.
    return [denseView(dtype, device, shape, named(who, mode === "add" ? -n : 0, n, run))];
  },
  transpose([g], saved, { who, axis, mode }, need) {
    const index = saved.inputs[1]!;
    if (mode === "add")
      return [need[0] ? g! : null, null, need[2] ? gatherOn(g!, index, axis, who) : null];
    const zeros = zerosOf(saved.ins[2]!, g!.device);
    const kept = () => last(index, saved.ins[0]!.shape, axis, who);
    return [
      need[0] ? scatterOn(g!, index, zeros, { who, axis, mode }) : null,
      null,
      need[2] ? where(kept(), gatherOn(g!, index, axis, who), 0) : null,
    ];
  },
  lift: ({ who, axis, mode }) => ({ who, axis: axis + 1, mode }),
});

/** Where an update is the last one that was written at its place. */
function last(index: Tensor, shape: Shape, axis: number, who: string): Tensor {
  const numbers = reshapeTo(iota(index.size, index.device), index.shape);
  const zeros = zerosOf({ shape, dtype: "int32" }, index.device);
  const written = scatterOn(zeros, index, numbers, { who, axis, mode: "write" });
  return eq(gatherOn(written, index, axis, who), numbers);
}

/** out[…, i, …] = x[…, index[…, i, …], …], of the shape of index, whose numbers are not negative. */
export const gatherOn = (x: Tensor, index: Tensor, axis: number, who: string): Tensor =>
  gatherPrimitive([x, index], { who, axis })[0]!;

/** `into` with out[…, index[…, i, …], …] written or added. */
export const scatterOn = (into: Tensor, index: Tensor, updates: Tensor, put: Put): Tensor =>
  scatterPrimitive([into, index, updates], put)[0]!;

/** 0 … n − 1 in int32. */
export function iota(n: number, device: Device): Tensor {
  const shape = [n];
  const [buffer] = backendOf(device).elementwise([s.cast(position(), "int32")], [], shape);
  return fromView(denseView("int32", device, shape, buffer!));
}

/** Negative ones count from the end; what is out of range stays what it is. */
export const wrapIndex: Binary = elementwise("wrapIndex", (i, n) =>
  s.select(s.and(s.lt(i, 0), s.le(s.neg(n), i)), s.add(i, n), i),
);

/** An index tensor of int32. */
export function checkIndex(who: string, index: Tensor): Tensor {
  if (checkTensor(who, index, "index").dtype === "int32") return index;
  throw new DTypeError(
    `${who}: the index is ${index.dtype}; pass an int32 tensor, as index.astype("int32")`,
  );
}

const atLeastOne = (x: Tensor): Tensor => (x.ndim === 0 ? reshapeTo(x, [1]) : x);

/** `x` and `index` with at least one dim, and the axis; other sizes of index fit into those of x. */
function prepare(who: string, x: Tensor, dim: number, index: Tensor) {
  const axis = checkDim(who, dim, checkTensor(who, x).ndim);
  const [from, at] = [atLeastOne(x), atLeastOne(checkIndex(who, index))];
  if (at.ndim !== from.ndim || at.shape.some((n, d) => d !== axis && n > from.shape[d]!))
    throw new ShapeError(
      `${who}: an index of shape ${showShape(index.shape)} does not fit shape ` +
        `${showShape(x.shape)} along dim ${dim}; it needs as many dims, and no larger other sizes`,
    );
  return { from, at: wrapIndex(at, from.shape[axis]!), axis };
}

/**
 * out[…, i, …] = x[…, index[…, i, …], …] along `dim`, with the shape of `index` (int32). Negative indices
 * count from the end.
 *
 * @throws ArgumentError for an index out of range, ShapeError when other sizes of index are too large.
 * @example tensor([[1, 2], [3, 4]]).gather(1, index); // index [[0], [1]] gives [[1], [4]]
 */
export function gather(x: Tensor, dim: number, index: Tensor): Tensor {
  const { from, at, axis } = prepare("gather", x, dim, index);
  return reshapeTo(gatherOn(from, at, axis, "gather"), index.shape);
}

/**
 * `x` with out[…, index[…, i, …], …] += src[…, i, …] along `dim`; only the part of `src` that lies under
 * `index` counts. Dtypes are equal.
 *
 * @throws as `gather`; DTypeError when dtypes differ.
 * @example zeros(3).scatterAdd(0, index, ones(2)); // index [1, 1] gives [0, 2, 0]
 */
export function scatterAdd(x: Tensor, dim: number, index: Tensor, src: Tensor): Tensor {
  const { from, at, axis } = prepare("scatterAdd", x, dim, index);
  const source = atLeastOne(checkTensor("scatterAdd", src, "src"));
  checkSame("scatterAdd", x, src, "src");
  if (source.ndim !== at.ndim || at.shape.some((n, d) => n > source.shape[d]!))
    throw new ShapeError(
      `scatterAdd: src has shape ${showShape(src.shape)} and index ${showShape(index.shape)}; ` +
        `src must be at least as large in each dim`,
    );
  const ones = at.shape.map(() => 1);
  const part = sliceOp(source, { starts: ones.map(() => 0), steps: ones, sizes: at.shape });
  const out = scatterOn(from, at, part, { who: "scatterAdd", axis, mode: "add" });
  return reshapeTo(out, x.shape);
}

/** What is written has the dtype of where it is written. */
export function checkSame(who: string, x: Tensor, y: Tensor, name: string): void {
  if (x.dtype !== y.dtype)
    throw new DTypeError(
      `${who}: the input is ${x.dtype} and ${name} ${y.dtype}; convert one with astype`,
    );
}

/**
 * The slices of `dim` that an index of one dim (int32) names, in its order.
 *
 * @throws ArgumentError for an index out of range, ShapeError for an index of more dims.
 * @example tensor([5, 6, 7]).indexSelect(0, index); // index [2, 0] gives [7, 5]
 */
export function indexSelect(x: Tensor, dim: number, index: Tensor): Tensor {
  const axis = checkDim("indexSelect", dim, checkTensor("indexSelect", x).ndim);
  if (checkIndex("indexSelect", index).ndim > 1)
    throw new ShapeError(
      `indexSelect: the index has shape ${showShape(index.shape)}; pass one of 1 dim, or use index`,
    );
  const from = atLeastOne(x);
  const out = rowsOn(from, wrapIndex(atLeastOne(index), from.shape[axis]!), axis, "indexSelect");
  return x.ndim === 0 ? reshapeTo(out, []) : out;
}

/** Whole slices: the index is broadcast to the other dims. */
export function rowsOn(x: Tensor, index: Tensor, axis: number, who: string): Tensor {
  const along = x.shape.map((_, d) => (d === axis ? index.size : 1));
  const shape = x.shape.map((n, d) => (d === axis ? index.size : n));
  return gatherOn(x, expandTo(reshapeTo(index, along), shape), axis, who);
}

/**
 * As `gather`, but other dims of `x` and `index` broadcast; without `dim` both are flattened. Made for the
 * results of argmax and sort.
 *
 * @throws ArgumentError for an index out of range, ShapeError when numbers of dims differ.
 * @example x.takeAlongDim(x.argmax(1, { keepdim: true }), 1); // the largest of each row
 */
export function takeAlongDim(x: Tensor, index: Tensor, dim?: number): Tensor {
  const who = "takeAlongDim";
  checkTensor(who, x);
  checkIndex(who, index);
  if (dim === undefined)
    return takeAlongDim(reshapeTo(x, [x.size]), reshapeTo(index, [index.size]), 0);
  if (x.ndim !== index.ndim)
    throw new ShapeError(
      `${who}: shapes ${showShape(x.shape)} and ${showShape(index.shape)}; both need as many dims`,
    );
  const axis = checkDim(who, dim, x.ndim);
  const others = (shape: Shape): Shape => shape.map((n, d) => (d === axis ? 1 : n));
  const shape = broadcastShapes(who, others(x.shape), others(index.shape));
  const grown = (y: Tensor): Tensor =>
    expandTo(
      y,
      shape.map((n, d) => (d === axis ? y.shape[d]! : n)),
    );
  return gather(grown(x), axis, grown(index));
}
