import { apply } from "../apply.ts";
import type { Backend } from "../backend.ts";
import { addMaybe, spreadAll } from "../knot.ts";
import { type Primitive, register } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";
import type { View } from "../view.ts";

/** A product and its two transposes. */
export interface Bilinear {
  readonly kernel: (x: View, y: View, backend: Backend) => View;
  /** The cotangent of x, of g and y. */
  readonly left: (g: Tensor, y: Tensor) => Tensor;
  /** The cotangent of y, of g and x. */
  readonly right: (g: Tensor, x: Tensor) => Tensor;
}

/** A function of two tensors that carries its primitive. */
export type Product = ((x: Tensor, y: Tensor) => Tensor) & { readonly primitive: Primitive };

/** An op that is linear in each of two inputs; the kernel takes leading batch axes as they come. */
export function bilinear(name: string, { kernel, left, right }: Bilinear): Product {
  const call = (x: Tensor, y: Tensor): Tensor => apply(self, [x, y], undefined)[0]!;
  const self: Primitive = register({
    name,
    differentiable: () => true,
    forward: (backend, [x, y]) => [kernel(x!, y!, backend)],
    vjp: ([g], saved, _params, need) => [
      need[0] ? left(g!, saved.inputs[1]!) : null,
      need[1] ? right(g!, saved.inputs[0]!) : null,
    ],
    jvp: ([a, b], saved) => [
      addMaybe(a ? call(a, saved.inputs[1]!) : null, b ? call(saved.inputs[0]!, b) : null),
    ],
    batch: (inputs, batched, size) => apply(self, spreadAll(inputs, batched, size), undefined),
    keeps: (need) => ({ inputs: need[0] ? (need[1] ? [0, 1] : [1]) : [0], outputs: [] }),
  });
  return Object.assign(call, { primitive: self });
}
