import { describe, expect, it } from "vitest";
import { cotangent } from "../src/cotangent/library.ts";
import { type Digest, difference, digestOf } from "../src/digest.ts";
import { measureRow } from "../src/measure.ts";
import type { Row } from "../src/row.ts";
import { suites } from "../src/suites/index.ts";
import golden from "./golden.json" with { type: "json" };

const budget = { time: 1, calls: 1 };
const expected: Readonly<Record<string, Digest>> = golden;

/** Rows that say something of the machine alone, and their results. */
const alone: Readonly<Record<string, Digest>> = {
  // Each of 12 chains x ← x/2 + 1 ends at 2.
  roof: digestOf([[24]]),
  plainLoop: digestOf([[3, 3, 3, 3]]),
};

const expectedOf = (suite: string, row: Row): Digest =>
  alone[row.task] ?? expected[`${suite} · ${row.name}`]!;

describe.each(Object.entries(suites))("suite %s", (name, suite) => {
  it.each(suite("tiny").map((row) => [row.name, row] as const))("computes %s", async (_, row) => {
    const measured = await measureRow(cotangent(), row, budget);

    expect(measured).toMatchObject({ status: "ok" });
    expect(difference(measured.digest!, expectedOf(name, row))).toBeLessThanOrEqual(row.tolerance);
    // A page's clock goes by steps of 5 µs.
    expect(measured.time).toBeGreaterThanOrEqual(0);
  });

  it.each(["full", "quick", "tiny"] as const)("names no %s row twice", (size) => {
    const names = suite(size).map((row) => row.name);

    expect(new Set(names).size).toBe(names.length);
  });

  it("measures the same tasks in every size but the largest", () => {
    const tasksOf = (size: "full" | "tiny") => new Set(suite(size).map((row) => row.task));

    expect(tasksOf("full")).toEqual(tasksOf("tiny"));
  });
});
