/** Reads golden files: our calls as JSON, and what they must give. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import * as core from "../../src/index.ts";

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

export type Value = core.Tensor | boolean;

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

export const decodeNumber = (value: number | boolean | string): number =>
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
  if ("slice" in value) return decodeSlice(value.slice as (number | null)[]);
  const entries = Object.entries(value).map(([key, item]) => [key, decodeArgument(item, lookup)]);
  return Object.fromEntries(entries);
}

const decodeSlice = ([start, end, step]: readonly (number | null)[]): unknown =>
  core.slice(start ?? undefined, end ?? undefined, step ?? undefined);

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

/** The derivatives that exist: those of float inputs or outputs. */
export const present = (derivatives: readonly Derivative[]): Derivative[] =>
  derivatives.filter((derivative) => derivative !== null);
