import type { Tensor } from "@cotangent/core";
import { describe, expect, it } from "vitest";
import { agreementOf, derivativeDifferences } from "../../../core/test/golden/agreement.ts";
import {
  byFunction,
  call,
  decode,
  decodeLike,
  type GoldenCase,
  isFloat,
  present,
  readGolden,
  title,
} from "../../../core/test/golden/golden.ts";
import { jvp } from "../../src/index.ts";

const goldenCases = (name: string): GoldenCase[] => {
  const file = new URL(`../../../core/test/golden/${name}.json.gz`, import.meta.url);
  return readGolden<{ cases: GoldenCase[] }>(file).cases.filter((one) => one.jvp);
};

describe.each(["ops", "edges"])("jvp of the golden %s", (name) => {
  describe.each(byFunction(goldenCases(name)))("%s", (_, cases) => {
    it.each(cases.map((one) => [title(one), one] as const))("%s", (_, one) => {
      const wrong = jvpDifferences(one);

      expect(wrong, wrong.join("\n")).toEqual([]);
    });
  });
});

/** The forward-mode derivative of the float outputs by all float inputs. */
function jvpDifferences(one: GoldenCase): string[] {
  const inputs = one.inputs.map(decode);
  const primals = inputs.filter(isFloat);
  const tangents = present(one.tangents!).map((data, i) => decodeLike(data, primals[i]!));

  const [outputs, result] = jvp(
    (...variables: Tensor[]) => {
      const rest = [...variables];
      const values = inputs.map((input) => (isFloat(input) ? rest.shift()! : input));
      return call(one, values).filter(isFloat);
    },
    primals,
    tangents,
  );

  return derivativeDifferences("jvp", result, present(one.jvp!), outputs, agreementOf(one, "jvp"));
}
