import { describe, expect, it } from "vitest";
import { tapeDifferences } from "./derivatives.ts";
import { byFunction, type GoldenCase, readGolden, title } from "./golden.ts";

const golden = readGolden<{ cases: GoldenCase[] }>(new URL("ops.json.gz", import.meta.url));

describe.each(byFunction(golden.cases))("%s", (_, cases) => {
  it.each(cases.map((one) => [title(one), one] as const))("%s", (_, one) => {
    const wrong = tapeDifferences(one);

    expect(wrong, wrong.join("\n")).toEqual([]);
  });
});
