import { GradError, type Tensor, tensor } from "@cotangent/core";
import { zerosOf } from "@cotangent/core/extend";
import {
  type Blocks,
  backward,
  everyDirection,
  forward,
  numerical,
  oneDirection,
  only,
  type Probes,
  type Problem,
  type Pull,
  pulling,
  spreadOut,
  tangents,
  together,
} from "./gradcheckSides.ts";

/** What both checks take. */
export interface CheckOptions {
  /** Half of the step of the central differences. Default: 1e-6. */
  readonly eps?: number;
  /** Default: 1e-5. */
  readonly atol?: number;
  /** Default: 1e-3. */
  readonly rtol?: number;
  /** Throw a GradError where a check fails; otherwise the result is false. Default: true. */
  readonly raiseException?: boolean;
  /** Missing cotangents and tangents must act as zeros. Default: true. */
  readonly checkUndefinedGrad?: boolean;
  /** Gradients must have the dtypes of the inputs, tangents those of the outputs. Default: false. */
  readonly checkGradDtypes?: boolean;
  /** Cotangents under vmap must give what they give one by one. Default: false. */
  readonly checkBatchedGrad?: boolean;
  /** Compare along one direction of each input and output instead of every element. Default: false. */
  readonly fastMode?: boolean;
}

export interface GradcheckOptions extends CheckOptions {
  /** Tangents under vmap must give what they give one by one; needs checkForwardAd. Default: false. */
  readonly checkBatchedForwardGrad?: boolean;
  /** Check forward mode. Default: false. */
  readonly checkForwardAd?: boolean;
  /** Check reverse mode. Default: true. */
  readonly checkBackwardAd?: boolean;
}

/** Options with their defaults. */
export type Settings = Required<GradcheckOptions>;

/** A check that failed, as opposed to arguments that do not fit. */
export class Mismatch extends GradError {}

/** A vector of length 1 without negative entries. */
function unit({ size }: Tensor): readonly number[] {
  const values = spreadOut(size);
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

function probesOf({ xs, ys }: Problem, fast: boolean): Probes {
  const probe = (x: Tensor) => (fast ? oneDirection(unit(x)) : everyDirection(x));
  return { inputs: xs.map(probe), outputs: ys.map(probe) };
}

const total = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);
const close = (a: number, b: number, atol: number, rtol: number): boolean =>
  a === b || Math.abs(a - b) <= atol + rtol * Math.abs(b);

const print = (block: readonly (readonly number[])[]): string =>
  tensor(block as number[][], { dtype: "float64" }).toString();

function hint({ xs, ys }: Problem): string {
  return [...xs, ...ys].every((x) => x.dtype === "float64")
    ? "mend the derivative, or move away from a point where there is none"
    : "differences need float64, so pass inputs of that dtype, or a larger eps, atol and rtol";
}

interface Difference {
  readonly output: number;
  readonly input: number;
}

/** Where two sides differ first. */
function difference(problem: Problem, a: Blocks, b: Blocks, o: Settings): Difference | null {
  for (const [output, row] of a.entries())
    for (const [input, block] of row.entries()) {
      // As in PyTorch: a product of two unit vectors adds up this many deviations.
      const weight = o.fastMode
        ? total(unit(problem.ys[output]!)) * total(unit(problem.xs[input]!))
        : 1;
      const same = block.every((values, r) =>
        values.every((value, c) =>
          close(value, b[output]![input]![r]![c]!, o.atol * weight, o.rtol),
        ),
      );
      if (!same) return { output, input };
    }
  return null;
}

type Side = (probes: Probes) => Blocks;

function compare(problem: Problem, mode: string, side: Side, o: Settings): void {
  const probes = probesOf(problem, o.fastMode);
  const expected = numerical(problem, probes, o.eps);
  const found = difference(problem, side(probes), expected, o);
  if (found === null) return;
  const { output, input } = found;
  const all = o.fastMode ? probesOf(problem, false) : probes;
  const whole = o.fastMode ? numerical(problem, all, o.eps) : expected;
  throw new Mismatch(
    `${problem.who}: Jacobian mismatch for output ${output} with respect to input ${input} in ${mode} mode; ` +
      `${hint(problem)}\nnumerical:\n${print(whole[output]![input]!)}\n` +
      `analytical:\n${print(side(all)[output]![input]!)}`,
  );
}

function demand(holds: boolean, who: string, what: string): void {
  if (!holds) throw new Mismatch(`${who}: ${what}; mend the derivative of the op`);
}

const isZero = (x: Tensor): boolean => x.dataSync().every((value: number) => value === 0);

/** Missing and zero vectors, in every mixture of one with the others, must give zeros. */
function checkZeros(
  { who }: Problem,
  refs: readonly Tensor[],
  what: string,
  f: (vectors: readonly (Tensor | null)[]) => readonly Tensor[],
): void {
  const zero = refs.map((x) => zerosOf(x.spec, x.device));
  const mixtures = refs.map((_, i) => zero.map((z, k) => (k === i ? null : z)));
  for (const vectors of [zero, zero.map(() => null), ...mixtures])
    demand(f(vectors).every(isZero), who, `the derivative of zero or missing ${what} is not zero`);
}

const fits = (xs: readonly Tensor[], refs: readonly Tensor[]): boolean =>
  xs.every((x, i) => x.dtype === refs[i]!.dtype);

/** Rows of a batch against those of a loop. */
function checkBatch(
  { who }: Problem,
  refs: readonly Tensor[],
  what: string,
  f: (vectors: readonly (Tensor | null)[]) => readonly Tensor[],
): void {
  for (const [i, ref] of refs.entries()) {
    if (ref.size === 0) continue;
    const probe = everyDirection(ref);
    const batch = together(who, refs, i, probe, f).map((x) => x.dataSync());
    const loop = probe.vectors.map((vector) => f(only(refs, i, vector)).map((x) => x.dataSync()));
    const same = batch.every((values, j) => {
      const rows = loop.flatMap((results) => Array.from(results[j]!));
      return rows.every((value, k) => close(values[k]!, value, 1e-8, 1e-5));
    });
    demand(same, who, `batched ${what} give another derivative than the same ones by one`);
  }
}

/** Everything that is checked of reverse mode. */
export function checkBackward(problem: Problem, o: Settings): void {
  const { who, xs, ys } = problem;
  pulling(problem, (pull: Pull) => {
    compare(problem, "reverse", (probes) => backward(problem, pull, probes), o);
    if (o.checkUndefinedGrad) checkZeros(problem, ys, "cotangents", pull);
    if (o.checkBatchedGrad) checkBatch(problem, ys, "cotangents", pull);
    if (o.checkGradDtypes)
      demand(fits(pull(ys), xs), who, "a gradient has another dtype than its input");
  });
}

/** Everything that is checked of forward mode. */
export function checkForward(problem: Problem, o: Settings): void {
  const { who, xs, ys } = problem;
  const push = (ts: readonly (Tensor | null)[]) => tangents(problem, ts);
  compare(problem, "forward", (probes) => forward(problem, probes), o);
  if (o.checkUndefinedGrad) checkZeros(problem, xs, "tangents", push);
  if (o.checkBatchedForwardGrad) checkBatch(problem, xs, "tangents", push);
  if (o.checkGradDtypes)
    demand(fits(push(xs), ys), who, "a tangent has another dtype than its output");
}
