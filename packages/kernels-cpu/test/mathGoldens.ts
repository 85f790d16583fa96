import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

export type Numbers = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

export const FORMATS = {
  float32: { array: Float32Array, lanes: "f32x4", digits: 24, least: 2 ** -149 },
  float64: { array: Float64Array, lanes: "f64x2", digits: 53, least: 2 ** -1074 },
} as const;
export type Float = keyof typeof FORMATS;

interface Encoded {
  /** Base64 of one array for each argument. */
  readonly inputs: readonly string[];
  readonly outputs: string;
}

type Tables = { readonly [F in Float]: { readonly [name: string]: Encoded } };

const file = new URL("math.json.gz", import.meta.url);
const tables: Tables = JSON.parse(gunzipSync(readFileSync(file)).toString());

function decoded(dtype: Float, text: string): Numbers {
  const { buffer } = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new FORMATS[dtype].array(buffer);
}

/** How many units in the last place `y` is from the correctly rounded result. */
function ulps(dtype: Float, y: number, golden: number): number {
  if (Object.is(y, golden)) return 0;
  if (golden === 0 && y === 0) return Infinity; // the wrong zero
  if (!Number.isFinite(y) || !Number.isFinite(golden)) return Infinity;
  const { digits, least } = FORMATS[dtype];
  const exponent = Math.floor(Math.log2(Math.abs(golden)));
  const unit = golden === 0 ? least : Math.max(2 ** (exponent - digits + 1), least);
  return Math.abs(y - golden) / unit;
}

export interface Miss {
  readonly name: string;
  readonly ulp: number;
  /** Arguments, result and golden value. */
  readonly at: readonly number[];
}

/** The farthest that `f` is from a golden value. */
export function worst(
  dtype: Float,
  name: string,
  f: (inputs: readonly Numbers[]) => ArrayLike<number>,
): Miss {
  const { inputs, outputs } = tables[dtype][name]!;
  const columns = inputs.map((text) => decoded(dtype, text));
  const results = f(columns);
  let found: Miss = { name, ulp: 0, at: [] };
  decoded(dtype, outputs).forEach((golden: number, i: number) => {
    const ulp = ulps(dtype, results[i]!, golden);
    const at = [...columns.map((x) => x[i]!), results[i]!, golden];
    if (ulp > found.ulp) found = { name, ulp, at };
  });
  return found;
}

/** Tells the worst of each function. */
export function print(title: string, misses: readonly Miss[]): void {
  const listed = misses.map(({ name, ulp }) => `${name} ${ulp}`).join(", ");
  process.stdout.write(`worst ulp, ${title}: ${listed}\n`);
}
