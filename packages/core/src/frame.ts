import { frames } from "./handles.ts";
import { type Level, root } from "./level.ts";
import { Node } from "./node.ts";
import { dispose, freeNode, releaseView, retain } from "./release.ts";
import type { Tensor } from "./tensor.ts";

/** Gives a value that is the frame's to the frame outside, or to a level. */
function give(x: Tensor, level: Level): void {
  if (frames.open) frames.handles.push(x);
  else own(level, x);
}

/**
 * A frame is a run of the library's own code: of a rule, or of a transform around the user's function. What is made in
 * it is seen by nobody else: it is given up at the end, and stays in memory only where something counts on it: a
 * graph, a view, or who called `retain`.
 */
export type Frame = number;

/** Opens a frame, perhaps inside of another; the result is for `closeFrame`. */
export function openFrame(): Frame {
  const { open, handles } = frames;
  frames.open = true;
  return open ? handles.length : ~handles.length;
}

/** Gives up what was made in a frame. */
export function closeFrame(frame: Frame, by: string): void {
  const { handles } = frames;
  frames.open = frame >= 0;
  const start = frame >= 0 ? frame : ~frame;
  while (handles.length > start) dispose(handles.pop()!, by);
}

/** Runs user code in the middle of a frame: what it makes is its own. */
export function outsideFrames<R>(run: () => R): R {
  const { open } = frames;
  frames.open = false;
  try {
    return run();
  } finally {
    frames.open = open;
  }
}

/** What a level's list of values costs at most, in bytes; a longer list is left to the collector. */
const LIMIT = 2 ** 26;
const ENTRY = 1024;

/** A node of a level, or a value that only its wrappers show: nobody can use it when the level is closed. */
export function own(level: Level, x: Tensor | Node): void {
  if (level.owned === null || level === root) return;
  level.cost += ENTRY + (x instanceof Node ? 0 : (x.view!.buffer?.bytes ?? 0));
  if (level.cost > LIMIT) {
    level.owned = [];
    level.cost = 0;
  }
  level.owned.push(x);
}

/**
 * Gives a retained result of a frame to the frame outside, or to its level; at level 0 it is the caller's. What
 * `retain` took becomes the handle's again, if the frame had given that up.
 */
export function handOver(x: Tensor, level: Level = x.level): void {
  if (x.value !== null) handOver(x.value, level);
  else if (x.disposed) {
    x.disposed = false;
    give(x, level);
  } else releaseView(x.view!, "the tape");
  if (x.tangent !== null) handOver(x.tangent, level);
}

/** Shows a retained value to user code, which may keep it: the collector will find out. */
export function show(x: Tensor): void {
  if (x.value !== null) show(x.value);
  else x.disposed = false;
  if (x.tangent !== null) show(x.tangent);
}

/** Runs code of the library in a frame; only what lies under its result stays. */
export function framed<R>(
  who: string,
  run: () => R,
  tensorsOf: (result: R) => readonly Tensor[],
): R {
  const frame = openFrame();
  let kept: readonly Tensor[] = [];
  let result: R;
  try {
    result = run();
    kept = tensorsOf(result);
    for (const x of kept) retain(x);
  } finally {
    closeFrame(frame, who);
  }
  for (const x of kept) handOver(x);
  return result;
}

/** Gives up what only wrappers of a level showed, now that it closes, but for what lies under its results. */
export function freeOwned(level: Level, results: readonly Tensor[]): void {
  const { owned } = level;
  level.owned = null;
  if (owned === null || owned.length === 0) return;
  for (const x of results) retain(x);
  for (const item of owned) {
    if (item instanceof Node) freeNode(item);
    else dispose(item, level.who);
  }
  for (const x of results) handOver(x);
}
