import { AGED, OURS } from "./contenders.ts";
import type { Report, Result } from "./report.ts";
import { spreadOf } from "./statistics.ts";

/** What a row must reach, at full size. */
export interface Bar {
  readonly suite: string;
  readonly row: string;
  /** A time of ours in µs that it may take. */
  readonly atMost?: number;
  /** How many times as fast as… */
  readonly atLeast?: number;
  /** …each of these contenders, or, in rates, another row of ours. */
  readonly than?: readonly string[];
  readonly thanRow?: string;
  /** As a multiple of its own time, what it may take after the process has allocated 1 GiB. */
  readonly aged?: number;
}

const JAX = ["jax-js eager", "jax-js jit"];
const WASM = "tfjs wasm";
const TORCH = "torch";

const faster = (suite: string, row: string, atLeast: number, ...than: string[]): Bar => ({
  suite,
  row,
  atLeast,
  than,
});
const within = (row: string, atMost: number): Bar => ({ suite: "ops", row, atMost });
const beside = (row: string, thanRow: string, atLeast: number): Bar => ({
  suite: "ops",
  row,
  atLeast,
  thanRow,
});

const layouts = ["", " A·Bᵀ", " Aᵀ·B"];
const ROOF = "roof: fused multiply-adds in registers";

const matmuls = [256, 512, 1024].flatMap((n) =>
  layouts.flatMap((layout) => {
    const row = `matmul float32 ${n}${layout}`;
    return [
      faster("ops", row, 1.15, ...JAX),
      faster("ops", row, 1.1, WASM),
      beside(row, ROOF, 0.7),
    ];
  }),
);

const elementwise = [
  ...["add", "mul", "div", "relu", "sum"].map((op) =>
    faster("ops", `${op} 10⁶`, 0.95, ...JAX, WASM),
  ),
  ...["exp 10⁶", "log 10⁶", "tanh 10⁶", "sin 10⁶", "sigmoid 10⁶", "softmax 1000²"].flatMap(
    (row) => [faster("ops", row, 4, ...JAX), faster("ops", row, 1, WASM)],
  ),
];

const matrices = ["cholesky", "solve", "inv", "det"].flatMap((op) => [
  faster("ops", `${op} 512`, 1, ...JAX),
  faster("ops", `${op} 512`, 0.4, TORCH),
]);

const tiny = ["add", "mul", "sin", "mulNumber"].flatMap((op) => [
  within(`${op} of 4, not recorded`, 0.25),
  within(`${op} of 4, recorded`, 0.4),
  within(`${op} of 64, not recorded`, 0.3),
  within(`${op} of 64, recorded`, 0.45),
  faster("ops", `${op} of 4, not recorded`, 3, "tfjs cpu"),
]);

/** What a long tape costs per op: not much more than a short one. */
const growth = [
  ["forward and backward through a chain of", 10_000],
  ["forward and backward through a chain of", 100_000],
  ["gradient by rows, unbound into", 10_000],
  ["gradient by rows, unbound into", 100_000],
].map(([name, n]) => beside(`${name} ${n}, each`, `${name} 1000, each`, 1 / 5));

const perceptron = (what: string): string => `MLP 784-256-256-10, batch 64: ${what}`;
const derivatives = ["Jacobian, reverse mode", "Jacobian, forward mode", "Hessian", "hvp", "vhp"];

const networks = derivatives.flatMap((what) => [
  faster("jacobian", `R64 MLP: ${what}`, 1, "jax-js jit", TORCH),
  faster("jacobian", `R256 MLP: ${what}`, 1, "jax-js jit"),
  faster("jacobian", `R256 MLP: ${what}`, 0.5, TORCH),
]);

const mixtures = ["d2_K5", "d10_K10", "d10_K100", "d20_K50", "d64_K25"].map(
  (size) => `GMM ${size}, 1000 points`,
);

