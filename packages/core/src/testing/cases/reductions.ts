import { zeros } from "../../create.ts";
import type { DType } from "../../dtype.ts";
import { isclose } from "../../ops/closeness.ts";
import { amax, amin, argmax, argmin, max, min } from "../../ops/extremes.ts";

import { any } from "../../ops/reductions.ts";
import { cumsum } from "../../ops/scans.ts";
import { logSoftmax, logSumExp, softmax } from "../../ops/softmax.ts";
import { sort } from "../../ops/sorting.ts";
import { norm, variance } from "../../ops/statistics.ts";
import type { Tensor } from "../../tensor.ts";
import {
  anywhere,
  type Case,
  flags,
  type Input,
  real,
  elementwiseCase as row,
  type Wrong,
} from "../case.ts";
import { loop, Plain, total } from "../plain.ts";

const NUMBERS: readonly DType[] = ["float64", "float32", "int32"];
const SAMPLES = [[real([2, 3, 2])], [real([1, 4, 1])], [real([0, 2, 3])]];

/** Each line along dim 1 of three becomes a number. */
const lines =
  (f: (line: readonly number[]) => number) =>
  (x?: Plain): Plain =>
    loop([x!.shape[0]!, x!.shape[2]!], (i, k) =>
      f(Array.from({ length: x!.shape[1]! }, (_, j) => x!.at(i!, j, k!))),
    );

const reduction = (
  name: string,
  call: (x: Tensor) => Tensor,
  line: (line: readonly number[]) => number,
  rest: Partial<Case> = {},
): Case => ({
  name,
  call: (x) => call(x!),
  reference: lines(line),
  samples: SAMPLES,
  ...rest,
});

const most = (line: readonly number[]): number => Math.max(...line);
const least = (line: readonly number[]): number => Math.min(...line);
const sum = (line: readonly number[], f: (x: number) => number): number =>
  total(line.length, (i) => f(line[i]!));

const empty = (call: (x: Tensor) => Tensor, name: string): readonly Wrong[] => [
  [() => call(zeros([2, 0, 2])), new RegExp(`^${name}: `)],
];
const EXTREMES = { amax, amin, argmax, argmin } as const;
const WHOLE = { max, min } as const;
const extreme = (
  name: "amax" | "amin" | "argmax" | "argmin",
  line: (line: readonly number[]) => number,
  rest: Partial<Case> = {},
): Case => {
  const call = (x: Tensor): Tensor => EXTREMES[name](x, 1);
  return reduction(name, call, line, { dtypes: NUMBERS, errors: empty(call, name), ...rest });
};
const whole = (name: "max" | "min"): Case => ({
  name,
  call: (x) => WHOLE[name](x!),
  reference: (x) => loop([], () => Math[name](...x!.data)),
  samples: [[real([4])], [real([])], [real([2, 3])]],
  dtypes: NUMBERS,
  errors: [[() => WHOLE[name](zeros([0])), new RegExp(`^${name}: `)]],
});

/** The places of a vector's elements, the largest first, equal ones in their order. */
const descending = (x: Plain): number[] =>
  [...x.data.keys()].sort((i, j) => x.at(j) - x.at(i) || i - j);

const near: Input["value"] = (draw) => 1 + Math.floor(3 * draw()) * 1e-6;

const powers = (line: readonly number[]): number => sum(line, Math.exp);

/** Each element of a matrix beside the sum of exponentials of its row. */
const beside =
  (f: (x: number, total: number) => number) =>
  (x?: Plain): Plain =>
    loop(x!.shape, (i, j) =>
      f(
        x!.at(i!, j!),
        total(x!.shape[1]!, (k) => Math.exp(x!.at(i!, k))),
      ),
    );
const ROWS = [[real([2, 3])], [real([3, 1])], [real([2, 0])]];

function varianceOf(line: readonly number[]): number {
  const mean = sum(line, (x) => x) / line.length;
  return sum(line, (x) => (x - mean) ** 2) / (line.length - 0.5);
}

