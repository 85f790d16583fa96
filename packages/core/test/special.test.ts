import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Expr, input } from "../src/expr.ts";
import * as special from "../src/special.ts";
import { backend, dense, read } from "./reference/views.ts";

/** x and the value there, by mpmath. */
type Rows = readonly (readonly [number, number])[];

const table: Readonly<Record<string, Rows>> = JSON.parse(
  readFileSync(new URL("special.json", import.meta.url), "utf8"),
);

const functions: Readonly<Record<string, (x: Expr) => Expr>> = {
  erf: special.erf,
  erfc: special.erfc,
  lgamma: special.lgamma,
  digamma: special.digamma,
  polygamma1: (x) => special.polygamma(1, x),
  polygamma2: (x) => special.polygamma(2, x),
  polygamma3: (x) => special.polygamma(3, x),
  polygamma4: (x) => special.polygamma(4, x),
  sigmoid: special.sigmoid,
  softplus: special.softplus,
  logSigmoid: special.logSigmoid,
  gelu: special.gelu,
};

type Float = "float32" | "float64";

function evaluate(name: string, dtype: Float, xs: readonly number[]): number[] {
  const view = dense(dtype, [xs.length], xs);
  const [out] = backend.elementwise([functions[name]!(input(0, dtype))], [view], [xs.length]);
  return read(out!, dtype, [xs.length]);
}

/** Half the distance from 1 to the next number. */
const EPSILON = { float32: 2 ** -24, float64: 2 ** -53 };
const SMALLEST = { float32: 2 ** -126, float64: 2 ** -1022 };
const LARGEST = { float32: 3.4e38, float64: 1.7e308 };

/**
 * What an error counts against: near their roots lgamma and digamma have absolute precision, and the
 * tail of gelu has that of x² in its exponent.
 */
const scale: Readonly<Record<string, (x: number, y: number) => number>> = {
  lgamma: (x, y) => Math.max(1, Math.abs(y), x < 0 ? Math.abs(2 * Math.log(-x)) : 0),
  digamma: (x, y) => Math.max(x < 0 ? 4 : 1, Math.abs(y)),
  gelu: (x, y) => Math.abs(y) * (1 + x * x),
};

describe.each(["float32", "float64"] as const)("in %s", (dtype) => {
  it.each(Object.keys(functions))("%s agrees with mpmath to 4 units in the last place", (name) => {
    const rows = table[name]!.filter(
      ([x, y]) =>
        (dtype === "float64" || Math.fround(x) === x) &&
        Math.abs(y) > SMALLEST[dtype] &&
        Math.abs(y) < LARGEST[dtype],
    );
    const xs = rows.map(([x]) => x);

    const out = evaluate(name, dtype, xs);

    const errors = rows.map(([x, y], i) => {
      const size = scale[name]?.(x, y) ?? Math.abs(y);
      return { x, y, ulp: Math.abs(out[i]! - y) / (2 * EPSILON[dtype] * size) };
    });
    expect(errors.length).toBeGreaterThan(50);
    expect(errors.filter(({ ulp }) => !(ulp <= 4))).toEqual([]);
  });

  const points = [Infinity, -Infinity, NaN, 0, -0, -1, -2];
  it.each([
    ["erf", [1, -1, NaN, 0, -0]],
    ["erfc", [0, 2, NaN, 1, 1]],
    ["lgamma", [Infinity, Infinity, NaN, Infinity, Infinity, Infinity, Infinity]],
    ["digamma", [Infinity, NaN, NaN, -Infinity, Infinity, NaN, NaN]],
    ["polygamma1", [0, NaN, NaN, Infinity, Infinity, Infinity, Infinity]],
    ["polygamma2", [-0, NaN, NaN, -Infinity, -Infinity, -Infinity, -Infinity]],
    ["polygamma3", [0, NaN, NaN, Infinity, Infinity, Infinity, Infinity]],
    ["sigmoid", [1, 0, NaN, 0.5, 0.5]],
    ["softplus", [Infinity, 0, NaN]],
    ["logSigmoid", [0, -Infinity, NaN]],
    ["gelu", [Infinity, NaN, NaN, 0, -0]],
  ])("%s is right at infinities, NaN, zeros and poles", (name, expected) => {
    expect(evaluate(name, dtype, points).slice(0, expected.length)).toEqual(expected);
  });
});
