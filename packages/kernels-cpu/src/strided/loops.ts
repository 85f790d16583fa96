import { type Code, i32const, type Local, op, type Value, whileDo } from "../wasm/code.ts";
import { advance } from "../wasm/integer.ts";

/** Runs a body `count` times; `count` is 0 afterwards. Pointers advance after each turn. */
export const repeat = (
  count: Local,
  body: Code,
  steps: readonly (readonly [Local, Value])[],
): Code => takeWhole(count, 1, body, steps);

/** Runs a body while `count` has `each` left; what remains stays in `count`. */
export const takeWhole = (
  count: Local,
  each: number,
  body: Code,
  steps: readonly (readonly [Local, Value])[],
): Code =>
  whileDo(op("i32.ge_u", count, i32const(each)), [
    body,
    steps.map(([pointer, by]) => advance(pointer, by)),
    advance(count, -each),
  ]);
