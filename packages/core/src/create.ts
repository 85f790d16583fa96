import { checkTensor, describe, fill } from "./align.ts";
import { backendOf, checkDevice, getDefaultDevice } from "./device.ts";
import { checkDType, type DType, dtypes, getDefaultDtype, type HostArray } from "./dtype.ts";
import { ArgumentError, ShapeError } from "./errors.ts";
import { dtypeOf, flattenNested, held, hostArray, type Nested } from "./nested.ts";
import { checkSupported } from "./ops/cast.ts";
import { checkOptions } from "./options.ts";
import { checkShape, type Dims, type Shape, showShape, sizeOf } from "./shape.ts";
import { fromView, Tensor } from "./tensor.ts";
import { setRequiresGrad } from "./track.ts";
import { type Device, denseView } from "./view.ts";

/** What every creation function takes last. */
export interface CreateOptions {
  /** Default: of the data; else `getDefaultDtype()`. */
  readonly dtype?: DType;
  /** Default: `"cpu"`, or what `setDefaultDevice` says. */
  readonly device?: Device;
  /** Record what is computed of it. Default: false. */
  readonly requiresGrad?: boolean;
}

/** What `tensor` takes last. */
export interface TensorOptions extends CreateOptions {
  /** Of flat data. Default: that of the nesting. */
  readonly shape?: Dims;
}

/** Typed arrays of any width; 8-, 16- and 64-bit integers become int32. */
export type TypedData =
  | HostArray
  | Int8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | BigInt64Array;

/** What `tensor` takes. */
export type TensorData = Nested | TypedData;

function typedDType(data: TypedData): DType {
  if (data instanceof Float32Array) return "float32";
  return data instanceof Float64Array ? "float64" : "int32";
}

/** The names of CreateOptions. */
export const CREATE: readonly string[] = ["dtype", "device", "requiresGrad"];
const TENSOR = [...CREATE, "shape"];

/** Options with their defaults, checked. */
export function resolve(
  who: string,
  options: CreateOptions | undefined,
  dtype: DType = getDefaultDtype(),
  known: readonly string[] = CREATE,
): { dtype: DType; device: Device } {
  checkOptions(who, options, known);
  const device =
    options?.device === undefined ? getDefaultDevice() : checkDevice(who, options.device);
  const chosen = options?.dtype === undefined ? dtype : checkDType(who, options.dtype);
  checkSupported(who, chosen, device);
  return { dtype: chosen, device };
}

export function finish(x: Tensor, options: CreateOptions | undefined): Tensor {
  if (options?.requiresGrad === true) setRequiresGrad(x, true);
  return x;
}

/** Takes memory over as a tensor. */
export function fromHost(data: HostArray, shape: Shape, dtype: DType, device: Device): Tensor {
  return fromView(denseView(dtype, device, shape, backendOf(device).upload(data, dtype)));
}

/** A tensor of a computed value for each element. */
export function build(
  who: string,
  shape: Shape,
  options: CreateOptions | undefined,
  dtype: DType,
  value: (i: number) => number,
): Tensor {
  const resolved = resolve(who, options, dtype);
  const values = Array.from({ length: sizeOf(shape) }, (_, i) => value(i));
  const data = hostArray(who, values, resolved.dtype);
  return finish(fromHost(data, shape, resolved.dtype, resolved.device), options);
}

/**
 * A tensor of numbers, booleans, nested arrays of them, or a typed array (copied).
 *
 * Numbers have the default dtype, booleans bool; a Float32Array, Float64Array or Int32Array keeps its own, other
 * integer arrays become int32.
 *
 * @throws ShapeError for ragged arrays or a shape that does not fit; ArgumentError for other values.
 * @example tensor([[1, 2], [3, 4]], { requiresGrad: true });
 */
export function tensor(data: TensorData, options?: TensorOptions): Tensor {
  if (data instanceof Tensor)
    throw new ArgumentError("tensor: data is a Tensor already; use x.clone() or x.detach()");
  const typed = ArrayBuffer.isView(data);
  const { shape, values } = typed
    ? { shape: [data.length], values: data as ArrayLike<number | bigint> }
    : flattenNested("tensor", checkData(data));
  const natural = typed ? typedDType(data) : dtypeOf(values as readonly (number | boolean)[]);
  const { dtype, device } = resolve("tensor", options, natural, TENSOR);
  const to = options?.shape === undefined ? shape : checkShape("tensor", options.shape);
  if (sizeOf(to) !== values.length)
    throw new ShapeError(
      `tensor: ${values.length} elements do not fit shape ${showShape(to)}, which has ${sizeOf(to)}`,
    );
  return finish(fromHost(hostArray("tensor", values, dtype), to, dtype, device), options);
}

function checkData(data: unknown): Nested {
  if (typeof data === "number" || typeof data === "boolean" || Array.isArray(data))
    return data as Nested;
  throw new ArgumentError(
    `tensor: data is ${describe(data)}; pass a number, a boolean, nested arrays or a typed array`,
  );
}

