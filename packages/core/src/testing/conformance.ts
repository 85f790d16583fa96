import { backendOf } from "../device.ts";
import { type DType, isFloat } from "../dtype.ts";
import { CotangentError } from "../errors.ts";
import { type Primitive, primitives } from "../primitive.ts";
import type { Tensor } from "../tensor.ts";
import type { Device } from "../view.ts";
import { type Case, drawing, type Input, plainOf, type Sample } from "./case.ts";
import { cases } from "./cases.ts";
import { PRECISION } from "./check.ts";
import { floats, type Point, pulled, tensorsOf } from "./derivatives.ts";
import { watching } from "./keeps.ts";
import { ALWAYS, constant, DIFFERENTIABLE, forward, type Law } from "./laws.ts";
import type { Plain } from "./plain.ts";

/** Defines one test. */
export type DefineTest = (title: string, run: () => void | Promise<void>) => unknown;

/** `describe` and `it` of a test runner, such as Vitest. */
export interface Runner {
  /** Groups the tests that `body` defines. */
  readonly describe: (title: string, body: () => void) => unknown;
  readonly it: DefineTest & { readonly skip: DefineTest };
}

const ROWS = 2;
const DTYPES: readonly DType[] = ["float64", "float32"];

const list = <T extends object>(y: T | readonly T[]): readonly T[] =>
  Array.isArray(y) ? (y as readonly T[]) : [y as T];

/** A sample as a point, and rows to batch it with. The same ones at every run. */
function pointOf(c: Case, sample: Sample, dtype: DType, device: Device) {
  const draw = drawing(c.samples.indexOf(sample) + 1);
  const dtypes = sample.map((input) => input.dtype ?? dtype);
  const moves = (input: Input): boolean =>
    c.constant !== true && input.dtype === undefined && isFloat(dtype);
  const row = (): readonly Plain[] => sample.map((input, i) => plainOf(input, dtypes[i]!, draw));
  const point: Point = {
    f: (...xs) => list<Tensor>(c.call(...xs)),
    xs: row(),
    dtypes,
    active: sample.flatMap((input, i) => (moves(input) ? [i] : [])),
    device,
    precision: PRECISION[c.rounding ?? dtype],
    draw,
  };
  return { point, rows: Array.from({ length: ROWS }, row) };
}

function checkErrors(c: Case): void {
  for (const [run, message] of c.errors ?? []) {
    const error = thrown(run);
    if (!(error instanceof CotangentError && message.test(error.message)))
      throw new Error(`expected an error like ${message}, not ${String(error)}`);
  }
}

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return "none";
}

function runCase({ describe, it }: Runner, c: Case, device: Device): void {
  const wanted = c.dtypes ?? DTYPES;
  const there = wanted.filter((dtype) => backendOf(device).dtypes.has(dtype));
  const each = async (dtype: DType, law: Law): Promise<void> => {
    for (const sample of c.samples) {
      const { point, rows } = pointOf(c, sample, dtype, device);
      await law(point, rows);
    }
  };
  describe(c.name, () => {
    for (const dtype of wanted) {
      const test = there.includes(dtype) ? it : it.skip;
      const law = forward((xs) => list<Plain>(c.reference(...xs)));
      test(`gives what plain loops give, in ${dtype}`, () => each(dtype, law));
    }
    const main = there[0] ?? wanted[0]!;
    const test = there.length > 0 ? it : it.skip;
    for (const [title, law] of Object.entries(ALWAYS)) test(title, () => each(main, law));
    if (c.constant === true) test("has no derivative", () => each(main, constant));
    else
      for (const [title, law] of Object.entries(DIFFERENTIABLE))
        test(title, () => each(main, (p, rows) => law(floats(p), rows)));
    if (c.errors !== undefined) it("says what is wrong", () => checkErrors(c));
  });
}

/** The primitives that a case is for and that run when it does. */
function covered(c: Case): readonly Primitive<never>[] {
  const { point } = pointOf(c, c.samples[0]!, (c.dtypes ?? DTYPES)[0]!, "cpu");
  const run = (): void => {
    point.f(...tensorsOf(point));
    if (c.constant === true) return;
    const back = pulled(floats(point));
    back.f(...tensorsOf(back));
  };
  run(); // a row may be made at its first call
  const names = c.covers ?? [c.name];
  const seen: Primitive<never>[] = [];
  watching("forward", (p) => names.includes(p.name) && seen.push(p), run);
  return seen;
}

function checkCoverage(list: readonly Case[], all: readonly Primitive<never>[]): void {
  const seen = new Set(list.flatMap(covered));
  const missing = all.filter((p) => !seen.has(p)).map((p) => p.name);
  if (missing.length > 0)
    throw new Error(`no case runs the primitives ${missing.join(", ")}; add one to the list`);
}

/** Options of `conformance`. */
export interface ConformanceOptions {
  /** Where the ops run. Default: `"cpu"`. */
  readonly device?: Device;
  /** Cases of primitives that core does not have. Default: none. */
  readonly more?: readonly Case[];
}

/**
 * Defines the conformance tests of a backend: every case is run against plain loops and differences, under
 * vmap, on views of every kind. Dtypes that the device lacks are skipped. A primitive without a case fails.
 *
 * @example
 * import { describe, it } from "vitest";
 * conformance({ describe, it }, { device: "webgpu" });
 */
export function conformance(runner: Runner, options: ConformanceOptions = {}): void {
  const { device = "cpu", more = [] } = options;
  const [list, all] = [[...cases, ...more], [...primitives]];
  runner.it("has a case for every primitive", () => checkCoverage(list, all));
  for (const c of list) runCase(runner, c, device);
}
