import { GradError, type Tensor } from "@cotangent/core";
import { fill, type Level, reverse, trail } from "@cotangent/core/extend";

/** How a function words the answers: those of second order speak of the Jacobian. */
export interface Words {
  readonly noGraph: (output: number) => string;
  readonly apart: (output: number, input: number) => string;
  readonly missing: (input: number) => string;
  readonly flat: (input: number) => string;
}

const REMEDY = "pass strict: false to get zeros";

export const firstOrder: Words = {
  noGraph: (i) =>
    `output ${i} of the function does not depend on the inputs in a differentiable way; ` +
    `compute it from them by differentiable ops, or ${REMEDY}`,
  apart: (i, j) => `output ${i} of the function is independent of input ${j}; ${REMEDY}`,
  missing: (j) => `the output of the function is independent of input ${j}; ${REMEDY}`,
  flat: (j) =>
    `the jacobian of the function is independent of input ${j}, which strict does not allow with ` +
    `createGraph: true; ${REMEDY}`,
};

export const secondOrder: Words = {
  noGraph: (i) =>
    `the jacobian of the function with respect to input ${i} is independent of the inputs, as that ` +
    `of a linear function is; ${REMEDY}`,
  apart: (i, j) =>
    `the jacobian of the function with respect to input ${i} is independent of input ${j}; ${REMEDY}`,
  missing: (j) => `the jacobian of the function is independent of input ${j}; ${REMEDY}`,
  flat: (j) =>
    `the hessian of the function is independent of input ${j}, which strict does not allow with ` +
    `createGraph: true; ${REMEDY}`,
};

export interface Question {
  readonly who: string;
  readonly words: Words;
  /** Every output by every input (jacobian), or: every output reaches one, every input is reached. */
  readonly pairs: boolean;
  /** Ask of the derivative too: with createGraph. */
  readonly second: boolean;
}

/** The tensor at the level of the tape, through batch and dual levels above it. */
function atLevel(x: Tensor | null, level: Level): Tensor | null {
  if (x === null || x.level === level) return x;
  return x.level.depth > level.depth ? atLevel(x.value, level) : null;
}

/** strict is reachability on the tape of one grad level. No arithmetic, unless createGraph was asked for. */
export function checkStrict(
  question: Question,
  level: Level,
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
): void {
  const { who, words, pairs, second } = question;
  const fail = (text: string): never => {
    throw new GradError(`${who}: ${text}`);
  };
  const ys = outputs.map((y) => atLevel(y, level));
  const reached = ys.map((y, i) => {
    const found = trail([y], inputs).reached;
    return found.includes(true) ? found : fail(words.noGraph(i));
  });
  if (pairs) reached.forEach((row, i) => row.forEach((yes, j) => yes || fail(words.apart(i, j))));
  else inputs.forEach((_, j) => reached.some((row) => row[j]) || fail(words.missing(j)));
  if (second) checkSecond(question, level, ys, inputs, fail);
}

/** A recorded reverse pass with cotangents of ones, then a walk: the same in every mode. */
function checkSecond(
  { words, pairs }: Question,
  level: Level,
  ys: readonly (Tensor | null)[],
  inputs: readonly Tensor[],
  fail: (text: string) => never,
): void {
  for (const part of pairs ? ys.map((y) => [y]) : [ys]) {
    const seeds = part.map((y) => y && fill(1, y.shape, y.dtype, y.device));
    const { grads } = reverse(part, seeds, inputs, { retain: true });
    grads.forEach((g, j) => {
      const depends = trail([atLevel(g, level)], inputs).reached.includes(true);
      if (!depends) fail(words.flat(j));
    });
  }
}
