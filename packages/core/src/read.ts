import { backendOf, checkFreed, dense } from "./device.ts";
import { dtypes, type HostArray, isFloat } from "./dtype.ts";
import { BackendError, DeviceError, GradError } from "./errors.ts";
import { root } from "./level.ts";
import { showShape } from "./shape.ts";
import { checkOpen, type Tensor } from "./tensor.ts";
import type { View } from "./view.ts";

/** The view whose numbers a tensor has: under grad and dual levels the primal value. */
function readable(x: Tensor, who: string): View {
  checkOpen(x, who);
  if (x.level.kind === "batch")
    throw new GradError(
      `${who}: a batched tensor has no single value inside ${x.level.who}; ${x.level.advice}`,
    );
  if (x.level !== root) return readable(x.value!, who);
  if (x.view!.buffer !== null) checkFreed(x.view!.buffer, who);
  return x.view!;
}

/** A row-major copy of the elements. */
export function dataSync(x: Tensor, who = "dataSync"): HostArray {
  const view = readable(x, who);
  const backend = backendOf(view.device);
  if (view.buffer !== null && !backend.downloadSync)
    throw new DeviceError(`${who}: reading from ${view.device} waits; use await x.data()`);
  try {
    if (view.buffer !== null) return backend.downloadSync!(view);
    return new dtypes[view.dtype].array(view.size).fill(view.fill);
  } catch (error) {
    throw error instanceof RangeError ? tooLarge(who, view) : error;
  }
}

const tooLarge = (who: string, { dtype, shape }: View): BackendError =>
  new BackendError(
    `${who}: there is no room for a copy of ${dtype} ${showShape(shape)}; read a part of it, ` +
      `such as x.narrow(0, 0, 10)`,
  );

/** A row-major copy of the elements, when they are there. */
export async function data(x: Tensor): Promise<HostArray> {
  const view = readable(x, "data");
  if (view.buffer === null) return dataSync(x, "data");
  return backendOf(view.device).download(dense(view));
}

/** Whether a NaN is among the elements, looking through every level. */
export function hasNaN(x: Tensor): boolean {
  let below = x;
  while (below.value !== null) below = below.value;
  return isFloat(below.dtype) && dataSync(below).some((v) => Number.isNaN(v));
}
