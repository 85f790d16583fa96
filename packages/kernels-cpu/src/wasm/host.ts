import { type Code, i32const, unsigned, type Value } from "./code.ts";

type HostFunction = (x: number, y: number) => number;

export type HostName = "rem" | "sin" | "cos" | "tan";

/** What JavaScript computes one number at a time: what is exact there and long here, and huge angles. */
const HOST: { readonly [N in HostName]: HostFunction } = {
  rem: (x, y) => x % y,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
};

/** In the order of their numbers; from 1 on they are functions of Math. */
export const HOST_NAMES: readonly HostName[] = Object.keys(HOST) as HostName[];
const functions: readonly HostFunction[] = Object.values(HOST);

/** What every module imports as function 0. */
export const callHost = (number: number, x: number, y: number): number => functions[number]!(x, y);

/** Calls a function of JavaScript on float64 numbers. */
export function host(name: HostName, x: Value, y: Value): Value {
  const code: Code = [i32const(HOST_NAMES.indexOf(name)).code, x.code, y.code, 0x10, unsigned(0)];
  return { type: "f64", code };
}
