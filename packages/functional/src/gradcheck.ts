import { ArgumentError, enableGrad, GradError, type Tensor, tensor } from "@cotangent/core";
import {
  type Blocks,
  backward,
  everyDirection,
  forward,
  listed,
  numerical,
  oneDirection,
  type Probes,
  type Problem,
  type Pull,
  pulling,
  restricted,
  tangents,
  together,
} from "./gradcheckSides.ts";
import { checkVector, flatten, type Run, runOf } from "./structure.ts";
import { recorded } from "./transform.ts";
import type { Func, Like, TreeOf } from "./types.ts";

interface CheckOptions {
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

export interface GradgradcheckOptions<O = unknown> extends CheckOptions {
  /** Cotangents of the first derivative, in the structure of the outputs. Default: numbers in −1 … 1 that require grad. */
  readonly gradOutputs?: Like<O>;
  /** Those numbers are a view that is not contiguous. Default: false. */
  readonly genNonContigGradOutputs?: boolean;
  /** Check the derivative of the gradient in forward mode. Default: false. */
  readonly checkFwdOverRev?: boolean;
  /** Check the derivative of the gradient in reverse mode. Default: true. */
  readonly checkRevOverRev?: boolean;
}

/** A check that failed, as opposed to arguments that do not fit. */
class Mismatch extends GradError {}

type Settings = Required<GradcheckOptions>;

const DEFAULTS: Settings = {
  eps: 1e-6,
  atol: 1e-5,
  rtol: 1e-3,
  raiseException: true,
  checkUndefinedGrad: true,
  checkGradDtypes: false,
  checkBatchedGrad: false,
  checkBatchedForwardGrad: false,
  checkForwardAd: false,
  checkBackwardAd: true,
  fastMode: false,
};

/** Fractions of multiples of the golden ratio: spread over 0 … 1, and the same on every run. */
const spreadOut = (size: number, from = 1): readonly number[] =>
  Array.from({ length: size }, (_, k) => ((from + k) * ((Math.sqrt(5) - 1) / 2)) % 1);

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
  const zero = refs.map((x) => tensor(new Float64Array(x.size), { ...x.spec, device: x.device }));
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
    const probe = everyDirection(ref);
    if (ref.size === 0) continue;
    const batch = together(who, refs, i, probe, f).map((x) => x.dataSync());
    const loop = probe.vectors.map((vector) => {
      const { shape, dtype, device } = ref;
      const one = tensor(Float64Array.from(vector), { shape, dtype, device });
      return f(refs.map((_, k) => (k === i ? one : null))).map((x) => x.dataSync());
    });
    const same = batch.every((values, j) => {
      const rows = loop.flatMap((results) => Array.from(results[j]!));
      return rows.every((value, k) => close(values[k]!, value, 1e-8, 1e-5));
    });
    demand(same, who, `batched ${what} give another derivative than the same ones by one`);
  }
}

function checkBackward(problem: Problem, o: Settings): void {
  const { who, xs, ys } = problem;
  pulling(problem, (pull: Pull) => {
    compare(problem, "reverse", (probes) => backward(problem, pull, probes), o);
    if (o.checkUndefinedGrad) checkZeros(problem, ys, "cotangents", pull);
    if (o.checkBatchedGrad) checkBatch(problem, ys, "cotangents", pull);
    if (o.checkGradDtypes)
      demand(fits(pull(ys), xs), who, "a gradient has another dtype than its input");
  });
}

function checkForward(problem: Problem, o: Settings): void {
  const { who, xs, ys } = problem;
  const push = (ts: readonly (Tensor | null)[]) => tangents(problem, ts);
  compare(problem, "forward", (probes) => forward(problem, probes), o);
  if (o.checkUndefinedGrad) checkZeros(problem, xs, "tangents", push);
  if (o.checkBatchedForwardGrad) checkBatch(problem, xs, "tangents", push);
  if (o.checkGradDtypes)
    demand(fits(push(xs), ys), who, "a tangent has another dtype than its output");
}

function checkSettings(who: string, o: Settings): void {
  if (!o.checkForwardAd && !o.checkBackwardAd)
    throw new ArgumentError(`${who}: neither mode is to be checked; turn one of them on`);
  if (o.checkBatchedGrad && !o.checkBackwardAd)
    throw new ArgumentError(`${who}: checkBatchedGrad needs reverse mode; turn it on`);
  if (o.checkBatchedForwardGrad && !o.checkForwardAd)
    throw new ArgumentError(`${who}: checkBatchedForwardGrad needs checkForwardAd; turn it on`);
}