/** A 0-d tensor. */
export function scalar(value: number | boolean, options?: CreateOptions): Tensor {
  return tensor(value, options);
}

function filled(
  who: string,
  shape: Dims,
  value: number | boolean,
  options: CreateOptions | undefined,
  natural?: DType,
): Tensor {
  const sizes = checkShape(who, shape);
  const { dtype, device } = resolve(who, options, natural);
  return finish(fill(held(who, value, dtype), sizes, dtype, device), options);
}

/** Sizes one after another are a usual slip. */
export function oneShape(who: string, shape: Dims, options: unknown): Dims {
  if (typeof options !== "number") return shape;
  throw new ArgumentError(
    `${who}: a shape is one argument; write ${who}(${showShape([shape, options].flat())})`,
  );
}

/**
 * One value everywhere; it takes no memory until a kernel needs it.
 *
 * @example full([2, 3], 0.5);
 */
export const full = (shape: Dims, value: number | boolean, options?: CreateOptions): Tensor =>
  filled("full", shape, value, options, dtypeOf([value]));

/** Zeros of a shape. */
export const zeros = (shape: Dims, options?: CreateOptions): Tensor =>
  filled("zeros", oneShape("zeros", shape, options), 0, options);

/** Ones of a shape. */
export const ones = (shape: Dims, options?: CreateOptions): Tensor =>
  filled("ones", oneShape("ones", shape, options), 1, options);

/** As `zeros`: values that nobody set are 0. */
export const empty = (shape: Dims, options?: CreateOptions): Tensor =>
  filled("empty", oneShape("empty", shape, options), 0, options);

function filledLike(
  who: string,
  like: Tensor,
  value: number | boolean,
  options: CreateOptions | undefined,
): Tensor {
  const { shape, dtype, device } = checkTensor(who, like);
  checkOptions(who, options, CREATE);
  return filled(who, shape, value, { dtype, device, ...options });
}

/** One value everywhere, with shape, dtype and device of x, but for what the options say. */
export const fullLike = (x: Tensor, value: number | boolean, options?: CreateOptions): Tensor =>
  filledLike("fullLike", x, value, options);

/** Zeros with shape, dtype and device of x, but for what the options say. */
export const zerosLike = (x: Tensor, options?: CreateOptions): Tensor =>
  filledLike("zerosLike", x, 0, options);

/** Ones with shape, dtype and device of x, but for what the options say. */
export const onesLike = (x: Tensor, options?: CreateOptions): Tensor =>
  filledLike("onesLike", x, 1, options);

/**
 * start, start + step, … below `end`. One argument is the end; the options may follow any of them.
 * Integers of the default dtype; ask for int32 by `{ dtype: "int32" }`.
 *
 * @example arange(3); // [0, 1, 2]
 */
export function arange(
  ...args:
    | [end: number, options?: CreateOptions]
    | [start: number, end: number, options?: CreateOptions]
    | [start: number, end: number, step: number, options?: CreateOptions]
): Tensor {
  const numbers = args.filter((a) => typeof a === "number");
  const options = args.find((a) => typeof a === "object") as CreateOptions | undefined;
  const [start, end, step] =
    numbers.length === 1 ? [0, numbers[0]!, 1] : [numbers[0]!, numbers[1]!, numbers[2] ?? 1];
  const count = Math.ceil((end - start) / step);
  if (!Number.isFinite(count) || step === 0 || count < 0)
    throw new ArgumentError(
      `arange: from ${start} to ${end} by ${step} does not end; the step must lead from start to end`,
    );
  return build("arange", [count], options, getDefaultDtype(), (i) => start + i * step);
}

/** `steps` values from start to end, both included. */
export function linspace(
  start: number,
  end: number,
  steps: number,
  options?: CreateOptions,
): Tensor {
  const [count] = checkShape("linspace", steps);
  const step = count === 1 ? 0 : (end - start) / (count! - 1);
  // From both ends, as PyTorch does, so that the last value is exactly `end`.
  const value = (i: number): number =>
    i < count! / 2 ? start + step * i : end - step * (count! - 1 - i);
  return build("linspace", [count!], options, getDefaultDtype(), value);
}

/** The n × m identity. */
export function eye(
  n: number,
  ...rest: [m?: number, options?: CreateOptions] | [options?: CreateOptions]
): Tensor {
  const m = typeof rest[0] === "number" ? rest[0] : n;
  const options = rest.find((a) => typeof a === "object") as CreateOptions | undefined;
  const shape = checkShape("eye", [n, m]);
  const { dtype, device } = resolve("eye", options);
  const data = new dtypes[dtype].array(sizeOf(shape));
  for (let i = 0; i < Math.min(n, m); i++) data[i * (m + 1)] = 1;
  return finish(fromHost(data, shape, dtype, device), options);
}
