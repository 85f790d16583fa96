import type { DType } from "../../dtype.ts";
import * as op from "../../ops/comparison.ts";
import { between, type Case, elementwiseCase as row } from "../case.ts";

/** Ties are likely. */
const few = (draw: () => number): number => Math.floor(between(-1, 2)(draw));
const special = (draw: () => number): number =>
  [1, Infinity, -Infinity, NaN][Math.floor(4 * draw())]!;

const DTYPES: readonly DType[] = ["float64", "float32", "int32", "bool"];
const pair = { from: [few, few], dtypes: DTYPES, constant: true } as const;
const one = { from: [special], constant: true } as const;

export const comparison: readonly Case[] = [
  row("eq", op.eq, (x, y) => Number(x === y), pair),
  row("ne", op.ne, (x, y) => Number(x !== y), pair),
  row("lt", op.lt, (x, y) => Number(x < y), pair),
  row("le", op.le, (x, y) => Number(x <= y), pair),
  row("gt", op.gt, (x, y) => Number(x > y), pair),
  row("ge", op.ge, (x, y) => Number(x >= y), pair),
  row("logicalAnd", op.logicalAnd, (x, y) => Number(x !== 0 && y !== 0), pair),
  row("logicalOr", op.logicalOr, (x, y) => Number(x !== 0 || y !== 0), pair),
  row("logicalXor", op.logicalXor, (x, y) => Number((x !== 0) !== (y !== 0)), pair),
  row("logicalNot", op.logicalNot, (x) => Number(x === 0), pair),
  row("isnan", op.isnan, (x) => Number(Number.isNaN(x)), one),
  row("isinf", op.isinf, (x) => Number(Math.abs(x) === Infinity), one),
  row("isfinite", op.isfinite, (x) => Number(Number.isFinite(x)), one),
];
