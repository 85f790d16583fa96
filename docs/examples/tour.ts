/** The examples in the order of the tour, and what it measures of each. */
import { type DType, getDefaultDtype, setDefaultDtype, Tensor } from "@cotangent/core";
import * as closure from "./closure.ts";
import * as elementwise from "./elementwise.ts";
import * as heatmap from "./heatmap.ts";
import * as hessian from "./hessian.ts";
import * as hvp from "./hvp.ts";
import * as jac from "./jac.ts";
import * as jacGramian from "./jacGramian.ts";
import * as jacobian from "./jacobian.ts";
import * as jacTwoSteps from "./jacTwoSteps.ts";
import * as jvp from "./jvp.ts";
import * as matrices from "./matrices.ts";
import * as model from "./model.ts";
import * as perSample from "./perSample.ts";
import * as rowByRow from "./rowByRow.ts";
import * as rowByRowTwoInputs from "./rowByRowTwoInputs.ts";
import * as scalars from "./scalars.ts";
import * as severalInputs from "./severalInputs.ts";
import * as tallNetwork from "./tallNetwork.ts";
import * as twoInputs from "./twoInputs.ts";
import * as vhp from "./vhp.ts";
import * as vjp from "./vjp.ts";
import * as wideAndTall from "./wideAndTall.ts";

/** Tensors in arrays, and what they must equal: numbers, or other tensors, in the same arrays. */
export type Values = Tensor | readonly Values[];
export type Expected = number | Tensor | readonly Expected[];
export type Comparisons = Readonly<Record<string, readonly [actual: Values, expected: Expected]>>;

export interface Example {
  readonly title: string;
  readonly reference: string;
  /** The default dtype while it runs; "float64" unless given. */
  readonly dtype?: DType;
  /** The largest difference allowed, relative to the largest expected value; 1e-12 unless given. */
  readonly tolerance?: number;
  run(): Comparisons;
  /** The name of the file that `draw` gives the contents of. */
  readonly drawing?: string;
  draw?(): string;
}

export const examples: Readonly<Record<string, Example>> = {
  elementwise,
  perSample,
  twoInputs,
  rowByRow,
  rowByRowTwoInputs,
  jac,
  jacGramian,
  jacTwoSteps,
  vjp,
  jvp,
  jacobian,
  hessian,
  vhp,
  hvp,
  closure,
  model,
  wideAndTall,
  tallNetwork,
  matrices,
  severalInputs,
  scalars,
  heatmap,
};

/** Calls f under the default dtype of an example. */
export function within<T>(example: Example, f: () => T): T {
  const before = getDefaultDtype();
  setDefaultDtype(example.dtype ?? "float64");
  try {
    return f();
  } finally {
    setDefaultDtype(before);
  }
}

export interface Row {
  readonly name: string;
  readonly title: string;
  readonly reference: string;
  /** How many numbers were compared. */
  readonly values: number;
  readonly tolerance: number;
  readonly difference: number;
  readonly milliseconds: number;
}

/** Runs an example: what it compared, how far it was off, how long it took. */
export function measure(name: string, example: Example): Row {
  const { title, reference, tolerance = 1e-12 } = example;
  return within(example, () => {
    const start = performance.now();
    const comparisons = Object.values(example.run());
    const milliseconds = performance.now() - start;
    const compared = comparisons.map(([actual, expected]) => compare(actual, expected));
    const values = compared.reduce((sum, { values }) => sum + values, 0);
    const difference = Math.max(...compared.map(({ difference }) => difference));
    return { name, title, reference, values, tolerance, difference, milliseconds };
  });
}

/** NaN, a missing value and nothing at all to compare are never within a tolerance. */
export const agrees = (row: Row): boolean => row.values > 0 && row.difference <= row.tolerance;

/** The largest |actual − expected|, relative to the largest |expected|. */
export function compare(
  actual: Values,
  expected: Expected,
): { values: number; difference: number } {
  const all = pairs(nested(actual), nested(expected));
  const largest = (of: (pair: Pair) => number) => all.reduce((m, p) => Math.max(m, of(p)), 0);
  const scale = largest(([, e]) => Math.abs(e)) || 1;
  return { values: all.length, difference: largest(([a, e]) => Math.abs(a - e)) / scale };
}

type Pair = readonly [actual: number, expected: number];
type Nested = number | readonly Nested[];

function nested(values: Expected): Nested {
  if (values instanceof Tensor) return values.arraySync() as Nested;
  return typeof values === "number" ? values : values.map(nested);
}

/** What stands at the same place on both sides; NaN where the shapes differ. */
function pairs(actual: Nested, expected: Nested): Pair[] {
  if (typeof actual === "number" && typeof expected === "number") return [[actual, expected]];
  if (typeof actual === "number" || typeof expected === "number") return [[NaN, NaN]];
  if (actual.length !== expected.length) return [[NaN, NaN]];
  return actual.flatMap((entry, i) => pairs(entry, expected[i] ?? NaN));
}

/** A table for people: its last columns are numbers, and change from run to run. */
export function printed(rows: readonly Row[]): string {
  const lines = rows.map((row) => [
    agrees(row) ? "✓" : "✗",
    row.name,
    row.title,
    row.values.toLocaleString("en"),
    row.difference === 0 ? "0" : row.difference.toExponential(1),
    `${row.milliseconds.toFixed(1)} ms`,
  ]);
  const head = ["", "example", "what is computed", "values", "difference", "time"];
  const table = [head, ...lines];
  const widths = head.map((_, j) => Math.max(...table.map((line) => line[j]?.length ?? 0)));
  const pad = (text: string, j: number) =>
    j < 3 ? text.padEnd(widths[j] ?? 0) : text.padStart(widths[j] ?? 0);
  return table.map((line) => line.map(pad).join("  ").trimEnd()).join("\n");
}

/** The README's table: what is the same in every run. */
export function markdown(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const bound = row.tolerance === 0 ? "exactly" : `to ${row.tolerance}`;
    const agreement = agrees(row) ? `${row.reference}, ${bound}` : `not ${row.reference}`;
    const values = row.values.toLocaleString("en");
    return `| [${row.name}](docs/examples/${row.name}.ts) | ${row.title} | ${values} | ${agreement} |`;
  });
  return ["| example | what is computed | values | equal to |", "|---|---|--:|---|", ...lines].join(
    "\n",
  );
}
