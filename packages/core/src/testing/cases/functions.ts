import * as op from "../../ops/functions.ts";
import { between, type Case, positive, elementwiseCase as row } from "../case.ts";
import { total } from "../plain.ts";

const unit = [between(-0.9, 0.9)];
const above0 = [positive];
const above1 = [between(1.2, 3)];

/** The Taylor series, good to rounding below 2.5. */
export const erf = (x: number): number => {
  let term = x;
  return (
    (2 / Math.sqrt(Math.PI)) *
    total(60, (n) => {
      if (n > 0) term *= (-x * x) / n;
      return term / (2 * n + 1);
    })
  );
};
const FAR = 80;
/** By recurrence from Stirling's series, not so far out that digits cancel. */
const lgamma = (x: number): number => {
  const z = x + 12;
  const stirling = (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2;
  const bernoulli = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188];
  const series = total(bernoulli.length, (k) => bernoulli[k]! * z ** (-1 - 2 * k));
  return stirling + series - total(12, (i) => Math.log(x + i));
};
const digamma = (x: number): number => {
  const z = x + FAR;
  const series = 1 / (12 * z ** 2) - 1 / (120 * z ** 4) + 1 / (252 * z ** 6);
  return Math.log(z) - 1 / (2 * z) - series - total(FAR, (i) => 1 / (x + i));
};
/** The derivative of the series of the order before, term by term. */
const polygamma = [
  (x: number): number => {
    const z = x + FAR;
    const series = 1 / z + 1 / (2 * z ** 2) + 1 / (6 * z ** 3) - 1 / (30 * z ** 5);
    return series + total(FAR, (i) => (x + i) ** -2);
  },
  (x: number): number => {
    const z = x + FAR;
    const series = 1 / z ** 2 + 1 / z ** 3 + 1 / (2 * z ** 4) - 1 / (6 * z ** 6);
    return -series - 2 * total(FAR, (i) => (x + i) ** -3);
  },
  (x: number): number => {
    const z = x + FAR;
    const series = 2 / z ** 3 + 3 / z ** 4 + 2 / z ** 5 - 1 / z ** 7;
    return series + 6 * total(FAR, (i) => (x + i) ** -4);
  },
];

export const functions: readonly Case[] = [
  row("exp", op.exp, Math.exp),
  row("expm1", op.expm1, Math.expm1),
  row("log", op.log, Math.log, { from: above0 }),
  row("log1p", op.log1p, Math.log1p, { from: above0 }),
  row("log2", op.log2, Math.log2, { from: above0 }),
  row("log10", op.log10, Math.log10, { from: above0 }),
  row("sqrt", op.sqrt, Math.sqrt, { from: above0 }),
  row("rsqrt", op.rsqrt, (x) => 1 / Math.sqrt(x), { from: above0 }),
  row("sin", op.sin, Math.sin),
  row("cos", op.cos, Math.cos),
  row("tan", op.tan, Math.tan, { from: unit }),
  row("asin", op.asin, Math.asin, { from: unit }),
  row("acos", op.acos, Math.acos, { from: unit }),
  row("atan", op.atan, Math.atan),
  row("sinh", op.sinh, Math.sinh),
  row("cosh", op.cosh, Math.cosh),
  row("tanh", op.tanh, Math.tanh),
  row("asinh", op.asinh, Math.asinh),
  row("acosh", op.acosh, Math.acosh, { from: above1 }),
  row("atanh", op.atanh, Math.atanh, { from: unit }),
  row("atan2", op.atan2, (y, x) => Math.atan2(y, x)),
  row("erf", op.erf, erf),
  row("erfc", op.erfc, (x) => 1 - erf(x)),
  row("lgamma", op.lgamma, lgamma, { from: above0 }),
  row("digamma", op.digamma, digamma, { from: above0 }),
  ...polygamma.map((f, i) =>
    row(
      "polygamma",
      (x) => op.polygamma(x!, i + 1),
      (x) => f(x),
      {
        from: above0,
        errors: [[() => op.polygamma(1, 9), /^polygamma: the order is 9; use 0, 1, 2 or 3$/]],
      },
    ),
  ),
];
