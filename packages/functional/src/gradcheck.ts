import { ArgumentError, enableGrad, type Tensor, tensor } from "@cotangent/core";
import { checkOptions } from "@cotangent/core/extend";
import {
  type CheckOptions,
  checkBackward,
  checkForward,
  type GradcheckOptions,
  Mismatch,
  type Settings,
} from "./gradcheckModes.ts";
import { isFloat, listed, type Problem, restricted, spreadOut } from "./gradcheckSides.ts";
import { checkVector, type Flat, flatten, type Run, runOf } from "./structure.ts";
import { recorded } from "./transform.ts";
import type { Cotangents, Func, TreeOf } from "./types.ts";

export interface GradgradcheckOptions<O = unknown> extends CheckOptions {
  /** Cotangents of the first derivative, in the structure of the outputs. Default: numbers in −1 … 1 that require grad. */
  readonly gradOutputs?: Cotangents<O>;
  /** Those numbers are a view that is not contiguous. Default: false. */
  readonly genNonContigGradOutputs?: boolean;
  /** Check the derivative of the gradient in forward mode. Default: false. */
  readonly checkFwdOverRev?: boolean;
  /** Check the derivative of the gradient in reverse mode. Default: true. */
  readonly checkRevOverRev?: boolean;
}

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

const SECOND_OPTIONS = [
  ...Object.keys(DEFAULTS).filter((name) => !/^check(Forward|Backward)Ad$/.test(name)),
  "gradOutputs",
  "genNonContigGradOutputs",
  "checkFwdOverRev",
  "checkRevOverRev",
];

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
  checkOptions("gradcheck", options, Object.keys(DEFAULTS));
  const flat = flatten("gradcheck", "inputs", inputs);
  return check("gradcheck", runOf("gradcheck", f, inputs, flat), flat.leaves, options);
}

/** Cotangents of the floating point outputs. */
function cotangents(who: string, outputs: Flat, given: unknown, apart = false): readonly Tensor[] {
  if (given === undefined) return outputs.leaves.filter(isFloat).map((y) => anyLike(y, apart));
  const gs = checkVector(who, "gradOutputs", given, outputs, "the outputs");
  return gs.filter((_, i) => isFloat(outputs.leaves[i]!));
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
 * @returns as `gradcheck`.
 * @throws as `gradcheck`.
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
  checkOptions(who, options, SECOND_OPTIONS);
  const flat = flatten(who, "inputs", inputs);
  const run = runOf(who, f, inputs, flat);
  const outputs = enableGrad(() => run(flat.leaves).outputs);
  const { gradOutputs, genNonContigGradOutputs, checkFwdOverRev, checkRevOverRev, ...rest } =
    options;
  const gs = cotangents(who, outputs, gradOutputs, genNonContigGradOutputs);
  return check(who, gradientRun(who, run, flat.leaves), [...flat.leaves, ...gs], {
    ...rest,
    checkForwardAd: checkFwdOverRev ?? false,
    checkBackwardAd: checkRevOverRev ?? true,
  });
}
