import type { Meta } from "./node.ts";
import type { Tensor } from "./tensor.ts";
import type { View } from "./view.ts";

/** What was made while a scope was the innermost one. */
export interface Scope {
  readonly handles: Tensor[];
  /** Of buffers that are new. */
  readonly views: View[];
  readonly kept: Set<Tensor>;
  /** Where the library stored tensors: leaves that were assigned to, and owners of `.grad` and `.jac`. */
  readonly stores: Set<Tensor | Meta>;
}

/** The open scopes, innermost last. */
export const scopes: Scope[] = [];

/** Handles that were made in open frames, innermost last; see frame.ts. */
export const frames: { open: boolean; readonly handles: Tensor[] } = { open: false, handles: [] };

/** A new handle: the innermost scope will give it up. */
export function enroll(x: Tensor): void {
  scopes.at(-1)?.handles.push(x);
}

/** A new handle holds its buffer, which may be new too; the innermost frame and scope will give it up. */
export function track(x: Tensor): void {
  const view = x.view!;
  if (view.buffer === null) return;
  const fresh = view.buffer.refs++ === 0;
  if (frames.open) frames.handles.push(x);
  if (scopes.length === 0) return;
  const scope = scopes.at(-1)!;
  scope.handles.push(x);
  if (fresh) scope.views.push(view);
}

/** Says that a tensor, or what belongs to one, now holds another. */
export function stored(owner: Tensor | Meta): void {
  scopes.at(-1)?.stores.add(owner);
}
