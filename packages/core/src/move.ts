import { checkTensor, describe, fill } from "./align.ts";
import { backendOf, checkDevice, deviceNames } from "./device.ts";
import { type DType, dtypes, isDType, isFloat } from "./dtype.ts";
import { ArgumentError, DeviceError, DTypeError, GradError, ShapeError } from "./errors.ts";
import { stored } from "./handles.ts";
import { root } from "./level.ts";
import { astype, checkSupported } from "./ops/cast.ts";
import { data, dataSync } from "./read.ts";
import { releaseView } from "./release.ts";
import { sameShape, showShape } from "./shape.ts";
import { fromView, type Tensor } from "./tensor.ts";
import { isLeaf } from "./track.ts";
import { type Device, denseView } from "./view.ts";

/** Another dtype, which is differentiable, or another device, which is not. */
export function to(x: Tensor, target: Device | DType): Tensor {
  if (isDType(target)) return astype(x, target);
  const device = checkTarget(target);
  if (device === x.device) return x;
  if (backendOf(x.device).downloadSync === undefined)
    throw new DeviceError(`to: reading from ${x.device} waits; use await x.cpu()`);
  checkMovable("to", x);
  checkSupported("to", x.dtype, device);
  return upload(x, dataSync(x, "to"), device);
}

function checkTarget(target: unknown): Device {
  if (deviceNames.includes(target as string)) return checkDevice("to", target);
  throw new ArgumentError(
    `to: ${describe(target)} is neither a dtype (${Object.keys(dtypes).join(", ")}) nor a device ` +
      `(${deviceNames.join(", ")})`,
  );
}

/** A copy on the cpu. */
export async function cpu(x: Tensor): Promise<Tensor> {
  if (x.device === "cpu") return x;
  checkMovable("cpu", x);
  return upload(x, await data(x), "cpu");
}

function checkMovable(who: string, x: Tensor): void {
  if (x.level === root && isLeaf(x)) return;
  throw new GradError(
    `${who}: moving to another device is not differentiable; detach() the tensor first`,
  );
}

function upload(x: Tensor, values: ReturnType<typeof dataSync>, device: Device): Tensor {
  const view = x.view;
  if (view !== null && view.buffer === null) return fill(view.fill, x.shape, x.dtype, device);
  return fromView(denseView(x.dtype, device, x.shape, backendOf(device).upload(values, x.dtype)));
}

/** The value below every grad and dual level. */
function plainValue(x: Tensor): Tensor {
  if (x.level === root) return x;
  if (x.level.kind !== "batch") return plainValue(x.value!);
  throw new GradError(
    "assign: a batched value cannot be stored outside of vmap; return it, or pass the new " +
      "parameters with functionalCall of @cotangent/nn",
  );
}

/** Gives a leaf new values: a new buffer, of another dtype or device too. What the tape saved stays as it was. */
export function assign(x: Tensor, value: Tensor): void {
  const from = plainValue(checkTensor("assign", value, "value"));
  if (x.level !== root)
    throw new GradError(
      `assign: the tensor belongs to the running ${x.level.who}; pass new values as arguments, ` +
        "those of a model with functionalCall of @cotangent/nn",
    );
  if (!isLeaf(x))
    throw new GradError(
      "assign: only a leaf can be assigned to; this tensor is the result of an op",
    );
  if (x.node !== null && root.recording)
    throw new GradError(
      "assign: a leaf that requires grad can be assigned to only under noGrad(() => …)",
    );
  if (!sameShape(x.shape, from.shape))
    throw new ShapeError(
      `assign: a value of shape ${showShape(from.shape)} for a tensor of shape ` +
        `${showShape(x.shape)}; the shapes must be equal`,
    );
  if (x.node !== null && !isFloat(from.dtype))
    throw new DTypeError(
      `assign: a value of ${from.dtype} for a tensor that requires grad; convert it with ` +
        `value.astype("${x.dtype}")`,
    );
  const old = x.view!;
  if (from.view!.buffer !== null) from.view!.buffer.refs++;
  x.view = from.view;
  releaseView(old, "assign");
  stored(x);
  x.spec = from.spec;
}
