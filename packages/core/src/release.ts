import { backendOf } from "./device.ts";
import { root } from "./level.ts";
import type { Tensor } from "./tensor.ts";

/** Gives up one reference to the memory of a tensor of level 0; the last one frees it. */
export function release(x: Tensor, by = "dispose"): void {
  if (x.level !== root) return;
  const { buffer, device } = x.view!;
  if (buffer === null || buffer.freedBy !== null || --buffer.refs > 0) return;
  buffer.freedBy = by;
  backendOf(device).free(buffer);
}

/** Gives up a handle: its memory goes when no view and no graph needs it. */
export function dispose(x: Tensor): void {
  if (x.disposed) return;
  x.disposed = true;
  release(x);
}
