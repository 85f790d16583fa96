/** Reads golden files: our calls as JSON, and what they must give. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import * as core from "../../src/index.ts";
import { bounds } from "./bounds.ts";

/** Row-major; JSON lacks "nan", "inf", "-inf" and "-0". */
export type Data = readonly (number | boolean | string)[];

/** 0: zeros throughout; null: none, since the input or output is not of a float dtype. */
export type Derivative = Data | 0 | null;

export interface TensorRecord {
  readonly dtype: core.DType;
  readonly shape: readonly number[];
  readonly data: Data;
}

export interface GoldenCase {
  readonly op: string;
  readonly fn: string;
  readonly args: readonly unknown[];
  readonly inputs: readonly TensorRecord[];
  readonly outputs: readonly (TensorRecord | boolean)[];
  readonly cotangents?: readonly Derivative[];
  readonly vjp?: readonly Derivative[];
  readonly tangents?: readonly Derivative[];
  readonly jvp?: readonly Derivative[];
  readonly direction?: readonly Derivative[];
  readonly second?: readonly Derivative[];
  /** Element by element, as magnitudes differ widely; else relative to the tensor's largest magnitude. */
  readonly each?: boolean;
  /** The sign of a zero counts in the value. */
  readonly signedZeros?: boolean;
}

/** What counts as agreement with golden numbers. */
export interface Agreement {
  readonly bound: number;
  readonly each?: boolean | undefined;
  readonly signedZeros?: boolean | undefined;
}

type Value = core.Tensor | boolean;

const functions = core as unknown as Readonly<Record<string, (...args: unknown[]) => unknown>>;

export function readGolden<Golden>(file: URL): Golden {
  const bytes = readFileSync(file);
  const text = file.pathname.endsWith(".gz") ? gunzipSync(bytes) : bytes;
  return JSON.parse(text.toString()) as Golden;
}

/** The cases of each op, as [fn, cases]. */
export function byFunction<Case extends { readonly fn: string }>(cases: readonly Case[]) {
  const groups = new Map<string, Case[]>();
  for (const one of cases) groups.set(one.fn, [...(groups.get(one.fn) ?? []), one]);
  return [...groups];
}

/** `fn(...)` with shapes in place of tensors. */
export function title({ op, fn, args, inputs }: GoldenCase): string {
  const text = args.map((argument) => JSON.stringify(argument)).join(", ");
  const shown = text.replace(/\{"\$":(\d+)\}/g, (_, index) => {
    const { dtype, shape } = inputs[Number(index)]!;
    return `${dtype}[${shape}]`;
  });
  return `${fn}(${shown}) as PyTorch's ${op}`;
}

const named: Readonly<Record<string, number>> = {
  nan: NaN,
  inf: Infinity,
  "-inf": -Infinity,
  "-0": -0,
};

const decodeNumber = (value: number | boolean | string): number =>
  typeof value === "string" ? named[value]! : Number(value);

export function decode({ dtype, shape, data }: TensorRecord): core.Tensor {
  const numbers = data.map(decodeNumber);
  const array = dtype === "bool" ? Uint8Array.from(numbers) : Float64Array.from(numbers);
  return core.tensor(array, { dtype, shape });
}

/** The tensor of a derivative whose shape and dtype are another's. */
export function decodeLike(derivative: Derivative, like: core.Tensor): core.Tensor {
  const { dtype, shape } = like;
  return derivative ? decode({ dtype, shape, data: derivative }) : core.zeros(shape, { dtype });
}

/** The tensor that `{"$": reference}` stands for. */
export type Lookup = (reference: number | string) => core.Tensor;

function decodeArgument(value: unknown, lookup: Lookup): unknown {
  if (typeof value === "string") return named[value] ?? value;
  if (Array.isArray(value)) return value.map((item) => decodeArgument(item, lookup));
  if (typeof value !== "object" || value === null) return value;
  if ("$" in value) return lookup(value.$ as number | string);
  if ("tensor" in value) return decode(value.tensor as TensorRecord);
  if ("undefined" in value) return undefined;
  if ("slice" in value) return core.slice(...sliceBounds(value.slice as (number | null)[]));
  const entries = Object.entries(value).map(([key, item]) => [key, decodeArgument(item, lookup)]);
  return Object.fromEntries(entries);
}

