/** @file Truncated polynomials in four nilpotent numbers, in plain JavaScript: the reference of the laws. */

const ORDER = 4;
const SIZE = 1 << ORDER;

/** Coefficient `i` belongs to the product of the ε whose bits are set in `i`; every ε² is 0. */
export type Multi = readonly number[];
export type Vector = readonly Multi[];
/** A function of a vector, written for multi-duals. */
export type Model = (x: Vector) => Vector;

export const real = (value: number): Multi =>
  Array.from({ length: SIZE }, (_, i) => (i === 0 ? value : 0));
export const part = (a: Multi): number => a[0]!;
export const add = (a: Multi, b: Multi): Multi => a.map((v, i) => v + b[i]!);
export const scale = (a: Multi, k: number): Multi => a.map((v) => v * k);
export const sum = (xs: Vector): Multi => xs.reduce(add, real(0));

export function mul(a: Multi, b: Multi): Multi {
  const out = new Array<number>(SIZE).fill(0);
  for (let i = 0; i < SIZE; i++)
    for (let j = 0; a[i] !== 0 && j < SIZE; j++) if ((i & j) === 0) out[i | j]! += a[i]! * b[j]!;
  return out;
}

/** f(a) from the derivatives of f at the real part, by Taylor's formula. */
function taylor(a: Multi, derivatives: readonly number[]): Multi {
  const nilpotent = a.map((v, i) => (i === 0 ? 0 : v));
  let power = real(1);
  let out = real(derivatives[0]!);
  let factorial = 1;
  for (let k = 1; k <= ORDER; k++) {
    power = mul(power, nilpotent);
    factorial *= k;
    out = add(out, scale(power, derivatives[k]! / factorial));
  }
  return out;
}

export function sin(a: Multi): Multi {
  const [s, c] = [Math.sin(part(a)), Math.cos(part(a))];
  return taylor(a, [s, c, -s, -c, s]);
}
export function cos(a: Multi): Multi {
  const [s, c] = [Math.sin(part(a)), Math.cos(part(a))];
  return taylor(a, [c, -s, -c, s, c]);
}
export const exp = (a: Multi): Multi => taylor(a, new Array(ORDER + 1).fill(Math.exp(part(a))));
export function reciprocal(a: Multi): Multi {
  const r = 1 / part(a);
  return taylor(a, [r, -(r ** 2), 2 * r ** 3, -6 * r ** 4, 24 * r ** 5]);
}
export function log(a: Multi): Multi {
  const r = 1 / part(a);
  return taylor(a, [Math.log(part(a)), r, -(r ** 2), 2 * r ** 3, -6 * r ** 4]);
}
/** 1 − 2 / (e²ᵃ + 1) */
export const tanh = (a: Multi): Multi =>
  add(real(1), scale(reciprocal(add(exp(scale(a, 2)), real(1))), -2));
export const relu = (a: Multi): Multi => (part(a) > 0 ? a : real(0));
export const matvec = (W: readonly (readonly number[])[], x: Vector): Vector =>
  W.map((row) => sum(row.map((w, j) => scale(x[j]!, w))));

/** ε_k · value. */
const perturbation = (k: number, value: number): Multi =>
  Array.from({ length: SIZE }, (_, i) => (i === 1 << k ? value : 0));
/** The derivative by ε_k. */
const coefficient = (a: Multi, k: number): Multi =>
  a.map((_, i) => ((i >> k) & 1 ? 0 : a[i | (1 << k)]!));

/** J·v, where f does not use ε_k. */
export const pushAlong =
  (f: Model, v: readonly number[], k: number): Model =>
  (x) =>
    f(x.map((a, i) => add(a, perturbation(k, v[i]!)))).map((y) => coefficient(y, k));

/** vᵀJ: a column of the Jacobian for each input. */
export const pullAlong =
  (f: Model, v: readonly number[], k: number): Model =>
  (x) =>
    x.map((_, i) => {
      const moved = x.map((a, j) => (i === j ? add(a, perturbation(k, 1)) : a));
      return sum(f(moved).map((y, row) => scale(coefficient(y, k), v[row]!)));
    });

/** Σ f(a·x) over some numbers a. */
export const sumOver =
  (f: Model, factors: readonly number[]): Model =>
  (x) => {
    const rows = factors.map((a) => f(x.map((b) => scale(b, a))));
    return rows[0]!.map((_, i) => sum(rows.map((row) => row[i]!)));
  };
