import type { ScalarOp } from "@cotangent/core/extend";
import type { Value } from "../wasm/code.ts";
import type { Body } from "./body.ts";

/** Renders an op on vectors; `y` is there where the op has two arguments. */
export type Rule = (body: Body, x: Value, y: Value) => Value;

type BitOp = "not" | "and" | "or" | "xor";
type IntegerOnly = "shl" | "shr" | "mulhi";
type Compared = "eq" | "ne" | "lt" | "le";

/** The ops of each kind of type: a scalar op that is new is missing among the floats, if nowhere else. */
export type FloatOp = Exclude<ScalarOp, BitOp | IntegerOnly>;
export type IntegerOp =
  | BitOp
  | IntegerOnly
  | Compared
  | ("neg" | "abs" | "add" | "sub" | "mul" | "div" | "rem" | "pow" | "min" | "max");
export type BoolOp = BitOp | Compared | "min" | "max";
