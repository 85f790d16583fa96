import { registerBackend, release } from "@cotangent/core/extend";
import { referenceBackend } from "@cotangent/core/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { poisoning, under } from "./freeing/backend.ts";
import { actions, programsOf, traceOf } from "./freeing/program.ts";
import { checkAfterEach, f64 } from "./support.ts";

registerBackend("cpu", poisoning(referenceBackend()));
checkAfterEach();

describe("memory that is given back", () => {
  it("is not used again by any program", () => {
    fc.assert(
      fc.property(programsOf(Object.keys(actions)), (steps) => {
        const expected = under("forgiving", () => traceOf(steps));
        expect(under("poisoning", () => traceOf(steps))).toEqual(expected);
      }),
      { seed: 20, numRuns: 5000 },
    );
  });

  it("shows when it is used", () => {
    const read = () => {
      const x = f64([1, 2]);
      const y = x.reshape([2, 1]);
      x.dispose();
      release(y);
      return Array.from(y.dataSync());
    };

    expect(under("forgiving", read)).toEqual([1, 2]);
    expect(() => under("poisoning", read)).toThrow(/was freed by/);
  });
});
