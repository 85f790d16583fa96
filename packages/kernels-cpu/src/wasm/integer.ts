import {
  type Code,
  doWhile,
  i32const,
  type Local,
  op,
  select,
  set,
  tee,
  type Value,
  when,
} from "./code.ts";

/** An i32, or the constant. */
type Int = Value | number;

const value = (x: Int): Value => (typeof x === "number" ? i32const(x) : x);

// Arithmetic of addresses and counts.
export const add = (a: Int, b: Int): Value => op("i32.add", value(a), value(b));
export const sub = (a: Int, b: Int): Value => op("i32.sub", value(a), value(b));
export const mul = (a: Int, b: Int): Value => op("i32.mul", value(a), value(b));
export const equal = (a: Int, b: Int): Value => op("i32.eq", value(a), value(b));
/** Signed, as the other comparisons. */
export const less = (a: Int, b: Int): Value => op("i32.lt_s", value(a), value(b));
export const both = (a: Value, b: Value): Value => op("i32.and", a, b);
/** The smaller one; both operands are written twice. */
export const lesser = (a: Int, b: Int): Value => select(less(a, b), value(a), value(b));

/** Adds to a variable. */
export const advance = (local: Local, by: Int): Code => set(local, add(local, by));

/** Runs a body while `count` has `each` left, maybe never; what remains stays in `count`. */
export const takeWhole = (count: Local, each: number, body: Code): Code =>
  when(less(each - 1, count), doWhile(body, less(each - 1, tee(count, sub(count, each)))));

/** Runs a body `count` times, at least once; `count` is 0 afterwards. */
export const countDown = (count: Local, body: Code): Code =>
  doWhile(body, tee(count, sub(count, 1)));

/** What unrolled code has several of. */
export const copies = <T>(n: number, make: (i: number) => T): T[] =>
  Array.from({ length: n }, (_, i) => make(i));
