import { type Tensor, tensor } from "@cotangent/core";
import type { Flat, Run } from "./structure.ts";
import { batched, type Mode, pushed, type Recorded, recorded } from "./transform.ts";

type Values = ArrayLike<number>;

/** A function of a list of tensors that gives a list of floating point tensors, at a point. */
export interface Problem {
  readonly who: string;
  readonly run: Run;
  readonly xs: readonly Tensor[];
  readonly ys: readonly Tensor[];
}

/** Directions in the space of a tensor, and what a vector measures along each. */
export interface Probe {
  readonly vectors: readonly Values[];
  measure(x: Values): readonly number[];
}

/** A block for each output by each input; rows belong to probes of the output, columns to those of the input. */
export type Blocks = readonly (readonly (readonly (readonly number[])[])[])[];

export interface Probes {
  readonly outputs: readonly Probe[];
  readonly inputs: readonly Probe[];
}

export const isFloat = (x: Tensor): boolean => x.dtype === "float32" || x.dtype === "float64";

/** A list as a tree that was taken apart. */
export const listed = (leaves: readonly Tensor[]): Flat => ({
  leaves,
  paths: leaves.map((_, i) => `[${i}]`),
  build: (values) => values,
});

/** The function of some of its leaves; outputs without derivative are left out. */
export const restricted =
  (run: Run, all: readonly Tensor[], at: readonly number[]): Run =>
  (leaves) => {
    const { outputs } = run(all.map((x, i) => leaves[at.indexOf(i)] ?? x));
    return { outputs: listed(outputs.leaves.filter(isFloat)), aux: undefined };
  };

/** Fractions of multiples of the golden ratio: spread over 0 … 1, and the same on every run. */
export const spreadOut = (size: number, from = 1): readonly number[] =>
  Array.from({ length: size }, (_, k) => ((from + k) * ((Math.sqrt(5) - 1) / 2)) % 1);

/** Every direction of the standard basis. */
export function everyDirection({ size }: Tensor): Probe {
  const basis = (k: number): Values => Float64Array.from({ length: size }, (_, i) => +(i === k));
  return {
    vectors: Array.from({ length: size }, (_, k) => basis(k)),
    measure: (x) => Array.from(x),
  };
}

const dot = (a: Values, b: Values): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);

export function oneDirection(vector: Values): Probe {
  return { vectors: [vector], measure: (x) => [dot(x, vector)] };
}

const shaped = (values: Values, { shape, dtype, device }: Tensor): Tensor =>
  tensor(Float64Array.from(values), { shape, dtype, device });

/** Central differences. */
export function numerical({ run, xs }: Problem, probes: Probes, eps: number): Blocks {
  const at = (j: number, vector: Values, by: number): readonly Values[] => {
    const step = Float64Array.from(xs[j]!.dataSync(), (a, k) => a + by * vector[k]!);
    const leaves = xs.map((x, i) => (i === j ? shaped(step, x) : x.detach()).requiresGrad_());
    return run(leaves).outputs.leaves.map((y) => y.dataSync());
  };
  const slopes = (j: number, vector: Values): readonly Values[] => {
    const [up, down] = [at(j, vector, eps), at(j, vector, -eps)];
    return up.map((y, i) => Float64Array.from(y, (a, k) => (a - down[i]![k]!) / (2 * eps)));
  };
  return byColumns(probes, (j, vector) => slopes(j, vector));
}

const transpose = (columns: readonly (readonly number[])[], rows: number): readonly number[][] =>
  Array.from({ length: rows }, (_, r) => columns.map((column) => column[r]!));

function byColumns(
  { outputs, inputs }: Probes,
  column: (input: number, vector: Values) => readonly Values[],
): Blocks {
  const all = inputs.map(({ vectors }, j) => vectors.map((vector) => column(j, vector)));
  return outputs.map(({ measure, vectors }, i) =>
    all.map((columns) =>
      transpose(
        columns.map((ys) => measure(ys[i]!)),
        vectors.length,
      ),
    ),
  );
}

/** A direction for one tensor, null for the others. */
export const only = (
  refs: readonly Tensor[],
  i: number,
  vector: Values,
): readonly (Tensor | null)[] => refs.map((y, k) => (k === i ? shaped(vector, y) : null));

const modeOf = (who: string): Mode => ({ who, hasOption: true });

export function tangents(problem: Problem, given: readonly (Tensor | null)[]): readonly Tensor[] {
  return pushed(modeOf(problem.who), problem.run, problem.xs, given).tangents;
}

/** Runs the function once; `use` may pull as often as it likes. */
export function pulling<R>({ who, run, xs }: Problem, use: (pull: Pull) => R): R {
  return recorded(modeOf(who), run, xs, (r: Recorded) => use((gs) => r.pull(gs, true)));
}

export type Pull = (cotangents: readonly (Tensor | null)[]) => readonly Tensor[];

export function forward(problem: Problem, probes: Probes): Blocks {
  return byColumns(probes, (j, vector) =>
    tangents(problem, only(problem.xs, j, vector)).map((t) => t.dataSync()),
  );
}

export function backward({ ys }: Problem, pull: Pull, { outputs, inputs }: Probes): Blocks {
  return outputs.map(({ vectors }, i) => {
    const rows = vectors.map((vector) => pull(only(ys, i, vector)).map((g) => g.dataSync()));
    return inputs.map(({ measure }, j) => rows.map((gs) => measure(gs[j]!)));
  });
}

/** Results for all directions of one tensor at once, by vmap; each has a leading axis. */
export function together(
  who: string,
  refs: readonly Tensor[],
  i: number,
  { vectors }: Probe,
  f: (xs: readonly (Tensor | null)[]) => readonly Tensor[],
): readonly Tensor[] {
  const size = vectors.length;
  const { shape, dtype, device } = refs[i]!;
  const data = Float64Array.from(vectors.flatMap((v) => Array.from(v)));
  const rows = tensor(data, { shape: [size, ...shape], dtype, device });
  const batch = { who, total: size, randomness: "same", start: 0, size } as const;
  return batched(batch, [rows], ([row]) => f(refs.map((_, k) => (k === i ? row! : null))));
}
