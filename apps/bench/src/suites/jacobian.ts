import { DOUBLE, type Input, type Row, SINGLE, type Size, uniform } from "../row.ts";
import { parametersOf } from "./mlp.ts";

const row = (name: string, task: string, inputs: readonly Input[], tolerance = SINGLE): Row => ({
  name,
  task,
  inputs,
  large: true,
  tolerance,
});

/** tanh(x·W)·V of Rⁿ to Rⁿ; the Hessian is that of its log-sum-exp. The last input is a vector. */
function network(n: number): Row[] {
  const bound = 1 / Math.sqrt(n);
  const weight = (seed: number): Input => uniform([n, n], seed, { low: -bound, high: bound });
  const point = [uniform([n], 1), weight(2), weight(3)];
  const vector = uniform([n], 4);
  const of = (what: string, task: string, ...v: Input[]): Row =>
    row(`R${n} MLP: ${what}`, `network.${task}`, [...point, ...v]);
  return [
    of("Jacobian, reverse mode", "jacrev"),
    of("Jacobian, forward mode", "jacfwd"),
    of("gradient", "grad"),
    of("Hessian", "hessian"),
    of("hvp", "hvp", vector),
    of("vhp", "vhp", vector),
  ];
}

/** tanh(W·x + b) of Rⁿ to Rᵐ. */
function layer(n: number, m: number, modes: readonly string[]): Row[] {
  const inputs = [uniform([n], 1), uniform([m, n], 2), uniform([m], 3)];
  const words: Record<string, string> = { jacrev: "reverse mode", jacfwd: "forward mode" };
  return modes.map((mode) => row(`${n}→${m} Jacobian, ${words[mode]}`, `layer.${mode}`, inputs));
}

/** The same layer at each row of a batch. */
function batches(size: Size): Row[] {
  const [b, n, m] = size === "tiny" ? ([2, 3, 4] as const) : ([64, 31, 33] as const);
  const inputs = [uniform([b, n], 1), uniform([m, n], 2), uniform([m], 3)];
  const name = `${n}→${m}, batch ${b}`;
  const jacobian = row(`batch Jacobian ${name}`, "layer.batchJacobian", inputs);
  const hessian = row(`batch Hessian ${name}`, "layer.batchHessian", inputs);
  return size === "quick" ? [jacobian] : [jacobian, hessian];
}

/** A model's derivatives by its parameters: forward mode along a direction, all of it, and rows by jd. */
function models(size: Size): Row[] {
  const widths = size === "tiny" ? [3, 4, 4, 2] : [32, 64, 64, 10];
  const batch = size === "tiny" ? 2 : 16;
  const inputs = [uniform([batch, widths[0]!], 1), ...parametersOf(widths, 2)];
  const direction = parametersOf(widths, 20);
  const of = (what: string, task: string, more: readonly Input[] = []): Row =>
    row(`tanh MLP ${widths.join("-")}, batch ${batch}: ${what}`, task, [...inputs, ...more]);
  return [
    of("model jvp", "model.jvp", direction),
    of("model Jacobian", "model.jacobian"),
    of("jac of sample losses", "model.jac"),
    of("Gramian of sample losses", "model.gramian"),
  ];
}

const PRODUCTS = ["vjp", "jvp", "vhp", "hvp"];
const WHOLE = ["jacobian", "hessian"];

/** Two regressions in the shape of probabilistic programs, with PyTorch's names. */
function programs(size: Size): Row[] {
  const n = size === "tiny" ? 3 : 10;
  const data = [uniform([n, n + 1], 1, { low: 0, high: 1 }), uniform([n], 2, { low: 0, high: 1 })];
  const beta = uniform([n + 1], 3);
  const column = (m: number, seed: number, low = -1): Input => uniform([m, 1], seed, { low });
  const robust = [column(1, 4, 0.5), column(n, 5), column(n + 1, 6)];
  const of = (model: string, inputs: readonly Input[], direction: readonly Input[]): Row[] => [
    ...PRODUCTS.map((task) => {
      const vectors = task === "vjp" ? [] : direction;
      return row(`ppl_${model}_reg: ${task}`, `${model}.${task}`, [...inputs, ...vectors]);
    }),
    ...WHOLE.map((task) => row(`ppl_${model}_reg: ${task}`, `${model}.${task}`, inputs)),
  ];
  return [
    ...of("simple", [...data, beta], [uniform([n + 1], 7)]),
    ...of("robust", [...data, ...robust], [column(1, 7), column(n, 8), column(n + 1, 9)]),
  ];
}

/** One small Jacobian in float64. */
function double(): Row {
  const inputs = [[16], [16, 16], [16]].map((shape, i) =>
    uniform(shape, i + 1, { dtype: "float64" }),
  );
  return row("16→16 Jacobian, float64", "layer.jacrev", inputs, DOUBLE);
}

/** Jacobians and Hessians, whole and as products. */
export function jacobian(size: Size): readonly Row[] {
  const networks = { full: [16, 64, 256], quick: [16, 64], tiny: [3] }[size];
  const [few, many] = size === "tiny" ? ([2, 5] as const) : ([32, 2048] as const);
  return [
    ...networks.flatMap(network),
    ...layer(few, many, ["jacfwd"]),
    ...(size === "tiny" ? [] : layer(64, 32, ["jacrev", "jacfwd"])),
    ...layer(many, few, ["jacrev"]),
    double(),
    ...batches(size),
    ...models(size),
    ...programs(size),
  ];
}
