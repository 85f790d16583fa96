import { backendOf } from "./device.ts";
import { root } from "./level.ts";
import type { Tensor } from "./tensor.ts";
import type { View } from "./view.ts";

/** Frees the memory of a view, whoever holds it. */
export function free({ buffer, device }: View, by: string): void {
  if (buffer === null || buffer.freedBy !== null) return;
  buffer.freedBy = by;
  backendOf(device).free(buffer);
}

/** Gives up one reference to the memory of a view; the last one frees it. */
export function releaseView(view: View, by: string): void {
  if (view.buffer !== null && --view.buffer.refs <= 0) free(view, by);
}

/** Gives up one reference to the memory of a tensor of level 0. */
export function release(x: Tensor, by = "dispose"): void {
  if (x.level === root) releaseView(x.view!, by);
}

/** Gives up a handle: its memory goes when no view and no graph needs it. */
export function dispose(x: Tensor, by = "dispose"): void {
  if (x.disposed) return;
  x.disposed = true;
  release(x, by);
}
