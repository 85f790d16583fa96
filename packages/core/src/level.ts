import { ArgumentError } from "./errors.ts";
import type { Node } from "./node.ts";
import type { Tensor } from "./tensor.ts";

/** What a transform does with what it sees: record, push tangents, or hide an axis. */
export type LevelKind = "grad" | "dual" | "batch";
/** What random numbers do under vmap: an error, the same for each row, or different. */
export type Randomness = "error" | "same" | "different";

/** One transform that is running. Level 0 is a grad level whose values are views of buffers. */
export class Level {
  readonly kind: LevelKind;
  readonly depth: number;
  /** The function that opened it, for messages. */
  readonly who: string;
  open = true;
  recording = true;
  /** By depth: whether a lower level records what this level lowers. */
  links: readonly boolean[] = [];
  /** True when some lower level does not. */
  mute = false;
  /** Of a batch level: rows here, the number of the first one, rows in all chunks. */
  size = 0;
  start = 0;
  total = 0;
  randomness: Randomness = "error";
  /** What goes when it closes, see frame.ts; null when it may be opened again. */
  owned: (Tensor | Node)[] | null = [];
  cost = 0;
  /** What to do instead of reading a value of this batch level, for messages. */
  advice = "return it from the function and read the result";
  constructor(kind: LevelKind, depth: number, who: string) {
    this.kind = kind;
    this.depth = depth;
    this.who = who;
  }
}

/** Level 0. */
export const root: Level = new Level("grad", 0, "level 0");
/** The open levels, by depth. */
export const levels: Level[] = [root];

/** The result, unless it is a Promise: that is an ArgumentError. */
export function checkSync<R>(who: string, result: R): R {
  if (typeof (result as { then?: unknown } | null | undefined)?.then === "function")
    throw new ArgumentError(
      `${who}: the function returned a Promise; it must be synchronous, so await outside of it`,
    );
  return result;
}

/** Type of a callback's result that must not be a Promise. */
export type Sync<T> =
  T extends PromiseLike<unknown>
    ? { "this function must be synchronous: await outside of it": never }
    : T;

/** Opens a level above the others, for as long as `f` runs. */
export function withLevel<R>(kind: LevelKind, who: string, f: (level: Level) => R): R {
  const level = new Level(kind, levels.length, who);
  levels.push(level);
  try {
    return checkSync(who, f(level));
  } finally {
    level.open = false;
    levels.length = level.depth;
  }
}

/**
 * The level of a transform. It records what it lowers where its results shall be linked: nowhere
 * (createGraph false), everywhere (true), or by default at the levels that record now, but for
 * functions with that option not at level 0 unless another grad or dual level is open.
 */
export function withTransform<R>(
  kind: "grad" | "dual",
  who: string,
  createGraph: boolean | undefined,
  hasOption: boolean,
  f: (level: Level) => R,
): R {
  const inside = levels.some((l) => l !== root && l.kind !== "batch");
  const links = levels.map(
    (l) =>
      l.kind !== "grad" || (createGraph ?? (l.recording && !(l === root && hasOption && !inside))),
  );
  return withLevel(kind, who, (level) => {
    level.links = links;
    level.mute = links.includes(false);
    return f(level);
  });
}

const stateOf = (list: readonly Level[]) =>
  list.map((level) => ({ level, open: level.open, recording: level.recording }));

function enter(state: ReturnType<typeof stateOf>): void {
  for (const { level, open, recording } of state) Object.assign(level, { open, recording });
}

function setLevels(list: readonly Level[]): void {
  levels.length = 0;
  levels.push(...list);
}

/** Remembers the open levels and what they record: what is returned runs `f` as if it were run here. */
export function moment(stack: readonly Level[] = levels): <R>(f: () => R) => R {
  const then = stateOf(stack);
  for (const { level } of then) level.owned = null;
  return (f) => {
    const now = [...levels];
    const was = stateOf([...now, ...then.map(({ level }) => level)]);
    setLevels(then.map(({ level }) => level));
    enter(then);
    try {
      return f();
    } finally {
      setLevels(now);
      enter(was);
    }
  };
}

/** Runs with each level below recording, or not, as `on` says. */
function restoring<R>(level: Level, on: (depth: number, was: boolean) => boolean, run: () => R): R {
  const was = new Array<boolean>(level.depth);
  for (let depth = 0; depth < level.depth; depth++) {
    const below = levels[depth]!;
    was[depth] = below.recording;
    below.recording = on(depth, below.recording);
  }
  try {
    return run();
  } finally {
    for (let depth = 0; depth < level.depth; depth++) levels[depth]!.recording = was[depth]!;
  }
}

/** Runs what a level lowers: unlinked levels do not record it. */
export function muted<R>(level: Level, run: () => R): R {
  if (!level.mute || !level.open) return run();
  return restoring(level, (depth, was) => was && level.links[depth]!, run);
}

/** A transform's own arithmetic is recorded exactly where its results are linked. */
export function linked<R>(level: Level, run: () => R): R {
  if (!level.open) return run();
  return restoring(level, (depth) => level.links[depth]!, run);
}

function setRecording<R>(who: string, on: boolean, f: () => R): R {
  const was = new Array<boolean>(levels.length);
  for (let depth = 0; depth < was.length; depth++) {
    was[depth] = levels[depth]!.recording;
    if (levels[depth]!.kind === "grad") levels[depth]!.recording = on;
  }
  try {
    return checkSync(who, f());
  } finally {
    for (let depth = 0; depth < was.length; depth++) levels[depth]!.recording = was[depth]!;
  }
}

/**
 * Runs `f` without recording its ops, at every transform that is open (not at those that f opens).
 * Forward mode is not turned off.
 *
 * @example noGrad(() => w.assign(w.sub(w.grad!.mul(0.1))));
 */
export function noGrad<T>(f: () => T & Sync<T>): T {
  return setRecording<T>("noGrad", false, f);
}

/** Runs `f` with recording on, inside of `noGrad`. */
export function enableGrad<T>(f: () => T & Sync<T>): T {
  return setRecording<T>("enableGrad", true, f);
}

/** Whether the innermost grad level, or the tape itself, records now. */
export function isGradEnabled(): boolean {
  return levels.filter((l) => l.kind === "grad").at(-1)!.recording;
}

/** True inside a dual level or a grad level that records: there createGraph defaults to true. */
export const insideTransform = (): boolean =>
  levels.some((l) => l !== root && (l.kind === "dual" || (l.kind === "grad" && l.recording)));