export const reductions: readonly Case[] = [
  reduction("variance", (x) => variance(x, 1, { correction: 0.5 }), varianceOf),
  reduction(
    "logSumExp",
    (x) => logSumExp(x, 1),
    (line) => Math.log(powers(line)),
  ),
  {
    name: "softmax",
    call: (x) => softmax(x!, 1),
    reference: beside((x, sum) => Math.exp(x) / sum),
    samples: ROWS,
    errors: [[() => softmax(zeros([2]), 1), /^softmax: dim 1 is out of range/]],
  },
  {
    name: "logSoftmax",
    call: (x) => logSoftmax(x!, 1),
    reference: beside((x, sum) => x - Math.log(sum)),
    samples: ROWS,
    errors: [[() => logSoftmax(zeros([2]), 1), /^logSoftmax: dim 1 is out of range/]],
  },
  extreme("amax", most),
  extreme("amin", least),
  extreme("argmax", (line) => line.indexOf(most(line)), { constant: true }),
  extreme("argmin", (line) => line.indexOf(least(line)), { constant: true }),
  whole("max"),
  whole("min"),
  reduction(
    "norm",
    (x) => norm(x, 1),
    (line) => Math.hypot(...line),
    { covers: ["norm", "sqrt"] },
  ),
  reduction(
    "norm",
    (x) => norm(x, 1, { ord: 3 }),
    (line) => sum(line, (x) => Math.abs(x) ** 3) ** (1 / 3),
    {
      covers: ["pow"],
    },
  ),
  reduction(
    "norm",
    (x) => norm(x, 1, { ord: 0 }),
    (line) => sum(line, (x) => Number(x !== 0)),
  ),
  reduction(
    "norm",
    (x) => norm(x, 1, { ord: Infinity }),
    (line) => most(line.map(Math.abs)),
  ),
  reduction(
    "norm",
    (x) => norm(x, 1, { ord: -Infinity }),
    (line) => least(line.map(Math.abs)),
  ),
  {
    ...reduction(
      "any",
      (x) => any(x, 1),
      (line) => Number(line.includes(1)),
    ),
    covers: ["count"],
    samples: [[flags([2, 3, 2])], [flags([2, 0, 3])], [flags([0, 1, 1])]],
    constant: true,
  },
  {
    name: "sort",
    covers: ["order"],
    call: (x) => sort(x!, 0, { descending: true }),
    reference: (x) => [
      new Plain(
        x!.shape,
        descending(x!).map((i) => x!.at(i)),
      ),
      new Plain(x!.shape, descending(x!)),
    ],
    samples: [[real([5])], [real([1])], [real([0])]],
    dtypes: NUMBERS,
    errors: [[() => sort(zeros([2]), 1), /^sort: dim 1 is out of range for a tensor with 1 dim/]],
  },
  {
    name: "cumsum",
    call: (x) => cumsum(x!, 1),
    reference: (x) => loop(x!.shape, (i, j) => total(j! + 1, (k) => x!.at(i!, k))),
    samples: [[real([2, 3])], [real([0, 2])], [real([2, 0])]],
    dtypes: NUMBERS,
    errors: [
      [() => cumsum(zeros([2]), 1), /^cumsum: dim 1 is out of range for a tensor with 1 dim/],
    ],
  },
  {
    ...row(
      "isclose",
      (x, y) => isclose(x!, y!, { rtol: 1e-6, atol: 0.5e-6 }),
      (x, y) => Number(Math.abs(x - y) <= 0.5e-6 + 1e-6 * Math.abs(y)),
    ),
    samples: [
      [real([8], near), real([8], near)],
      [real([0]), real([0])],
      [real([]), real([], anywhere)],
    ],
    constant: true,
    errors: [
      [() => isclose(zeros(2), zeros(2), { rtol: -1 }), /^isclose: rtol is -1; pass a number ≥ 0/],
    ],
  },
];
