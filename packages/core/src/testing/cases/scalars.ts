import * as op from "../../index.ts";
import type { Tensor } from "../../tensor.ts";
import { type Case, real, whole } from "../case.ts";
import { loop } from "../plain.ts";

/** An op that takes a 0-d tensor as a line of one element, or as nothing to reduce. */
const row = (
  name: string,
  call: (x: Tensor) => Tensor,
  scalar: (x: number) => number,
  constant?: true,
): Case => ({
  name: `${name} of rank 0`,
  covers: [],
  call: (x) => call(x!),
  reference: (x) => loop([], () => scalar(x!.at())),
  samples: [[real([])]],
  ...(constant && { constant }),
});

const same = (x: number): number => x;

export const scalars: readonly Case[] = [
  row("reshape", (x) => op.reshape(op.reshape(x, [1, 1]), []), same),
  row("permute", (x) => op.permute(x, []), same),
  row("flip", (x) => op.flip(x), same),
  row("broadcastTo", (x) => op.broadcastTo(x, []), same),
  row("squeeze", (x) => op.squeeze(op.unsqueeze(x, 0)), same),
  row("sum", (x) => op.sum(x, 0), same),
  row("mean", (x) => op.mean(x), same),
  row("prod", (x) => op.prod(x), same),
  row(
    "variance",
    (x) => op.variance(x, { correction: 0 }),
    () => 0,
  ),
  row("norm", (x) => op.norm(x), Math.abs),
  row("logSumExp", (x) => op.logSumExp(x, 0), same),
  row(
    "softmax",
    (x) => op.softmax(x, 0),
    () => 1,
  ),
  row(
    "logSoftmax",
    (x) => op.logSoftmax(x, 0),
    () => 0,
  ),
  row("amax", (x) => op.amax(x, 0), same),
  row("amin", (x) => op.amin(x, -1), same),
  row(
    "argmax",
    (x) => op.argmax(x, 0),
    () => 0,
    true,
  ),
  row(
    "argmin",
    (x) => op.argmin(x),
    () => 0,
    true,
  ),
  row(
    "any",
    (x) => op.any(x),
    () => 1,
    true,
  ),
  row("sort", (x) => op.sort(x, 0)[0], same),
  row("cumsum", (x) => op.cumsum(x, 0), same),
  row("cumprod", (x) => op.cumprod(x, 0), same),
  {
    name: "gather of rank 0",
    covers: [],
    call: (x, index) => op.gather(x!, 0, index!),
    reference: (x) => loop([], () => x!.at()),
    samples: [[real([]), whole([], 1)]],
  },
];
