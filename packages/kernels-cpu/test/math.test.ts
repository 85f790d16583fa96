import { describe, expect, it } from "vitest";
import { Lanes } from "../src/math/lanes.ts";
import { type MathOp, math } from "../src/math/table.ts";
import { doWhile, i32const, load, op, set, store } from "../src/wasm/code.ts";
import { engine } from "../src/wasm/engine.ts";
import { instantiate, ModuleBuilder } from "../src/wasm/module.ts";
import { relaxedSimd } from "../src/wasm/relaxed.ts";
import { type Float, FORMATS, type Numbers, print, worst } from "./mathGoldens.ts";

const PAGES = 8;
const limits = { initial: PAGES, maximum: PAGES, shared: false };
const REGION = (PAGES / 4) * 65536;

/** The function over whole arrays. */
function run(dtype: Float, name: MathOp, relaxed: boolean, inputs: readonly Numbers[]): Numbers {
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
  const buffer = memory.buffer as ArrayBuffer;
  inputs.forEach((x, i) => new array(buffer, i * REGION, x.length).set(x));
  const { length } = inputs[0]!;
  instantiate(builder.bytes(limits), memory).run!(0, length * array.BYTES_PER_ELEMENT);
  return new array(buffer, 2 * REGION, length);
}

describe("math", () => {
  for (const relaxed of relaxedSimd() ? [false, true] : [false])
    for (const dtype of Object.keys(FORMATS) as Float[])
      it(`${dtype} is within 2 ulp ${relaxed ? "with" : "without"} relaxed instructions`, () => {
        const names = Object.keys(math) as MathOp[];

        const misses = names.map((name) =>
          worst(dtype, name, (inputs) => run(dtype, name, relaxed, inputs)),
        );

        print(`${dtype}${relaxed ? ", relaxed" : ""}`, misses);
        expect(misses.filter(({ ulp }) => ulp > 2)).toEqual([]);
      });
});
