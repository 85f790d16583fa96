import { op } from "../wasm/code.ts";
import type { BoolOp, Rule } from "./rules.ts";

const and: Rule = (_, x, y) => op("v128.and", x, y);
const or: Rule = (_, x, y) => op("v128.or", x, y);
const xor: Rule = (_, x, y) => op("v128.xor", x, y);

/** Masks. */
export const BOOLS: { readonly [O in BoolOp]: Rule } = {
  not: (_, x) => op("v128.not", x),
  and,
  or,
  xor,
  min: and,
  max: or,
  eq: (_, x, y) => op("v128.not", op("v128.xor", x, y)),
  ne: xor,
  lt: (_, x, y) => op("v128.andnot", y, x),
  le: (_, x, y) => op("v128.not", op("v128.andnot", x, y)),
};