/** The places of leaves that require grad. */
function checked(who: string, leaves: readonly Tensor[]): readonly number[] {
  const at = leaves.flatMap((x, i) => (x.requiresGrad ? [i] : []));
  if (at.length > 0) return at;
  throw new ArgumentError(
    `${who}: no input requires grad, so there is nothing to check; call requiresGrad_() on some`,
  );
}

function check(who: string, run: Run, all: readonly Tensor[], given: GradcheckOptions): boolean {
  const o: Settings = { ...DEFAULTS, ...given };
  checkSettings(who, o);
  const at = checked(who, all);
  const xs = at.map((i) => all[i]!);
  const part = restricted(run, all, at);
  try {
    // The function may call the tape, so it runs with it on.
    enableGrad(() => {
      const ys = part(xs).outputs.leaves.map((y) => y.detach());
      const problem: Problem = { who, run: part, xs, ys };
      if (o.checkBackwardAd) checkBackward(problem, o);
      if (o.checkForwardAd) checkForward(problem, o);
    });
    return true;
  } catch (error) {
    if (error instanceof Mismatch && !o.raiseException) return false;
    throw error;
  }
}

/**
 * Compares the derivatives of a function with central differences, with respect to those inputs that require
 * grad; the others are held fixed. Inputs should be float64. Jacobians are shown as [outputSize, inputSize].
 *
 * @returns true, or false where a check fails and raiseException is false.
 * @throws GradError where a check fails; it shows both Jacobians. ArgumentError for inputs or options that do not fit.
 * @example
 * const x = tensor([1, 2], { dtype: "float64", requiresGrad: true });
 * gradcheck((x) => x.sin(), x); // true
 */
export function gradcheck<const I, const O>(
  f: Func<I, O>,
  inputs: I & TreeOf<I>,
  options: GradcheckOptions = {},
): boolean {
  const flat = flatten("gradcheck", "inputs", inputs);
  return check("gradcheck", runOf("gradcheck", f, inputs, flat), flat.leaves, options);
}

/** Cotangents of the float outputs. */
function cotangents<O>(
  who: string,
  outputs: ReturnType<Run>["outputs"],
  o: GradgradcheckOptions<O>,
) {
  const floats = restricted(() => ({ outputs, aux: undefined }), [], []);
  if (o.gradOutputs === undefined)
    return floats([]).outputs.leaves.map((y) => anyLike(y, o.genNonContigGradOutputs === true));
  const given = checkVector(who, "gradOutputs", o.gradOutputs, outputs, "the outputs");
  return given.filter((_, i) => floats([]).outputs.leaves.includes(outputs.leaves[i]!));
}

function anyLike({ shape, dtype, device, size }: Tensor, apart: boolean): Tensor {
  const width = apart ? 2 : 1;
  const data = Float64Array.from(spreadOut(width * size, 7), (value) => 2 * value - 1);
  const wide = tensor(data, { shape: [...shape, width], dtype, device });
  return wide.select(-1, 0).requiresGrad_();
}

/** The gradient as a function of the inputs and the cotangents. */
function gradientRun(who: string, run: Run, all: readonly Tensor[]): Run {
  const at = checked(who, all);
  return (leaves) => {
    const part = restricted(run, leaves, at);
    const xs = at.map((i) => leaves[i]!);
    const gs = leaves.slice(all.length);
    return recorded({ who, hasOption: true }, part, xs, (r) => ({
      outputs: listed(r.pull(gs, false)),
      aux: undefined,
    }));
  };
}

/**
 * As `gradcheck`, of the gradient: checks second derivatives, with respect to the inputs and to the cotangents
 * that require grad (which are numbered after the inputs).
 *
 * @returns and @throws as `gradcheck`.
 * @example
 * const x = tensor([1, 2], { dtype: "float64", requiresGrad: true });
 * gradgradcheck((x) => x.sin(), x); // true
 */
export function gradgradcheck<const I, const O>(
  f: Func<I, O>,
  inputs: I & TreeOf<I>,
  options: NoInfer<GradgradcheckOptions<O>> = {},
): boolean {
  const who = "gradgradcheck";
  const flat = flatten(who, "inputs", inputs);
  const run = runOf(who, f, inputs, flat);
  const outputs = enableGrad(() => run(flat.leaves).outputs);
  const gs = cotangents(who, outputs, options);
  const { gradOutputs, genNonContigGradOutputs, checkFwdOverRev, checkRevOverRev, ...rest } =
    options;
  return check(who, gradientRun(who, run, flat.leaves), [...flat.leaves, ...gs], {
    ...rest,
    checkForwardAd: checkFwdOverRev ?? false,
    checkBackwardAd: checkRevOverRev ?? true,
  });
}
