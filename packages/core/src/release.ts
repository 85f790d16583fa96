import { backendOf } from "./device.ts";
import { enroll } from "./handles.ts";
import { root } from "./level.ts";
import type { Node } from "./node.ts";
import { alias, type Tensor } from "./tensor.ts";
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

/** One more reference to the memory of a tensor, through its levels. */
export function retain(x: Tensor): void {
  if (x.value !== null) retain(x.value);
  else if (x.view!.buffer !== null) x.view!.buffer.refs++;
  if (x.tangent !== null) retain(x.tangent);
}

/** Gives up what `retain` took. */
export function release(x: Tensor): void {
  if (x.value !== null) release(x.value);
  else releaseView(x.view!, "the tape");
  if (x.tangent !== null) release(x.tangent);
}

/** Gives up a handle: its memory goes when no view and no graph needs it. */
export function dispose(x: Tensor, by = "dispose"): void {
  if (x.disposed) return;
  x.disposed = true;
  if (x.level === root) releaseView(x.view!, by);
}

/** Leaves may be assigned to. */
const mayChange = ({ level, node }: Tensor): boolean =>
  level === root && (node === null || node.primitive === null);

/** A value for the tape: of what may change another handle, which open scopes give up with the rest. */
export function hold(x: Tensor): Tensor {
  if (!mayChange(x)) {
    retain(x);
    return x;
  }
  const y = alias(x);
  enroll(y);
  return y;
}

/** The tape gives up what `hold` took. */
export function letGo(x: Tensor): void {
  if (mayChange(x)) dispose(x);
  else release(x);
}

/** Gives up what a node saved. */
export function freeNode(node: Node): void {
  for (const x of node.inputs) if (x !== null) letGo(x);
  for (const x of node.outputs) if (x !== null) letGo(x);
  node.free();
}
