import { beforeAll, describe, expect, it } from "vitest";
import { contenders } from "../src/contenders.ts";
import { difference, digestOf } from "../src/digest.ts";
import { numbersOf } from "../src/inputs.ts";
import type { Measured } from "../src/measure.ts";
import { runProcess } from "../src/process.ts";
import type { Row } from "../src/row.ts";
import { memory } from "../src/suites/memory.ts";

type Expect = (x: Float32Array, n: number) => Float32Array[];

/** The bounded loop over so many steps, and what it is after each. */
function looped(x: Float32Array, steps: number, each: (y: Float32Array) => void): Float32Array {
  const y = x.slice();
  for (let i = 0; i < steps; i++) {
    for (let k = 0; k < y.length; k++) y[k] = i % 2 === 0 ? y[k]! * 0.5 : y[k]! + x[k]!;
    each(y);
  }
  return y;
}

/** Even: from here on the loop only goes back and forth. */
const SETTLED = 200;

const last: Expect = (x) => [looped(x, SETTLED, () => {})];

const meanOfMeans: Expect = (x, n) => {
  const means: number[] = [];
  looped(x, SETTLED, (y) => means.push(y.reduce((sum, v) => sum + v, 0) / y.length));
  const first = means.reduce((sum, m) => sum + m, 0);
  const rest = ((n - SETTLED) / 2) * (means.at(-1)! + means.at(-2)!);
  return [Float32Array.of((first + rest) / n)];
};

/** The MLP 8-16-1 that learns to give 1, by hand. */
const trained: Expect = (x, n) => {
  const fill = (size: number, a: number) =>
    Float64Array.from({ length: size }, (_, i) => a * Math.sin(i + 1));
  const [w, b, u, c] = [fill(128, 0.3), fill(16, 0.1), fill(16, 0.2), fill(1, 0.1)];
  for (let step = 0; step < n; step++) {
    const h = b.map((bj, j) => Math.tanh(x.reduce((z, xi, i) => z + xi * w[i * 16 + j]!, bj)));
    const g = 0.02 * (h.reduce((y, hj, j) => y + hj * u[j]!, c[0]!) - 1);
    for (let j = 0; j < 16; j++) {
      const dz = g * u[j]! * (1 - h[j]! ** 2);
      u[j]! -= g * h[j]!;
      b[j]! -= dz;
      for (let i = 0; i < 8; i++) w[i * 16 + j]! -= x[i]! * dz;
    }
    c[0]! -= g;
  }
  return [w, b, u, c].map((p) => Float32Array.from(p));
};

const expected: Readonly<Record<string, readonly [Expect, number]>> = {
  "memory.sync": [last, 0],
  "memory.yields": [last, 0],
  "memory.keeps": [meanOfMeans, 1e-6],
  "memory.train": [trained, 1e-5],
  "memory.trainAsync": [trained, 1e-5],
};

async function run(row: Row): Promise<Measured> {
  const [ours] = contenders({ peers: [] });
  const request = { rows: [row], budget: { time: 0, calls: 1 }, threads: 1 };
  const { measured, complaint } = await runProcess(ours!, request, () => {});
  if (measured[0] === undefined) throw new Error(complaint);
  return measured[0];
}

describe.each(memory("quick"))("$name", (row) => {
  let measured: Measured;
  beforeAll(async () => {
    measured = await run(row);
  });

  it("stays below 1 GiB", () => {
    expect(measured).toMatchObject({ status: "ok" });
    expect(measured.peakMiB).toBeLessThan(1024);
  });

  it("is right", () => {
    const [expectation, tolerance] = expected[row.task]!;
    const x = numbersOf(row.inputs[0]!) as Float32Array;
    const digest = digestOf(expectation(x, row.settings!.n!));

    expect(difference(measured.digest!, digest)).toBeLessThanOrEqual(tolerance);
  });
});
