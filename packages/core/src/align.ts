import { backendOf, getDefaultDevice } from "./device.ts";
import { category, type DType, getDefaultDtype, isFloat, promoteTypes } from "./dtype.ts";
import { ArgumentError, DTypeError } from "./errors.ts";
import { ops } from "./knot.ts";
import { broadcastShapes, type Shape, sameShape } from "./shape.ts";
import { bottom, fromView, Tensor } from "./tensor.ts";
import { type Device, fillView } from "./view.ts";

/** What stands beside a tensor in an op. */
export type Operand = Tensor | number | boolean;

/** A tensor of one number, which takes no memory. */
export const fill = (value: number, shape: Shape, dtype: DType, device: Device): Tensor =>
  fromView(fillView(dtype, device, shape, value));

/** Zeros of a shape and dtype, which take no memory. */
export const zerosOf = (spec: { shape: Shape; dtype: DType }, device: Device): Tensor =>
  fill(0, spec.shape, spec.dtype, device);

/** A value in a few words, for messages. */
export function describe(value: unknown): string {
  if (value instanceof Tensor) return `a tensor of shape [${value.shape.join(", ")}]`;
  if (Array.isArray(value)) return `an array of length ${value.length}`;
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (typeof (value as PromiseLike<unknown> | null)?.then === "function") return "a Promise";
  return value !== null && typeof value === "object" ? "an object" : String(value);
}

/** The value, if it is a tensor; else an ArgumentError that names function and argument. */
export function checkTensor(who: string, x: unknown, name = "input"): Tensor {
  if (x instanceof Tensor) return x;
  throw new ArgumentError(`${who}: ${name} is ${describe(x)}; pass a Tensor, made by tensor(…)`);
}

function checkOperand(who: string, x: unknown, i: number): void {
  if (x instanceof Tensor || typeof x === "number" || typeof x === "boolean") return;
  throw new ArgumentError(`${who}: argument ${i} is ${describe(x)}; pass a Tensor or a number`);
}

/** PyTorch's rule: tensors with dims decide, unless a 0-d one is of a higher kind (bool < int < float). */
function tensorDType(xs: readonly Operand[]): DType | null {
  let dims: DType | null = null;
  let scalar: DType | null = null;
  for (const x of xs) {
    if (!(x instanceof Tensor)) continue;
    if (x.ndim > 0) dims = dims === null ? x.dtype : promoteTypes(dims, x.dtype);
    else scalar = scalar === null ? x.dtype : promoteTypes(scalar, x.dtype);
  }
  if (dims === null || scalar === null) return dims ?? scalar;
  return category(scalar) > category(dims) ? promoteTypes(dims, scalar) : dims;
}

/** The dtype of the result: a number takes the tensors' dtype, beside bool int32. */
export function commonDType(who: string, xs: readonly Operand[], floating: boolean): DType {
  const numbers = xs.filter((x) => typeof x === "number");
  let dtype = tensorDType(xs);
  if (dtype === null) dtype = numbers.length > 0 ? getDefaultDtype() : "bool";
  if (dtype === "bool" && numbers.length > 0) dtype = "int32";
  if (isFloat(dtype)) return dtype;
  if (floating) return getDefaultDtype();
  for (const n of numbers)
    if (!Number.isInteger(n))
      throw new DTypeError(
        `${who}: the number ${n} is not an integer, but the tensor beside it is ${dtype}; ` +
          `convert it with x.astype("float32")`,
      );
  return dtype;
}

/** An untracked 0-d cpu tensor joins any device. */
function join(x: Tensor, device: Device): Tensor {
  const view = bottom(x);
  if (view.device === device || view.shape.length > 0 || x.node !== null) return x;
  const value = view.buffer === null ? view.fill : backendOf(view.device).downloadSync?.(view)[0];
  return value === undefined ? x : fill(value, [], x.dtype, device);
}

/** Tensors of one dtype, shape and device, of tensors and numbers. `floating`: integers become the default dtype. */
export function align(who: string, xs: readonly Operand[], floating: boolean): Tensor[] {
  xs.forEach((x, i) => checkOperand(who, x, i));
  const dtype = commonDType(who, xs, floating);
  const tensors = xs.filter((x) => x instanceof Tensor);
  const shape = tensors.reduce<Shape>((s, x) => broadcastShapes(who, s, x.shape), []);
  const main =
    tensors.find((x) => x.ndim > 0) ?? tensors.find((x) => x.device !== "cpu") ?? tensors[0];
  const device = main === undefined ? getDefaultDevice() : main.device;
  return xs.map((x) => {
    if (!(x instanceof Tensor)) return fill(Number(x), shape, dtype, device);
    const y = join(x.dtype === dtype ? x : ops.astype(x, dtype), device);
    return sameShape(y.shape, shape) ? y : ops.broadcastTo(y, shape);
  });
}