const sliceBounds = (values: readonly (number | null)[]): (number | undefined)[] =>
  values.map((value) => value ?? undefined);

/** Calls the export `fn` of core. */
export function evaluate(fn: string, args: readonly unknown[], lookup: Lookup): unknown {
  const target = functions[fn];
  if (!target) throw new Error(`@cotangent/core has no export "${fn}"`);
  return target(...args.map((argument) => decodeArgument(argument, lookup)));
}

/** A case's call; one result and several both come as an array. */
export function call(
  { fn, args }: Pick<GoldenCase, "fn" | "args">,
  inputs: readonly core.Tensor[],
): readonly Value[] {
  const result = evaluate(fn, args, (index) => inputs[Number(index)]!);
  return (Array.isArray(result) ? result : [result]) as readonly Value[];
}

export const isFloat = (value: Value | TensorRecord): value is core.Tensor =>
  typeof value !== "boolean" && value.dtype.startsWith("float");

/** How `actual` differs from `expected`, in words; nothing when they agree. */
export function difference(
  part: string,
  actual: Value | undefined,
  expected: TensorRecord | boolean,
  agreement: Agreement,
): string[] {
  if (typeof expected === "boolean" || typeof actual !== "object") {
    return actual === expected ? [] : [`${part}: ${actual} instead of ${expected}`];
  }
  const kind = `${actual.dtype}[${actual.shape}]`;
  const expectedKind = `${expected.dtype}[${expected.shape}]`;
  if (kind !== expectedKind) return [`${part}: ${kind} instead of ${expectedKind}`];
  const numbers = expected.data.map(decodeNumber);
  const values = Array.from(actual.dataSync(), Number);
  const agrees = comparison(numbers, agreement);
  const wrong = numbers.flatMap((number, i) =>
    agrees(values[i]!, number)
      ? []
      : [`${part}: element ${i} is ${text(values[i]!)} instead of ${text(number)}`],
  );
  return wrong.length > 4
    ? [...wrong.slice(0, 4), `${part}: ${wrong.length} elements differ`]
    : wrong;
}

const text = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

function comparison(numbers: readonly number[], { bound, each, signedZeros }: Agreement) {
  const largest = Math.max(1, ...numbers.filter(Number.isFinite).map(Math.abs));
  // Where each element counts, rounding may leave 1e-15 of a zero
  const tolerance = (expected: number) =>
    each ? bound * Math.abs(expected) || 1e-15 : bound * largest;
  return (actual: number, expected: number): boolean => {
    if (signedZeros && actual === 0 && expected === 0) return Object.is(actual, expected);
    if (Object.is(actual, expected) || actual === expected) return true;
    return Number.isFinite(expected) && Math.abs(actual - expected) <= tolerance(expected);
  };
}

/** How closely a case has to agree: to 1e-12, unless `bounds` has a reason. */
export const agreementOf = ({ fn, each, signedZeros }: GoldenCase): Agreement => ({
  bound: bounds[fn]?.bound ?? 1e-12,
  each,
  signedZeros,
});

/** The differences of derivatives from the golden ones, each of its like's shape and dtype. */
export function derivativeDifferences(
  part: string,
  actual: readonly core.Tensor[],
  expected: readonly Derivative[],
  like: readonly core.Tensor[],
  agreement: Agreement,
): string[] {
  return like.flatMap(({ dtype, shape, size }, i) => {
    const data = expected[i] || Array<number>(size).fill(0);
    const relaxed = { ...agreement, signedZeros: false };
    return difference(`${part}[${i}]`, actual[i], { dtype, shape, data }, relaxed);
  });
}

/** The derivatives that exist: those of float inputs or outputs. */
export const present = (derivatives: readonly Derivative[]): Derivative[] =>
  derivatives.filter((derivative) => derivative !== null);
