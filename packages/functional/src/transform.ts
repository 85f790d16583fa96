import { ArgumentError, enableGrad, type Tensor } from "@cotangent/core";
import {
  freeOwned,
  handle,
  type Level,
  leaf,
  linked,
  type Randomness,
  reverse,
  root,
  spread,
  withLevel,
  withTransform,
  wrap,
  wrapBatch,
  zerosOf,
} from "@cotangent/core/extend";
import { checkStrict, type Question } from "./strict.ts";
import type { Flat, Run } from "./structure.ts";
import { mapTensors } from "./structure.ts";

type Maybe = Tensor | null;

/** How a transform treats what lies below it. */
export interface Mode {
  readonly who: string;
  /** True links results to the caller's tensors, false cuts them; the default depends on where. */
  readonly createGraph?: boolean | undefined;
  /** Functions without the createGraph option are linked as the caller records. */
  readonly hasOption: boolean;
  readonly strict?: Question | undefined;
  /** What is returned goes on using what was recorded. */
  readonly lasting?: boolean;
}

/** What passed through unlinked levels untouched is cut too. */
function settle(level: Level, x: Tensor): Tensor {
  if (x.level === root) return x.node !== null && !level.links[0] ? x.detach() : x;
  if (!x.level.open) return x;
  if (x.level.kind === "grad") return level.links[x.level.depth] ? x : settle(level, x.value!);
  if (x.level.kind === "dual") return x;
  const below = settle(level, x.value!);
  return below === x.value ? x : wrapBatch(x.level, below);
}

/** A result as the caller gets it; createGraph false cuts dual levels as well. */
const cut = (level: Level, { createGraph }: Mode, x: Tensor): Tensor =>
  createGraph === false ? x.detach() : settle(level, x);

const lower = (level: Level, x: Tensor): Tensor => (x.level === level ? x.value! : x);

/** Through batch levels above. */
function lowerDeep(level: Level, x: Tensor): Tensor {
  if (x.level === level) return x.value!;
  const above = x.level.kind === "batch" && x.level.depth > level.depth;
  return above ? wrapBatch(x.level, lowerDeep(level, x.value!)) : x;
}

/** A function that was recorded, and how to go back through it. */
export interface Recorded {
  readonly level: Level;
  /** The outputs at the caller's levels. */
  readonly outputs: Flat;
  readonly aux: unknown;
  /** Cotangents of the inputs, zeros where nothing came; once, or many times with `retain`. */
  pull(cotangents: readonly Maybe[], retain: boolean): readonly Tensor[];
  /** A result as the caller gets it. */
  settle(x: Tensor): Tensor;
  /** Arithmetic on results, recorded where they are linked. */
  linked<R>(f: () => R): R;
}

/** Runs a function on fresh leaves of a new grad level. */
export function recorded<R>(
  mode: Mode,
  run: Run,
  xs: readonly Tensor[],
  use: (r: Recorded, leaves: readonly Tensor[], own: readonly Maybe[]) => R,
): R {
  return withTransform("grad", mode.who, mode.createGraph, mode.hasOption, (level) => {
    if (mode.lasting) level.owned = null;
    const leaves = xs.map((x) => leaf(level, x));
    const { outputs, aux } = enableGrad<ReturnType<Run>>(() => run(leaves));
    if (mode.strict) checkStrict(mode.strict, level, outputs.leaves, leaves);
    const down = (x: Tensor): Tensor => lower(level, x);
    const own = outputs.leaves.map((y) => (y.level === level ? y : null));
    const results: Tensor[] = [];
    const result = (x: Tensor): Tensor => {
      if (level.owned !== null) results.push(x);
      return x;
    };
    const pull = (gs: readonly Maybe[], retain: boolean): readonly Tensor[] =>
      linked(level, () => {
        const { grads } = reverse(own, gs, leaves, { lower: down, retain, frees: level });
        return xs.map((x, j) =>
          grads[j] ? result(settle(level, grads[j]!)) : zerosOf(x.spec, x.device),
        );
      });
    const finish = (x: Tensor): Tensor => {
      const y = cut(level, mode, down(x));
      // The caller may assign to it, and the tape goes on using the value.
      return mode.lasting ? handle(y) : result(y);
    };
    const done = use(
      {
        level,
        outputs: { ...outputs, leaves: outputs.leaves.map(finish) },
        aux: mapTensors(aux, finish),
        pull,
        settle: (x) => cut(level, mode, x),
        linked: (f) => linked(level, f),
      },
      leaves,
      own,
    );
    freeOwned(level, results);
    return done;
  });
}

