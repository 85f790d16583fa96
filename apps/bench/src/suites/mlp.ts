import { type Input, type Row, SINGLE, type Size, uniform } from "../row.ts";

/** Weights and biases, from input to output, bounded as they are when training begins. */
export const parametersOf = (
  widths: readonly number[],
  seed: number,
  dtype: Input["dtype"] = "float32",
): Input[] =>
  widths.slice(1).flatMap((m, i) => {
    const n = widths[i]!;
    const high = 1 / Math.sqrt(n);
    const range = { dtype, low: -high, high };
    return [uniform([n, m], seed + 2 * i, range), uniform([m], seed + 2 * i + 1, range)];
  });

const TASKS: readonly (readonly [string, string, boolean])[] = [
  ["forward", "mlp.forward", false],
  ["value and gradient", "mlp.valueAndGrad", false],
  ["SGD step", "mlp.step", false],
  ["per-sample gradients", "mlp.perSample", false],
  ["jvp by the parameters", "mlp.jvp", true],
  ["hvp by the parameters", "mlp.hvp", true],
];

/** A classifier with two hidden layers of relu; targets are soft. The last inputs are a direction. */
export function mlp(size: Size): readonly Row[] {
  const widths = size === "tiny" ? [5, 4, 4, 3] : [784, 256, 256, 10];
  const batch = { full: 64, quick: 16, tiny: 2 }[size];
  const data = [
    uniform([batch, widths[0]!], 1),
    uniform([batch, widths.at(-1)!], 2, { low: 0, high: 2 / widths.at(-1)! }),
  ];
  const name = `MLP ${widths.join("-")}, batch ${batch}`;
  return TASKS.map(([what, task, direction]) => ({
    name: `${name}: ${what}`,
    task,
    inputs: [...data, ...parametersOf(widths, 3), ...(direction ? parametersOf(widths, 20) : [])],
    large: true,
    tolerance: SINGLE,
  }));
}
