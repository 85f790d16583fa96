import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { Lanes } from "../src/math/lanes.ts";
import { type MathOp, math } from "../src/math/table.ts";
import { doWhile, i32const, load, op, set, store } from "../src/wasm/code.ts";
import { engine } from "../src/wasm/engine.ts";
import { instantiate, ModuleBuilder } from "../src/wasm/module.ts";
import { relaxedSimd } from "../src/wasm/relaxed.ts";

type Numbers = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

const FORMATS = {
  float32: { array: Float32Array, lanes: "f32x4", digits: 24, least: 2 ** -149 },
  float64: { array: Float64Array, lanes: "f64x2", digits: 53, least: 2 ** -1074 },
} as const;
type DType = keyof typeof FORMATS;

interface Golden {
  /** Base64 of one array for each argument. */
  readonly inputs: readonly string[];
  readonly outputs: string;
}

const file = new URL("math.json.gz", import.meta.url);
const goldens: { readonly [D in DType]: { readonly [O in MathOp]: Golden } } = JSON.parse(
  gunzipSync(readFileSync(file)).toString(),
);

function decoded(dtype: DType, text: string): Numbers {
  const { buffer } = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new FORMATS[dtype].array(buffer);
}

const PAGES = 8;
const limits = { initial: PAGES, maximum: PAGES, shared: false };
const REGION = (PAGES / 4) * 65536;

/** The function over whole arrays. */
function run(dtype: DType, name: MathOp, relaxed: boolean, inputs: readonly Numbers[]): Numbers {
  const { array, lanes, digits } = FORMATS[dtype];
  const builder = new ModuleBuilder();
  builder.add("run", ["i32", "i32"], [], (scope) => {
    const [at, end] = scope.params;
    const v = new Lanes(lanes, digits, { builder, scope, relaxed });
    const args = inputs.map((_, i) => load("v128.load", at, i * REGION));
    const y = v.inline((a, b) => math[name](v, a!, b!), ...args);
    const next = set(at, op("i32.add", at, i32const(16)));
    const body = [store("v128.store", at, y, 2 * REGION), next];
    const loop = doWhile(body, op("i32.lt_u", at, end));
    return [v.constants, loop];
  });
  const memory = new engine.Memory(limits);
  inputs.forEach((x, i) => new array(memory.buffer, i * REGION, x.length).set(x));
  const { length } = inputs[0]!;
  instantiate(builder, memory, limits).run!(0, length * array.BYTES_PER_ELEMENT);
  return new array(memory.buffer, 2 * REGION, length);
}

/** How many units in the last place `y` is from the correctly rounded result. */
function ulps(dtype: DType, y: number, golden: number): number {
  if (Object.is(y, golden)) return 0;
  if (golden === 0 && y === 0) return Infinity; // the wrong zero
  if (!Number.isFinite(y) || !Number.isFinite(golden)) return Infinity;
  const { digits, least } = FORMATS[dtype];
  const exponent = Math.floor(Math.log2(Math.abs(golden)));
  const unit = golden === 0 ? least : Math.max(2 ** (exponent - digits + 1), least);
  return Math.abs(y - golden) / unit;
}

interface Miss {
  readonly name: MathOp;
  readonly ulp: number;
  /** Arguments, result and golden value. */
  readonly at: readonly number[];
}

function worst(dtype: DType, name: MathOp, relaxed: boolean): Miss {
  const inputs = goldens[dtype][name].inputs.map((text) => decoded(dtype, text));
  const outputs = decoded(dtype, goldens[dtype][name].outputs);
  const results = run(dtype, name, relaxed, inputs);
  let found: Miss = { name, ulp: 0, at: [] };
  outputs.forEach((golden: number, i: number) => {
    const ulp = ulps(dtype, results[i]!, golden);
    const at = [...inputs.map((x) => x[i]!), results[i]!, golden];
    if (ulp > found.ulp) found = { name, ulp, at };
  });
  return found;
}

describe("math", () => {
  for (const relaxed of relaxedSimd() ? [false, true] : [false])
    for (const dtype of Object.keys(FORMATS) as DType[])
      it(`${dtype} is within 2 ulp ${relaxed ? "with" : "without"} relaxed instructions`, () => {
        const names = Object.keys(math) as MathOp[];

        const misses = names.map((name) => worst(dtype, name, relaxed));

        const listed = misses.map(({ name, ulp }) => `${name} ${ulp}`).join(", ");
        process.stdout.write(`worst ulp, ${dtype}${relaxed ? ", relaxed" : ""}: ${listed}\n`);
        expect(misses.filter(({ ulp }) => ulp > 2)).toEqual([]);
      });
});
