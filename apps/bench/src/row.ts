/** An array that every library makes for itself, alike to the last bit. */
export interface Input {
  readonly shape: readonly number[];
  readonly dtype: "float32" | "float64";
  /** Given values; otherwise uniform ones between low and high. */
  readonly values?: readonly number[];
  readonly seed?: number;
  /** Default: -1. */
  readonly low?: number;
  /** Default: 1. */
  readonly high?: number;
}

/** One measurement, as data: what is computed, from which inputs. Each library has a table of tasks. */
export interface Row {
  /** Unique in its suite. */
  readonly name: string;
  readonly task: string;
  readonly inputs: readonly Input[];
  readonly settings?: Readonly<Record<string, number>>;
  /** Operations of floating-point numbers in one call, where a rate says more than a time. */
  readonly flop?: number;
  /** What the time of a call is divided by, such as ops of a chain. Default: 1. */
  readonly per?: number;
  /** Results are freed in each call: by a scope, or as the peer does it. */
  readonly large?: boolean;
  /** Called once, in a process of its own, whose peak memory counts. */
  readonly once?: boolean;
  /** With so many threads, whatever the others have. */
  readonly threads?: number;
  /** How far results may differ, as |x − y| / max(1, |x| + |y|). */
  readonly tolerance: number;
}

/** `tiny` is for tests, `quick` for a minute on any backend, `full` for figures that count. */
export type Size = "full" | "quick" | "tiny";

export type Suite = (size: Size) => readonly Row[];

/** Tolerances: float32 arithmetic in another order, float64 in another order. */
export const SINGLE = 1e-4;
export const DOUBLE = 1e-8;

/** Uniform numbers; the seed tells inputs of one shape apart. */
export const uniform = (
  shape: readonly number[],
  seed: number,
  options: Pick<Partial<Input>, "dtype" | "low" | "high"> = {},
): Input => ({ shape, dtype: "float32", seed, ...options });

/** Of variance 1. */
export const unitVariance = (shape: readonly number[], seed: number): Input => {
  const high = Math.sqrt(3);
  return uniform(shape, seed, { dtype: "float64", low: -high, high });
};
