import { backendOf } from "./device.ts";
import { root } from "./level.ts";
import { handle, type Tensor } from "./tensor.ts";
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

/** Leaves may be assigned to. */
const mayChange = ({ level, node }: Tensor): boolean =>
  level === root && (node === null || node.primitive === null);

/** A value for the tape: of what may change another handle, which open scopes give up with the rest. */
export function hold(x: Tensor): Tensor {
  if (mayChange(x)) return handle(x);
  if (x.view !== null && x.view.buffer !== null) x.view.buffer.refs++;
  return x;
}

/** The tape gives up what `hold` took. */
export function letGo(x: Tensor): void {
  if (mayChange(x)) dispose(x);
  else release(x);
}
