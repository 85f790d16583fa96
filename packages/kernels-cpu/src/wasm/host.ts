import { type Code, i32const, unsigned, type Value } from "./code.ts";

type HostFunction = (x: number, y: number) => number;

export type HostName =
  | "rem"
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "log2"
  | "log10"
  | "sin"
  | "cos"
  | "tan"
  | "asin"
  | "acos"
  | "atan"
  | "sinh"
  | "cosh"
  | "tanh"
  | "asinh"
  | "acosh"
  | "atanh"
  | "atan2"
  | "pow";

/** What JavaScript computes one number at a time. */
const HOST: { readonly [N in HostName]: HostFunction } = {
  rem: (x, y) => x % y,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  log2: Math.log2,
  log10: Math.log10,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  atan2: Math.atan2,
  /** 1 for 1^NaN and (−1)^±∞, as in C. */
  pow: (x, y) => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y),
};

const names = Object.keys(HOST) as HostName[];
const functions: readonly HostFunction[] = Object.values(HOST);

/** What every module imports as function 0. */
export const callHost = (number: number, x: number, y: number): number => functions[number]!(x, y);

/** Calls a function of JavaScript on float64 numbers. */
export function host(name: HostName, x: Value, y: Value): Value {
  const code: Code = [i32const(names.indexOf(name)).code, x.code, y.code, 0x10, unsigned(0)];
  return { type: "f64", code };
}
