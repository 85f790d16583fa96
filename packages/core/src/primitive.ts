import type { Backend } from "./backend.ts";
import type { Saved } from "./node.ts";
import type { Tensor } from "./tensor.ts";
import type { View } from "./view.ts";

/** Inputs and outputs, by number, whose values a rule reads. */
export interface Keeps {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/**
 * What every op must know. Rules are written in differentiable ops, so derivatives of every order follow. A
 * missing cotangent or tangent is null. `params` never hold tensors. What a rule makes is freed behind it, but for
 * what it returns; a rule that caches a tensor holds it with `keep`.
 */
export interface Primitive<P = undefined> {
  readonly name: string;
  /** Whether a derivative with respect to an input exists. */
  differentiable(input: number): boolean;
  /** Runs the kernel; shapes and dtypes were checked by the public function. */
  forward(backend: Backend, inputs: readonly View[], params: P): readonly View[];
  /** Cotangents of the needed inputs, given those of the outputs. */
  vjp(
    g: readonly (Tensor | null)[],
    saved: Saved,
    params: P,
    need: readonly boolean[],
  ): readonly (Tensor | null)[];
  /** Tangents of the outputs, given those of the inputs. */
  jvp(tangents: readonly (Tensor | null)[], saved: Saved, params: P): readonly (Tensor | null)[];
  /** The op over a leading axis of `size` on the inputs that are batched; outputs have it too. */
  batch(
    inputs: readonly Tensor[],
    batched: readonly boolean[],
    size: number,
    params: P,
  ): readonly Tensor[];
  /** What to keep for both modes, given which inputs need a derivative. */
  keeps(need: readonly boolean[]): Keeps;
}

/** Every primitive that was made. The conformance suite asks for a case of each. */
export const primitives: Primitive<never>[] = [];

/** Enters a primitive into the list; makers do it for theirs. */
export function register<P>(primitive: Primitive<P>): Primitive<P> {
  primitives.push(primitive as Primitive<never>);
  return primitive;
}
