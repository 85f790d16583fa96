import { ROOF_FLOP } from "../roof.ts";
import { DOUBLE, type Input, type Row, SINGLE, type Size, uniform } from "../row.ts";
import { linearAlgebra } from "./linearAlgebra.ts";

const SIZES: { readonly [S in Size]: readonly number[] } = {
  full: [64, 128, 250, 256, 509, 512, 1024],
  quick: [64, 250, 256],
  tiny: [3, 4],
};

const LAYOUTS: readonly (readonly [string, string])[] = [
  ["", "matmul"],
  [" A·Bᵀ", "matmul.nt"],
  [" Aᵀ·B", "matmul.tn"],
];

function square(n: number, dtype: Input["dtype"], [label, task]: readonly [string, string]): Row {
  const inputs = [1, 2].map((seed) => uniform([n, n], seed, { dtype }));
  const name = `matmul ${dtype} ${n}${label}`;
  const tolerance = dtype === "float32" ? SINGLE : DOUBLE;
  return { name, task, inputs, flop: 2 * n ** 3, large: true, tolerance };
}

/** [b, n] with [n, m], and the product of its derivative. */
function layers(size: Size): Row[] {
  const [b, n, m] = size === "tiny" ? ([2, 5, 3] as const) : ([64, 784, 256] as const);
  const x = uniform([b, n], 1);
  const row = { flop: 2 * b * n * m, large: true, tolerance: SINGLE };
  return [
    { name: `matmul ${b}×${n}×${m}`, task: "matmul", inputs: [x, uniform([n, m], 2)], ...row },
    {
      name: `matmul ${n}×${b}×${m} Aᵀ·B`,
      task: "matmul.tn",
      inputs: [x, uniform([b, m], 2)],
      ...row,
    },
  ];
}

function matmuls(size: Size): Row[] {
  const sizes = SIZES[size];
  const odd = (n: number): boolean => n % 4 > 0;
  const singles = sizes.flatMap((n) =>
    (odd(n) ? LAYOUTS.slice(0, 1) : LAYOUTS).map((layout) => square(n, "float32", layout)),
  );
  const doubles = sizes
    .filter((n) => n === 4 || n === 256 || n === 512)
    .map((n) => square(n, "float64", LAYOUTS[0]!));
  // What the second thread adds is told by two rows of one process.
  const last = square(sizes.at(-1)!, "float32", LAYOUTS[0]!);
  const two = { ...last, name: `${last.name}, two threads`, threads: 2 };
  return [...singles, ...(size === "full" ? [two] : []), ...doubles, ...layers(size)];
}

const UNARY = ["relu", "exp", "log", "tanh", "sin", "sigmoid"];

function large(size: Size): Row[] {
  const side = size === "tiny" ? 3 : 1000;
  const n = side * side;
  const named = n === 1e6 ? "10⁶" : String(n);
  const plain = (seed: number): Input => uniform([n], seed, { low: 0.5, high: 2 });
  const grid = (shape: readonly number[], seed: number): Input => uniform(shape, seed);
  const row = (name: string, task: string, ...inputs: Input[]): Row => ({
    name,
    task,
    inputs,
    large: true,
    tolerance: SINGLE,
  });
  const x = grid([side, side], 1);
  const many = size === "tiny" ? 9 : 100_000;
  const normals = size === "tiny" ? 100_000 : 1e6;
  return [
    ...["add", "mul", "div"].map((op) => row(`${op} ${named}`, op, plain(1), plain(2))),
    ...UNARY.map((op) => row(`${op} ${named}`, op, plain(1))),
    row(`sum ${named}`, "sum", plain(1)),
    row(`sum ${side}² by rows`, "sum.rows", x),
    row(`sum ${side}² by columns`, "sum.columns", x),
    row(`softmax ${side}²`, "softmax", x),
    row(`add ${side}² contiguous`, "add", x, grid([side, side], 2)),
    row(`add ${side}² plus a row`, "add", x, grid([1, side], 2)),
    row(`add ${side}² plus a column`, "add", x, grid([side, 1], 2)),
    row(`add ${side}² plus its transpose`, "add.transpose", x),
    row(`9 ops on ${named}, transcendental`, "chain.transcendental", plain(1)),
    row(`8 ops on ${named}, arithmetic`, "chain.arithmetic", plain(1)),
    row(`sort ${many}`, "sort", grid([many], 1)),
    {
      ...row(`normal ${normals === 1e6 ? "10⁶" : normals} and its moments`, "normal"),
      settings: { n: normals },
      tolerance: 0.03,
    },
    convolution(size),
  ];
}

/** 3 × 3, padded, with channels. */
function convolution(size: Size): Row {
  const [batch, channels, side, out] = size === "tiny" ? [2, 2, 4, 3] : [8, 16, 32, 32];
  const shape = [batch, channels, side, side];
  const kernel = [out, channels, 3, 3];
  return {
    name: `conv2d ${shape.join("×")} by ${kernel.join("×")}`,
    task: "conv2d",
    inputs: [uniform(shape, 1), uniform(kernel, 2)],
    flop: 2 * 9 * batch * side ** 2 * channels * out,
    large: true,
    tolerance: SINGLE,
  };
}

const TINY = ["add", "mul", "sin", "mulNumber"];

/** What an op costs beside its arithmetic. */
function overhead(size: Size): Row[] {
  const halves = (n: number): Input => uniform([n], 1, { low: 0.5, high: 0.5 });
  const few = (n: number, recorded: number): Row[] =>
    TINY.map((task) => ({
      name: `${task} of ${n}, ${recorded ? "recorded" : "not recorded"}`,
      task,
      inputs: [halves(n), uniform([n], 2, { low: 1.5, high: 1.5 })].slice(0, task in ONE ? 1 : 2),
      settings: { recorded },
      tolerance: SINGLE,
    }));
  const long = (task: string, n: number, name: string, shape: readonly number[]): Row => ({
    name: `${name} ${n}, each`,
    task,
    inputs: [uniform(shape, 1)],
    settings: { n },
    per: n,
    tolerance: SINGLE,
  });
  const lengths = { full: [1000, 10_000, 100_000], quick: [1000, 10_000], tiny: [5] }[size];
  return [
    { name: "plain loop of 4, no tensors", task: "plainLoop", inputs: [], tolerance: SINGLE },
    ...[4, 64].flatMap((n) => [0, 1].flatMap((recorded) => few(n, recorded))),
    { name: "grad(sin(x)·x) of 4", task: "gradOfProduct", inputs: [halves(4)], tolerance: SINGLE },
    ...lengths.map((n) => long("chain", n, "forward and backward through a chain of", [4])),
    ...lengths.map((n) => long("unbind", n, "gradient by rows, unbound into", [n, 4])),
    ...["add", "matmul"].map((op) => ({
      name: `${op} of a new shape in each call`,
      task: `fresh.${op}`,
      inputs: [],
      tolerance: SINGLE,
    })),
    long("additions", lengths[0]!, "chained x.add(y) of [4]:", [4]),
    long("reshapes", lengths[0]!, "reshape views:", [4, 4]),
  ];
}

const ONE: Readonly<Record<string, true>> = { sin: true, mulNumber: true };

/** Single ops: matmul, elementwise, reductions, and what a tiny op costs. */
export const ops = (size: Size): readonly Row[] => [
  {
    name: "roof: fused multiply-adds in registers",
    task: "roof",
    inputs: [],
    flop: ROOF_FLOP,
    tolerance: SINGLE,
  },
  ...overhead(size),
  ...large(size),
  ...linearAlgebra(size),
  ...matmuls(size),
];
