import { type Code, type Local, type Value, when } from "../wasm/code.ts";
import type { Scope } from "../wasm/module.ts";
import type { Fold, Quick } from "./folds.ts";

/** `to`, `from`, the length of a line, how many lines, and the bytes from one to the next. */
export const PARAMS = ["i32", "i32", "i32", "i32", "i32"] as const;

export const many = (local: Scope["local"], type: "i32" | "v128", n: number): Local[] =>
  Array.from({ length: n }, () => local(type));

/** Variables that carry, for either way of a fold. */
export const carriersOf = ({ starts, quick }: Fold): number =>
  Math.max(starts.length, quick?.starts.length ?? 0);

/** Runs the quicker way of a fold where there is one, and the other one only in doubt. */
export function inDoubt(
  fold: Fold,
  doubt: (quick: Quick) => Value,
  run: (way: Fold) => Code,
): Code {
  const { quick } = fold;
  return quick === undefined ? run(fold) : [run(quick), when(doubt(quick), run(fold))];
}
