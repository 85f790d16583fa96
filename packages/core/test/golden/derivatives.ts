/** The value, vjp and second order of a golden case, on the tape. */
import { grad, type Tensor, zerosLike } from "../../src/index.ts";
import { agreementOf, derivativeDifferences, difference } from "./agreement.ts";
import {
  call,
  type Derivative,
  decode,
  decodeLike,
  type GoldenCase,
  isFloat,
  present,
  type Value,
} from "./golden.ts";

/** What differs from the golden values, in words. */
export function tapeDifferences(golden: GoldenCase): string[] {
  const inputs = golden.inputs.map(decode);
  const leaves = inputs.filter(isFloat).map((input) => input.requiresGrad_());
  const outputs = call(golden, inputs);
  const wrong = valueDifferences(golden, outputs);
  if (wrong.length > 0 || !golden.vjp) return wrong;

  const compare = (part: string, actual: readonly Tensor[], expected: readonly Derivative[]) =>
    derivativeDifferences(part, actual, present(expected), leaves, agreementOf(golden, part));
  const targets = outputs.filter(isFloat);
  const cotangents = present(golden.cotangents!).map((data, i) => decodeLike(data, targets[i]!));
  const vjp = pull(targets, cotangents, leaves);
  const first = compare("vjp", vjp, golden.vjp);
  if (!golden.second) return first;

  const direction = present(golden.direction!).map((data, i) => decodeLike(data, leaves[i]!));
  return [...first, ...compare("second", pull(vjp, direction, leaves), golden.second)];
}

function valueDifferences(golden: GoldenCase, outputs: readonly Value[]): string[] {
  const agreement = agreementOf(golden, "value");
  const { length } = golden.outputs;
  if (outputs.length !== length) return [`${outputs.length} outputs instead of ${length}`];
  return golden.outputs.flatMap((expected, i) =>
    difference(`value ${i}`, outputs[i], expected, agreement),
  );
}

/** The vjp, with a graph; zeros where no output depends on a leaf. */
function pull(
  outputs: readonly Tensor[],
  cotangents: readonly Tensor[],
  leaves: readonly Tensor[],
): readonly Tensor[] {
  const tracked = outputs.flatMap((output, i) =>
    output.requiresGrad ? [[output, cotangents[i]!] as const] : [],
  );
  if (tracked.length === 0) return leaves.map((leaf) => zerosLike(leaf));
  return grad(
    tracked.map(([output]) => output),
    leaves,
    {
      gradOutputs: tracked.map(([, cotangent]) => cotangent),
      createGraph: true,
      materializeGrads: true,
    },
  );
}
