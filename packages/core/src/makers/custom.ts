import { apply } from "../apply.ts";
import type { Backend } from "../backend.ts";
import type { Saved } from "../node.ts";
import { type Keeps, type Primitive, register } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";
import type { View } from "../view.ts";
import type { CallMap } from "./linear.ts";

/** An op of one input and one output with both rules written out. */
export interface Custom<P> {
  readonly kernel: (x: View, params: P, backend: Backend) => View;
  readonly vjp: (g: Tensor, saved: Saved, params: P) => Tensor;
  readonly jvp: (t: Tensor, saved: Saved, params: P) => Tensor;
  /** The params of the same op under a leading axis. */
  readonly lift: (params: P) => P;
  /** What the rules read. */
  readonly keeps: Keeps;
}

/** An op for which a composition would lose digits, infinities or time. */
export function custom<P>(name: string, { kernel, vjp, jvp, lift, keeps }: Custom<P>): CallMap<P> {
  const self: Primitive<P> = register({
    name,
    differentiable: () => true,
    forward: (backend, [x], params) => [kernel(x!, params, backend)],
    vjp: ([g], saved, params) => [vjp(g!, saved, params)],
    jvp: ([t], saved, params) => [jvp(t!, saved, params)],
    batch: (inputs, _batched, _size, params) => apply(self, inputs, lift(params)),
    keeps: () => keeps,
  });
  return Object.assign((x: Tensor, params: P) => apply(self, [x], params)[0]!, {
    primitive: self,
  });
}
