import {
  amax,
  argmax,
  exp,
  matmul,
  mean,
  pow,
  RandomGenerator,
  rand,
  randn,
  sin,
  softmax,
  sum,
  type Tensor,
  tanh,
  where,
} from "@cotangent/core";
import { afterAll, describe, expect, it } from "vitest";
import { threads } from "../../src/index.ts";

const x = randn([701, 1003], { dtype: "float32" });
const y = randn([601, 1003], { dtype: "float64" });
const row = rand([1, 1003]);
const column = rand([701, 1]);
const many = rand([20, 70, 80]);
const one = rand([1, 80, 90]);
const flat = randn([600_001]);

/** Large enough for several threads, with rests everywhere. */
const programs: Readonly<Record<string, () => Tensor>> = {
  "exp of a row": () => exp(flat),
  "huge angles": () => sin(flat.mul(1e20)),
  "float64 tanh": () => tanh(y),
  "a sum with a row and a column": () => exp(x.add(row).mul(column)),
  "a transposed function": () => tanh(x.T),
  "a function of every third row": () =>
    exp(x.reshape([-1]).narrow(0, 0, 703_101).reshape([234_367, 3]).select(1, 1)),
  "a power with a number": () => pow(flat.abs(), 0.3),
  "a choice": () => where(flat.gt(0), exp(flat), flat),
  "random numbers": () => randn([300_001], { generator: new RandomGenerator(7) }).mul(2),
  softmax: () => softmax(x, 1),
  "softmax of columns": () => softmax(y, 0),
  "sums of rows": () => sum(x, 1),
  "sums of columns": () => sum(x, 0),
  "maxima of columns": () => amax(y, 0),
  "places of maxima": () => argmax(x, 1),
  "a mean of a function": () => mean(exp(flat)),
  "a batch of products": () => matmul(many, one.expand([20, 80, 90])),
};

describe("ops", () => {
  afterAll(() => threads(1));

  it("have the same results to the last bit with 1, 2 and 3 threads", async () => {
    const results: Uint8Array[][] = [];
    for (const n of [1, 2, 3]) {
      await threads(n);
      results.push(
        Object.values(programs).map(
          (run) => new Uint8Array(run().dataSync().buffer as ArrayBuffer),
        ),
      );
    }

    const [one, ...others] = results;
    for (const other of others) {
      const different = Object.keys(programs).filter(
        (_, i) => Buffer.compare(one![i]!, other[i]!) !== 0,
      );
      expect(different).toEqual([]);
    }
  });
});
