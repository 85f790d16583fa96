import { readdirSync, readFileSync } from "node:fs";
import { tensor } from "@cotangent/core";
import { describe, expect, it } from "vitest";
import { agrees, compare, examples, markdown, measure, within } from "./tour.ts";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

describe("the examples", () => {
  it.each(Object.entries(examples))("%s equals what is expected of it", (_, example) => {
    const comparisons = Object.entries(within(example, () => example.run()));

    expect(comparisons).not.toHaveLength(0);
    for (const [what, [actual, expected]] of comparisons) {
      const { values, difference } = compare(actual, expected);
      expect(values, what).toBeGreaterThan(0);
      expect(difference, what).toBeLessThanOrEqual(example.tolerance ?? 1e-12);
    }
  });

  it("are all in the tour", () => {
    const files = readdirSync(new URL(".", import.meta.url)).filter((file) => file.endsWith(".ts"));
    const programs = files.filter((file) => /^export const title/m.test(read(file)));

    expect(programs.sort()).toEqual(
      Object.keys(examples)
        .map((name) => `${name}.ts`)
        .sort(),
    );
  });

  it("draw what is in the repository", () => {
    const drawn = Object.values(examples).filter((example) => example.drawing);

    expect(drawn).not.toHaveLength(0);
    for (const example of drawn) {
      expect(within(example, () => example.draw?.())).toBe(read(example.drawing ?? ""));
    }
  });

  it("make the table in the README", () => {
    const rows = Object.entries(examples).map(([name, example]) => measure(name, example));
    const [, table] = read("../../README.md").split(/<!-- \/?tour -->\n/);

    expect(rows.every(agrees)).toBe(true);
    expect(table?.trim()).toBe(markdown(rows));
  });
});

describe("compare", () => {
  const actual = tensor([1, 2, 4], { dtype: "float64" });

  it("is relative to the largest expected value", () => {
    expect(compare(actual, [1, 2, 5])).toEqual({ values: 3, difference: 0.2 });
  });

  it.each([
    ["a shape differs", [[1, 2, 4]]],
    ["a value is missing", [1, 2]],
    ["a value is NaN", [1, 2, NaN]],
    ["an array stands for a tensor", [[1], [2], [4]]],
  ])("is NaN where %s", (_, expected) => {
    expect(compare(actual, expected).difference).toBeNaN();
  });
});
