import { zerosOf } from "../align.ts";
import { apply } from "../apply.ts";
import type { Backend } from "../backend.ts";
import { spreadAll } from "../knot.ts";
import type { Saved } from "../node.ts";
import { type Keeps, type Primitive, register } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";
import type { View } from "../view.ts";

/** An op with a derivative that is the op itself. */
export interface Linear<P> {
  /** The inputs it is linear in; the others, indices and masks, get no derivative. */
  readonly in: readonly number[] | "all";
  readonly kernel: (inputs: readonly View[], params: P, backend: Backend) => readonly View[];
  /** A cotangent for each needed input of `in`; a missing cotangent is null. Reads shapes and the other inputs. */
  readonly transpose: (
    g: readonly (Tensor | null)[],
    saved: Saved,
    params: P,
    need: readonly boolean[],
  ) => readonly (Tensor | null)[];
  /** The params of the same op under a leading axis. */
  readonly lift: (params: P, size: number) => P;
}

/** Calls a primitive on tensors that were checked. */
export type Call<P> = ((inputs: readonly Tensor[], params: P) => readonly Tensor[]) & {
  readonly primitive: Primitive<P>;
};

const NOTHING: Keeps = { inputs: [], outputs: [] };

function deviceOf(tangents: readonly (Tensor | null)[]) {
  return tangents.find((t) => t !== null)!.device;
}

/**
 * An op that is linear in some inputs: jvp is the op itself (missing tangents are stride-0 zeros),
 * vjp its transpose.
 */
export function linear<P>(name: string, rule: Linear<P>): Call<P> {
  const isIn = (i: number): boolean => rule.in === "all" || rule.in.includes(i);
  const self: Primitive<P> = register({
    name,
    differentiable: isIn,
    forward: (backend, inputs, params) => rule.kernel(inputs, params, backend),
    vjp: rule.transpose,
    jvp(tangents, saved, params) {
      const device = deviceOf(tangents);
      const inputs = saved.ins.map((spec, i) =>
        isIn(i) ? (tangents[i] ?? zerosOf(spec, device)) : saved.inputs[i]!,
      );
      return apply(self, inputs, params);
    },
    batch: (inputs, batched, size, params) =>
      apply(self, spreadAll(inputs, batched, size), rule.lift(params, size)),
    keeps: (need) =>
      rule.in === "all"
        ? NOTHING
        : { inputs: need.flatMap((_, i) => (isIn(i) ? [] : [i])), outputs: [] },
  });
  return Object.assign((inputs: readonly Tensor[], params: P) => apply(self, inputs, params), {
    primitive: self,
  });
}

/** The usual case of one input and one output. */
export interface LinearMap<P> {
  readonly kernel: (x: View, params: P, backend: Backend) => View;
  readonly transpose: (g: Tensor, saved: Saved, params: P) => Tensor;
  readonly lift: (params: P, size: number) => P;
}

/** Calls a primitive of one input and one output. */
export type CallMap<P> = ((x: Tensor, params: P) => Tensor) & { readonly primitive: Primitive<P> };

/** A linear op of one input and one output. */
export function linearMap<P>(name: string, rule: LinearMap<P>): CallMap<P> {
  const call = linear<P>(name, {
    in: "all",
    kernel: ([x], params, backend) => [rule.kernel(x!, params, backend)],
    transpose: ([g], saved, params) => [rule.transpose(g!, saved, params)],
    lift: rule.lift,
  });
  return Object.assign((x: Tensor, params: P) => call([x], params)[0]!, {
    primitive: call.primitive,
  });
}
