import { describe, expect, it } from "vitest";
import * as core from "../../src/index.ts";
import { tapeDifferences } from "./derivatives.ts";
import { byFunction, type GoldenCase, readGolden, title } from "./golden.ts";

interface Golden {
  readonly cases: readonly GoldenCase[];
  readonly skipped: readonly { readonly op: string; readonly reason: string }[];
}

const golden = readGolden<Golden>(new URL("ops.json.gz", import.meta.url));

describe.each(byFunction(golden.cases))("%s", (_, cases) => {
  it.each(cases.map((one) => [title(one), one] as const))("%s", (_, one) => {
    const wrong = tapeDifferences(one);

    expect(wrong, wrong.join("\n")).toEqual([]);
  });
});

describe("golden cases", () => {
  it("exist for every op, or a reason why not", () => {
    const named = new Set([
      ...golden.cases.map(({ fn }) => fn),
      ...golden.skipped.map(({ op }) => op),
    ]);

    // An op is a function and a method; these are too, but no ops of PyTorch's samples
    const others = new Set(["backward", "grad", "clone"]);
    const missing = Object.keys(core).filter(
      (name) => name in core.Tensor.prototype && !named.has(name) && !others.has(name),
    );

    expect(missing).toEqual([]);
  });
});
