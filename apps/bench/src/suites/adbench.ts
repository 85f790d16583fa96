import { DOUBLE, type Row, type Size, uniform, unitVariance } from "../row.ts";

const both = (row: Omit<Row, "tolerance">, second: string): Row[] =>
  ["objective", second].map((what) => ({
    ...row,
    name: `${row.name}: ${what}`,
    task: `${row.task}.${what}`,
    tolerance: DOUBLE,
  }));

/** A Gaussian mixture: weights [k], means [k, d], inverse covariance factors [k, d(d + 1)/2], points [n, d]. */
function gmm(d: number, k: number, n: number): Row[] {
  const factors = (d * (d + 1)) / 2;
  const means = uniform([k, d], 2, { dtype: "float64", low: 0, high: 1 });
  const inputs = [
    unitVariance([k], 1),
    means,
    unitVariance([k, factors], 3),
    unitVariance([n, d], 4),
  ];
  const settings = { gamma: 1, m: 0 };
  return both(
    { name: `GMM d${d}_K${k}, ${n} points`, task: "gmm", inputs, settings, large: true },
    "gradient",
  );
}

/** Bundle adjustment: p observations of m points by n cameras, all alike as in ADBench's own data. */
function bundle(n: number, m: number, p: number): Row[] {
  const camera = [1.8, 0.6, -0.6, 90, 29, 29, 210, -0.3, -15, 0.06, 0.07];
  const given = (values: readonly number[]) =>
    ({ shape: [values.length], dtype: "float64", values }) as const;
  const inputs = [camera, [4.2, 5.6, 1.4], [0.42], [-525, 162]].map(given);
  const settings = { n, m, p };
  return both(
    { name: `BA ${n} cameras, ${p} observations`, task: "ba", inputs, settings, large: true },
    "Jacobian",
  );
}

/** A diagonal LSTM of l layers over c characters of b bits. */
function lstm(l: number, c: number, b: number): Row[] {
  const of = (shape: readonly number[], seed: number) =>
    uniform(shape, seed, { dtype: "float64", low: 0, high: 1 });
  const inputs = [of([2 * l, 4 * b], 1), of([3, b], 2), of([2 * l, b], 3), of([c, b], 4)];
  return both({ name: `LSTM l${l}_c${c}`, task: "lstm", inputs }, "gradient");
}

const GMM: { readonly [S in Size]: readonly (readonly [number, number])[] } = {
  full: [
    [2, 5],
    [10, 10],
    [10, 100],
    [20, 50],
    [64, 25],
  ],
  quick: [
    [2, 5],
    [10, 10],
  ],
  tiny: [[2, 3]],
};

const BUNDLES: { readonly [S in Size]: readonly [number, number, number] } = {
  full: [49, 7776, 31843],
  quick: [49, 777, 1000],
  tiny: [2, 3, 4],
};

/** The objectives of Microsoft's ADBench, and their derivatives, in float64. */
export function adbench(size: Size): readonly Row[] {
  const points = size === "tiny" ? 4 : 1000;
  const characters = { full: 1024, quick: 128, tiny: 3 }[size];
  return [
    ...GMM[size].flatMap(([d, k]) => gmm(d, k, points)),
    ...bundle(...BUNDLES[size]),
    ...lstm(2, characters, size === "tiny" ? 3 : 14),
    ...(size === "full" ? lstm(4, characters, 14) : []),
  ];
}
