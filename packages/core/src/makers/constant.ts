import { apply } from "../apply.ts";
import type { Backend } from "../backend.ts";
import { spreadAll } from "../knot.ts";
import { type Primitive, register } from "../primitive.ts";
import type { View } from "../view.ts";
import type { Call } from "./linear.ts";

/** A kernel without a derivative. */
export interface Constant<P> {
  readonly kernel: (inputs: readonly View[], params: P, backend: Backend) => readonly View[];
  readonly lift: (params: P, size: number) => P;
}

/** An op without a derivative: comparisons, argmax, sorting orders. */
export function constant<P>(name: string, { kernel, lift }: Constant<P>): Call<P> {
  const self: Primitive<P> = register({
    name,
    differentiable: () => false,
    forward: (backend, inputs, params) => kernel(inputs, params, backend),
    vjp: (_g, _saved, _params, need) => need.map(() => null),
    jvp: (_tangents, saved) => saved.outs.map(() => null),
    batch: (inputs, batched, size, params) =>
      apply(self, spreadAll(inputs, batched, size), lift(params, size)),
    keeps: () => ({ inputs: [], outputs: [] }),
  });
  return Object.assign((inputs: Parameters<Call<P>>[0], params: P) => apply(self, inputs, params), {
    primitive: self,
  });
}
