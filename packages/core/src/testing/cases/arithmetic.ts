import type { DType } from "../../dtype.ts";
import * as op from "../../ops/arithmetic.ts";
import { pow } from "../../ops/functions.ts";
import { anywhere, between, type Case, positive, elementwiseCase as row } from "../case.ts";

const NUMBERS: readonly DType[] = ["float64", "float32", "int32"];
const dtypes = NUMBERS;

const roundEven = (x: number): number => {
  const near = Math.round(x);
  return near % 1 === 0 && near - x === 0.5 && near % 2 !== 0 ? near - 1 : near;
};

export const arithmetic: readonly Case[] = [
  row("add", op.add, (x, y) => x + y, { dtypes }),
  row("sub", op.sub, (x, y) => x - y, { dtypes }),
  row("mul", op.mul, (x, y) => x * y, { dtypes }),
  row("neg", op.neg, (x) => 0 - x, { dtypes }),
  row("square", op.square, (x) => x * x, { dtypes }),
  row(
    "div",
    (x, y) => op.div(x!, y!),
    (x, y) => x / y,
  ),
  row(
    "div",
    (x, y) => op.div(x!, y!, { roundingMode: "floor" }),
    (x, y) => Math.floor(x / y),
    {
      from: [anywhere, between(3, 4)],
      dtypes,
      errors: [
        [() => op.div(1, 2, { roundingMode: "up" as "floor" }), /^div: roundingMode is up; use/],
      ],
    },
  ),
  row(
    "div",
    (x, y) => op.div(x!, y!, { roundingMode: "trunc" }),
    (x, y) => Math.trunc(x / y),
    {
      from: [anywhere, between(3, 4)],
      dtypes,
    },
  ),
  row("remainder", op.remainder, (x, y) => x - y * Math.floor(x / y), {
    from: [anywhere, between(3, 4)],
    dtypes,
  }),
  row("abs", op.abs, Math.abs, { dtypes }),
  row("sign", op.sign, Math.sign, { dtypes }),
  row("reciprocal", op.reciprocal, (x) => 1 / x),
  row("floor", op.floor, Math.floor, { dtypes }),
  row("ceil", op.ceil, Math.ceil, { dtypes }),
  row("round", op.round, roundEven, { dtypes }),
  row("trunc", op.trunc, Math.trunc, { dtypes }),
  row("maximum", op.maximum, (x, y) => Math.max(x, y), { dtypes }),
  row("minimum", op.minimum, (x, y) => Math.min(x, y), { dtypes }),
  row(
    "clamp",
    (x, low) => op.clamp(x!, low),
    (x, low) => Math.max(x, low),
    { dtypes },
  ),
  row(
    "clamp",
    (x, high) => op.clamp(x!, null, high),
    (x, high) => Math.min(x, high),
    { dtypes },
  ),
  row(
    "clamp",
    (x, low, high) => op.clamp(x!, low, high),
    (x, low, high) => Math.min(Math.max(x, low), high),
    { dtypes },
  ),
  row("pow", pow, (x, y) => x ** y, { from: [positive, anywhere] }),
];
