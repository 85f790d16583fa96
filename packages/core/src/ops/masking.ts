import { checkTensor, fill, type Operand } from "../align.ts";
import { backendOf } from "../device.ts";
import { ArgumentError, DTypeError, GradError, ShapeError } from "../errors.ts";
import { dataSync } from "../read.ts";
import { broadcastShapes, type Shape, showShape, sizeOf } from "../shape.ts";
import { fromView, Tensor } from "../tensor.ts";
import { denseView } from "../view.ts";
import { astype } from "./cast.ts";
import { checkIndex, gatherOn, scatterOn } from "./gathering.ts";
import { expandTo, reshapeTo } from "./views.ts";
import { where } from "./where.ts";

function isBatched(x: Tensor): boolean {
  for (let t: Tensor | null = x; t !== null; t = t.value) if (t.level.kind === "batch") return true;
  return false;
}

/** The flat places of elements that are not 0. */
function placesOf(who: string, x: Tensor): number[] {
  if (isBatched(x))
    throw new GradError(
      `${who}: under vmap each row would choose another number of elements; use where or maskedFill`,
    );
  const data = dataSync(x, who);
  const places: number[] = [];
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) places.push(i);
  return places;
}

const indexTensor = (values: Int32Array, shape: Shape, like: Tensor): Tensor =>
  fromView(denseView("int32", like.device, shape, backendOf(like.device).upload(values, "int32")));

/** Places given as numbers. */
export function indexOf(who: string, places: readonly number[], like: Tensor): Tensor {
  const wrong = places.find((i) => !Number.isInteger(i));
  if (wrong === undefined) return indexTensor(Int32Array.from(places), [places.length], like);
  throw new ArgumentError(`${who}: index ${String(wrong)} is not an integer; pass integers`);
}

/** The places of elements that are not 0, one int32 tensor for each dim. */
export function placesByDim(who: string, x: Tensor): readonly Tensor[] {
  const places = placesOf(who, x);
  let inner = x.size;
  return x.shape.map((n) => {
    inner /= n;
    const along = Int32Array.from(places, (place) => Math.floor(place / inner) % n);
    return indexTensor(along, [places.length], x);
  });
}

/**
 * The places of elements that are not 0, [count, ndim] in int32. It reads values.
 *
 * @throws GradError for a batched tensor, DeviceError where reading waits.
 * @example tensor([0, 5, 6]).nonzero(); // [[1], [2]]
 */
export function nonzero(x: Tensor): Tensor {
  const places = placesOf("nonzero", checkTensor("nonzero", x));
  const { ndim, shape } = x;
  const out = new Int32Array(places.length * ndim);
  places.forEach((place, i) => {
    let rest = place;
    for (let d = ndim - 1; d >= 0; d--) {
      out[i * ndim + d] = rest % shape[d]!;
      rest = Math.floor(rest / shape[d]!);
    }
  });
  return indexTensor(out, [places.length, ndim], x);
}

function checkMask(who: string, mask: Tensor): Tensor {
  if (checkTensor(who, mask, "mask").dtype === "bool") return mask;
  throw new DTypeError(`${who}: the mask is ${mask.dtype}; pass a bool tensor, such as x.gt(0)`);
}

/**
 * `value` where the mask holds, else x; they broadcast. A value that is a tensor is 0-d and gets a derivative.
 *
 * @throws DTypeError unless the mask is bool, ShapeError for a value with dims.
 * @example tensor([1, 2]).maskedFill(mask, 0); // mask [true, false] gives [0, 2]
 */
export function maskedFill(x: Tensor, mask: Tensor, value: Operand): Tensor {
  checkMask("maskedFill", mask);
  const { dtype } = checkTensor("maskedFill", x);
  if (!(value instanceof Tensor))
    return where(mask, dtype === "bool" && typeof value === "number" ? value !== 0 : value, x);
  if (value.ndim === 0) return where(mask, astype(value, dtype), x);
  throw new ShapeError(
    `maskedFill: the value has shape ${showShape(value.shape)}; pass a number or a 0-d tensor, ` +
      `or use where`,
  );
}

/**
 * The elements where the mask holds, in one dim; x and the mask broadcast. It reads the mask.
 *
 * @throws DTypeError unless the mask is bool, GradError for a batched mask.
 * @example tensor([1, 2, 3]).maskedSelect(mask); // mask [true, false, true] gives [1, 3]
 */
export function maskedSelect(x: Tensor, mask: Tensor): Tensor {
  const shape = broadcastShapes(
    "maskedSelect",
    checkTensor("maskedSelect", x).shape,
    checkMask("maskedSelect", mask).shape,
  );
  const places = placesOf("maskedSelect", expandTo(mask, shape));
  const at = indexTensor(Int32Array.from(places), [places.length], mask);
  return gatherOn(reshapeTo(expandTo(x, shape), [sizeOf(shape)]), at, 0, "maskedSelect");
}

/** Without a number of classes, one more than the largest. */
function countClasses(indices: Tensor): number {
  if (indices.size === 0)
    throw new ArgumentError("oneHot: there are no indices to count classes of; pass numClasses");
  if (isBatched(indices))
    throw new GradError("oneHot: under vmap the number of classes is unknown; pass numClasses");
  let largest = -1;
  for (const i of dataSync(indices, "oneHot")) largest = Math.max(largest, i);
  return largest + 1;
}

/**
 * For each index (int32) a row of zeros with a one at its place, in int32; −1 classes are as many as the
 * largest index needs, which reads values.
 *
 * @throws ArgumentError for an index that is negative or too large.
 * @example oneHot(tensor([1, 0], { dtype: "int32" })); // [[0, 1], [1, 0]]
 */
export function oneHot(indices: Tensor, numClasses = -1): Tensor {
  const who = "oneHot";
  const { device, shape } = checkIndex(who, indices);
  if (numClasses !== -1 && (!Number.isInteger(numClasses) || numClasses < 1))
    throw new ArgumentError(`oneHot: numClasses is ${numClasses}; pass an integer ≥ 1, or −1`);
  const n = numClasses === -1 ? countClasses(indices) : numClasses;
  const zeros = fill(0, [...shape, n], "int32", device);
  const at = reshapeTo(indices, [...shape, 1]);
  const ones = fill(1, at.shape, "int32", device);
  return scatterOn(zeros, at, ones, { who, axis: shape.length, mode: "write" });
}
