import { apply } from "../apply.ts";
import type { HostRoutine, Spec } from "../backend.ts";
import { dense } from "../device.ts";
import { ArgumentError } from "../errors.ts";
import { spreadAll } from "../knot.ts";
import { type Primitive, register } from "../primitive.ts";
import { sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { denseView } from "../view.ts";
import type { Report } from "./linalgRoutines.ts";

/** A function of matrices, computed in TypeScript, whose rules are written in ops. */
export interface Hosted<P> {
  readonly outputs: (inputs: readonly Spec[]) => readonly Spec[];
  readonly routine: (inputs: readonly Spec[], params: P) => HostRoutine;
  readonly keeps: Primitive<P>["keeps"];
  readonly vjp: Primitive<P>["vjp"];
  readonly jvp: Primitive<P>["jvp"];
  /** Default: matrices that are not batched are repeated. */
  readonly batch?: Primitive<P>["batch"];
}

/** Leading dims are a batch, so a further one needs no other params. */
export function hosted<P>(
  name: string,
  rule: Hosted<P>,
): (inputs: readonly Tensor[], params: P) => readonly Tensor[] {
  const self: Primitive<P> = register({
    name,
    differentiable: () => true,
    forward(backend, inputs, params) {
      const specs = rule.outputs(inputs);
      const buffers = backend.host(inputs.map(dense), specs, rule.routine(inputs, params));
      const { device } = inputs[0]!;
      return buffers.map((b, i) => denseView(specs[i]!.dtype, device, specs[i]!.shape, b));
    },
    vjp: rule.vjp,
    jvp: rule.jvp,
    batch:
      rule.batch ??
      ((inputs, batched, size, params) => apply(self, spreadAll(inputs, batched, size), params)),
    keeps: rule.keeps,
  });
  return (inputs, params) => apply(self, inputs, params);
}

/** How many square matrices there are, and their size. */
export const matricesOf = ({ shape }: Spec): { readonly count: number; readonly n: number } => ({
  count: sizeOf(shape.slice(0, -2)),
  n: shape.at(-1)!,
});

/** The error for a matrix that is singular, or not `what` is asked. */
export const reporter =
  (who: string, count: number, problem: string, advice: string): Report =>
  (matrix, pivot, value) => {
    const which = count === 1 ? "the matrix" : `matrix ${matrix} of ${count}`;
    throw new ArgumentError(
      `${who}: ${which} is ${problem}: pivot ${pivot} is ${value}; ${advice}`,
    );
  };

export const specOf = ({ shape, dtype }: Spec): Spec => ({ shape, dtype });
