import { apply } from "../apply.ts";
import type { Backend, HostRoutine, PivotReport, Spec } from "../backend.ts";
import { dense } from "../device.ts";
import { ArgumentError } from "../errors.ts";
import { spreadAll } from "../knot.ts";
import { type Primitive, register } from "../primitive.ts";
import { sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { denseView, type View } from "../view.ts";

/** A function of matrices, whose rules are written in ops. */
export interface MatrixOp<P> {
  /** Makes new views; leading dims of the inputs are a batch. */
  readonly kernel: (backend: Backend, inputs: readonly View[], params: P) => readonly View[];
  readonly keeps: Primitive<P>["keeps"];
  readonly vjp: Primitive<P>["vjp"];
  readonly jvp: Primitive<P>["jvp"];
  /** Default: matrices that are not batched are repeated. */
  readonly batch?: Primitive<P>["batch"];
}

/** Leading dims are a batch, so a further one needs no other params. */
export function matrixOp<P>(
  name: string,
  rule: MatrixOp<P>,
): (inputs: readonly Tensor[], params: P) => readonly Tensor[] {
  const self: Primitive<P> = register({
    name,
    differentiable: () => true,
    forward: (backend, inputs, params) => rule.kernel(backend, inputs.map(dense), params),
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

/** A new buffer, as a view like another one. */
export const viewLike = ({ dtype, device, shape }: View, buffer: View["buffer"]): View =>
  denseView(dtype, device, shape, buffer!);

/** Runs a routine on the host; its results are new views on the device of the inputs. */
export function onHost(
  backend: Backend,
  inputs: readonly View[],
  specs: readonly Spec[],
  routine: HostRoutine,
): readonly View[] {
  const { device } = inputs[0]!;
  const buffers = backend.host(inputs, specs, routine);
  return buffers.map((b, i) => denseView(specs[i]!.dtype, device, specs[i]!.shape, b));
}

/** The error for a matrix that is singular, or not `what` is asked. */
export const reporter =
  (who: string, count: number, problem: string, advice: string): PivotReport =>
  (matrix, pivot, value) => {
    const which = count === 1 ? "the matrix" : `matrix ${matrix} of ${count}`;
    throw new ArgumentError(
      `${who}: ${which} is ${problem}: pivot ${pivot} is ${value}; ${advice}`,
    );
  };