/** The bars of single-thread figures beside the peers, and of a second thread. */
export const bars: readonly Bar[] = [
  ...matmuls,
  beside("matmul float32 509", "matmul float32 512", 0.9),
  beside("matmul float32 250", "matmul float32 256", 0.9),
  ...[256, 512].map((n) => beside(`matmul float64 ${n}`, `matmul float32 ${n}`, 0.45)),
  ...elementwise,
  ...matrices,
  beside("matmul float32 1024, two threads", "matmul float32 1024", 1.7),
  beside("add 1000² plus a row", "add 1000² contiguous", 0.7),
  beside("add 1000² plus a column", "add 1000² contiguous", 0.7),
  beside("add 1000² plus its transpose", "add 1000² contiguous", 0.4),
  ...tiny,
  ...growth,
  within("grad(sin(x)·x) of 4", 5),
  faster("ops", "grad(sin(x)·x) of 4", 1, "jax-js jit", TORCH),
  faster("mlp", perceptron("value and gradient"), 1, "jax-js jit"),
  faster("mlp", perceptron("SGD step"), 1, "jax-js jit"),
  faster("mlp", perceptron("per-sample gradients"), 3, ...JAX),
  faster("mlp", perceptron("per-sample gradients"), 1, TORCH),
  ...networks,
  faster("jacobian", "tanh MLP 32-64-64-10, batch 16: model jvp", 1, TORCH),
  faster("jacobian", "32→2048 Jacobian, forward mode", 1, TORCH),
  faster("jacobian", "2048→32 Jacobian, reverse mode", 1, TORCH),
  ...mixtures.flatMap((name) =>
    ["objective", "gradient"].map((what) => faster("adbench", `${name}: ${what}`, 1, TORCH)),
  ),
  ...["objective", "gradient"].map((what) => faster("adbench", `LSTM l2_c1024: ${what}`, 2, TORCH)),
];

/** A bar and what was reached. */
export interface Verdict {
  readonly bar: Bar;
  /** A time in µs or a ratio; null where the row, or what it is held against, was not measured. */
  readonly reached: number | null;
  readonly ok: boolean;
}

/** A row may take so many times as long in a process that has allocated much. */
const AGING = 1.2;

const medianOf = (r: Result): number => spreadOf(r.times).median;
const rateOf = (r: Result): number => (r.flop ?? 1) / medianOf(r);

/** Results that are right, of one row in each contender. */
type Row = ReadonlyMap<string, Result>;

function rowOf(results: readonly Result[], suite: string, row: string): Row {
  const right = results.filter((r) => r.suite === suite && r.row === row && r.status === "ok");
  return new Map(right.map((r) => [r.contender, r]));
}

/** The time of the fastest of some contenders over ours. */
function ratio(mine: Result, row: Row, than: readonly string[]): number | null {
  const times = than.flatMap((name) => row.get(name) ?? []).map(medianOf);
  return times.length > 0 ? Math.min(...times) / medianOf(mine) : null;
}

function reachedBy(
  results: readonly Result[],
  { suite, row, atMost, than, thanRow, aged }: Bar,
): number | null {
  const of = rowOf(results, suite, row);
  const mine = of.get(OURS);
  if (mine === undefined) return null;
  if (atMost !== undefined) return medianOf(mine);
  if (aged !== undefined) return ratio(mine, of, [AGED]);
  if (than !== undefined) return ratio(mine, of, than);
  const other = rowOf(results, suite, thanRow!).get(OURS);
  return other ? rateOf(mine) / rateOf(other) : null;
}

/** Each row that also ran in an old process, held against itself in a fresh one. */
const aging = (results: readonly Result[]): Bar[] =>
  results
    .filter((r) => r.contender === AGED)
    .map(({ suite, row }) => ({ suite, row, aged: AGING }));

/** Holds a report of full size against the bars. */
export const judge = (
  { results }: Pick<Report, "results">,
  all: readonly Bar[] = bars,
): readonly Verdict[] =>
  [...all, ...aging(results)].map((bar) => {
    const reached = reachedBy(results, bar);
    if (reached === null) return { bar, reached, ok: false };
    const { atLeast = 0, atMost = bar.aged ?? Infinity } = bar;
    return { bar, reached, ok: reached >= atLeast && reached <= atMost };
  });
