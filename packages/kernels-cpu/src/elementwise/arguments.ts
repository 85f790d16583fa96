import type { Expr } from "@cotangent/core/extend";
import type { LaneCount } from "./body.ts";

/** How far an input goes from one element of a row to the next. */
export const ZERO = 0;
export const ONE = 1;
export const OTHER = 2;
export type Stride = typeof ZERO | typeof ONE | typeof OTHER;

/** What a kernel computes, from which expressions of op "input". */
export interface Plan {
  readonly outputs: readonly Expr[];
  readonly inputs: readonly Expr[];
  readonly lanes: LaneCount;
  /** Whether the engine has relaxed SIMD. */
  readonly relaxed: boolean;
}

/** What the rows of a call are like. */
export interface Form {
  /** One row without gaps, at most with inputs that stand still. */
  readonly flat: boolean;
  /** Shorter than a vector. */
  readonly short: boolean;
}

/**
 * Words of the block of arguments. A row is what the innermost axis runs through;
 * `first` is the number of the first element. Behind the head stand
 * four words for each input (address, stride in bytes, and space for a number), the address of each output,
 * and for each outer axis, inner ones first: its size, how often it is still to be taken, and how far each
 * input goes then.
 */
export const HEAD = { rowLength: 0, axes: 1, first: 2, words: 4 } as const;
export const INPUT_WORDS = 4;
export const AXIS_WORDS = 2;

/** Words before the axes. */
export const fixedWords = ({ inputs, outputs }: Plan): number =>
  HEAD.words + INPUT_WORDS * inputs.length + outputs.length;
