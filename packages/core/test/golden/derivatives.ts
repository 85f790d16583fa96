/** The value, vjp and second order of a golden case, on the tape. */
import { grad, type Tensor, zerosLike } from "../../src/index.ts";
import {
  agreementOf,
  call,
  decode,
  decodeLike,
  derivativeDifferences,
  difference,
  isFloat,
  present,
} from "./golden.ts";
import type { GoldenCase } from "./golden.ts";

/** What differs from the golden values, in words. */
export function tapeDifferences(golden: GoldenCase): string[] {
  const agreement = agreementOf(golden);
  const inputs = golden.inputs.map(decode);
  const leaves = inputs.filter(isFloat).map((input) => input.requiresGrad_());
  const outputs = call(golden, inputs);
  const values = golden.outputs.flatMap((expected, i) =>
    difference(`value[${i}]`, outputs[i], expected, agreement),
  );
  if (outputs.length !== golden.outputs.length)
    values.push(`${outputs.length} outputs instead of ${golden.outputs.length}`);
  if (values.length > 0 || !golden.vjp) return values;

  const targets = outputs.filter(isFloat);
  const cotangents = present(golden.cotangents!).map((data, i) => decodeLike(data, targets[i]!));
  const vjp = pull(targets, cotangents, leaves);
  const wrong = derivativeDifferences("vjp", vjp, present(golden.vjp), leaves, agreement);
  if (!golden.second) return wrong;

  const direction = present(golden.direction!).map((data, i) => decodeLike(data, leaves[i]!));
  const second = pull(vjp, direction, leaves);
  return [
    ...wrong,
    ...derivativeDifferences("second", second, present(golden.second), leaves, agreement),
  ];
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
