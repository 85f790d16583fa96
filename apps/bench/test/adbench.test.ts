import { describe, expect, it } from "vitest";
import { cotangent } from "../src/cotangent/library.ts";
import type { Row } from "../src/row.ts";
import golden from "./adbench.json" with { type: "json" };
import { baRow, gmmRow } from "./adbenchInputs.ts";

const numbersOf = async (row: Row): Promise<number[]> =>
  (await cotangent().prepare(row)!.read()).flatMap((array) => Array.from(array));

/** The largest difference as ADBench measures it. */
const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((x, i) => Math.abs(x - b[i]!) / Math.max(1, Math.abs(x) + Math.abs(b[i]!))));

async function expectNumbers(row: Row, expected: readonly number[]): Promise<void> {
  const actual = await numbersOf(row);

  expect(actual).toHaveLength(expected.length);
  expect(distance(actual, expected)).toBeLessThan(golden.tolerance);
}

describe("ADBench's own instances", () => {
  const { gmm, ba } = golden;

  it("give the objective and gradient of a Gaussian mixture", async () => {
    await expectNumbers(gmmRow("gmm.objective", gmm.text), [gmm.objective]);
    await expectNumbers(gmmRow("gmm.gradient", gmm.text), gmm.expected_gradient_1);
  });

  it("give the errors of bundle adjustment", async () => {
    const actual = await numbersOf(baRow("ba.objective", ba.text));
    const pairs = Array.from({ length: 10 }, () => ba.reproj_err_pair).flat();
    const weights = Array.from({ length: 10 }, () => ba.w_err);

    expect(distance(actual, [...pairs, ...weights])).toBeLessThan(golden.tolerance);
  });

  it("give the Jacobian of bundle adjustment", async () => {
    await expectNumbers(baRow("ba.Jacobian", ba.text), ba.expected_J_vals_1);
  });
});
