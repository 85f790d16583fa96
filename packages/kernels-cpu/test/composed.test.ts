import * as ct from "@cotangent/core";
import { registerBackend } from "@cotangent/core/extend";
import { referenceBackend } from "@cotangent/core/testing";
import { describe, expect, it } from "vitest";
import { cpuBackend } from "../src/backend.ts";
import { Heap } from "../src/memory/heap.ts";
import { relaxedSimd } from "../src/wasm/relaxed.ts";
import { type Float, FORMATS, type Numbers, print, worst } from "./mathGoldens.ts";

/** Functions that are composed of others, and how many units in the last place they may be off. */
const functions = {
  erf: [ct.erf, 2],
  erfc: [ct.erfc, 2],
  rsqrt: [ct.rsqrt, 2],
  sigmoid: [ct.sigmoid, 2],
  softplus: [ct.softplus, 2],
  lgamma: [ct.lgamma, 4],
  digamma: [ct.digamma, 4],
} as const;
type Name = keyof typeof functions;

function run(dtype: Float, name: Name, [x]: readonly Numbers[]): ArrayLike<number> {
  const y = functions[name][0](ct.tensor(x!, { dtype }));
  return y.dataSync() as ArrayLike<number>;
}

describe("composed functions", () => {
  for (const relaxed of relaxedSimd() ? [false, true] : [false])
    for (const dtype of Object.keys(FORMATS) as Float[])
      it(`of ${dtype} are within 2 or 4 ulp ${relaxed ? "with" : "without"} relaxed instructions`, () => {
        registerBackend("cpu", cpuBackend(new Heap(), relaxed, referenceBackend()));
        const names = Object.keys(functions) as Name[];

        const misses = names.map((name) =>
          worst(dtype, name, (inputs) => run(dtype, name, inputs)),
        );

        print(`${dtype}${relaxed ? ", relaxed" : ""}`, misses);
        expect(misses.filter(({ name, ulp }) => ulp > functions[name as Name][1])).toEqual([]);
      });
});