/** Values and tangents of a function's outputs. */
export interface Pushed {
  readonly outputs: Flat;
  readonly aux: unknown;
  readonly tangents: readonly Tensor[];
}

/** One forward pass with tangents; null stands for zeros. */
export function pushed(
  mode: Mode,
  run: Run,
  xs: readonly Tensor[],
  tangents: readonly Maybe[],
  ask: (outputs: readonly Tensor[]) => void = () => {},
): Pushed {
  return withTransform("dual", mode.who, mode.createGraph, mode.hasOption, (level) => {
    // Who holds an argument may assign to it.
    const duals = xs.map((x, i) =>
      tangents[i] ? wrap(level, handle(x), handle(tangents[i]!)) : x,
    );
    const { outputs, aux } = enableGrad<ReturnType<Run>>(() => run(duals));
    const primals = outputs.leaves.map((y) => lower(level, y));
    ask(primals);
    const finish = (x: Tensor): Tensor => cut(level, mode, lower(level, x));
    const dots = outputs.leaves.map((y, i) =>
      y.level === level
        ? cut(level, mode, y.tangent!)
        : zerosOf(primals[i]!.spec, primals[i]!.device),
    );
    const results = [...dots];
    const keep = (x: Tensor): Tensor => {
      const y = finish(x);
      results.push(y);
      return y;
    };
    const result = {
      outputs: { ...outputs, leaves: outputs.leaves.map(keep) },
      aux: mapTensors(aux, keep),
      tangents: dots,
    };
    freeOwned(level, results);
    return result;
  });
}

/** Runs forward mode above a grad level that answers the strict questions. */
export function strictly<R>(
  mode: Mode,
  xs: readonly Tensor[],
  question: Question,
  f: (
    leaves: readonly Tensor[],
    ask: (outputs: readonly Tensor[]) => void,
    off: (x: Tensor) => Tensor,
  ) => R,
): R {
  return withTransform("grad", mode.who, mode.createGraph, mode.hasOption, (level) => {
    const leaves = xs.map((x) => leaf(level, x));
    const ask = (ys: readonly Tensor[]): void => checkStrict(question, level, ys, leaves);
    const results: Tensor[] = [];
    const off = (x: Tensor): Tensor => {
      const y = cut(level, mode, lowerDeep(level, x));
      results.push(y);
      return y;
    };
    const done = f(leaves, ask, off);
    freeOwned(level, results);
    return done;
  });
}

/** A batch level, as far as it is the same for all chunks. */
export interface Batch {
  readonly who: string;
  readonly total: number;
  readonly randomness: Randomness;
}

export function checkRandomness(who: string, randomness: Randomness): void {
  if (["error", "same", "different"].includes(randomness)) return;
  throw new ArgumentError(
    `${who}: randomness is ${JSON.stringify(randomness)}; use "error", "same" or "different"`,
  );
}

/** Runs `f` on tensors whose leading axis is hidden, and gives its results one. */
export function batched(
  {
    who,
    total,
    randomness,
    start,
    size,
  }: Batch & { readonly start: number; readonly size: number },
  xs: readonly Tensor[],
  f: (xs: readonly Tensor[]) => readonly Tensor[],
): readonly Tensor[] {
  return withLevel("batch", who, (level) => {
    Object.assign(level, { start, size, total, randomness });
    const results = f(xs.map((x) => wrapBatch(level, x))).map((r) => unbatch(level, r));
    freeOwned(level, results);
    return results;
  });
}

/** The value with its leading axis; what does not depend on the batch gets a stride-0 one. */
export const unbatch = (level: Level, x: Tensor): Tensor =>
  x.level === level ? x.value! : spread(x, level.size);
