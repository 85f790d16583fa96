import * as op from "../../ops/activations.ts";
import { type Case, elementwiseCase as row, untyped } from "../case.ts";
import { erf } from "./functions.ts";

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const gate = (x: number): number => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);

export const activations: readonly Case[] = [
  row("sigmoid", op.sigmoid, sigmoid),
  row("logSigmoid", op.logSigmoid, (x) => Math.log(sigmoid(x))),
  row("relu", op.relu, (x) => Math.max(x, 0)),
  row("silu", op.silu, (x) => x * sigmoid(x)),
  row(
    "softplus",
    (x) => op.softplus(x!, { beta: 2, threshold: 3 }),
    (x) => (2 * x > 3 ? x : Math.log(1 + Math.exp(2 * x)) / 2),
  ),
  row(
    "leakyRelu",
    (x) => op.leakyRelu(x!, { negativeSlope: 0.1 }),
    (x) => (x > 0 ? x : 0.1 * x),
  ),
  row(
    "elu",
    (x) => op.elu(x!, { alpha: 2 }),
    (x) => (x > 0 ? x : 2 * Math.expm1(x)),
    {
      covers: ["elu", "eluSlope"],
    },
  ),
  row(
    "gelu",
    (x) => op.gelu(x!),
    (x) => (x * (1 + erf(x / Math.SQRT2))) / 2,
    {
      errors: [
        [() => untyped(op.gelu)(1, { approximate: "no" }), /^gelu: approximate is no; use "none"/],
      ],
    },
  ),
  row(
    "gelu",
    (x) => op.gelu(x!, { approximate: "tanh" }),
    (x) => (x * (1 + Math.tanh(gate(x)))) / 2,
  ),
];
