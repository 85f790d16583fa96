import { grad, type Array as JaxArray, numpy as np, scipySpecial } from "@jax-js/jax";

/** Where the elements of a lower triangular [d, d] matrix lie: its diagonal, its columns below that, a zero. */
const triangleIndex = (d: number): number[] =>
  Array.from({ length: d * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    if (i < j) return (d * (d + 1)) / 2;
    return i === j ? i : d + j * (d - 1) - (j * (j - 1)) / 2 + i - j - 1;
  });

/** log Γ(a) of a multiple of ½. */
const logGamma = (a: number): number => {
  if (a === 1) return 0;
  return a === 0.5 ? Math.log(Math.PI) / 2 : Math.log(a - 1) + logGamma(a - 1);
};

interface Prior {
  readonly gamma: number;
  readonly m: number;
}

function constantOf(n: number, d: number, k: number, { gamma, m }: Prior): number {
  const degrees = d + m + 1;
  const gammas = Array.from({ length: d }, (_, j) => logGamma((degrees - j) / 2));
  const all = gammas.reduce((a, b) => a + b, ((d * (d - 1)) / 4) * Math.log(Math.PI));
  const each = degrees * d * (Math.log(gamma) - 0.5 * Math.log(2)) - all;
  return -k * each - (n * d * Math.log(2 * Math.PI)) / 2;
}

const f64 = { dtype: np.float64 };

/** As in the other libraries, of variables that it consumes. */
function likelihood(x: JaxArray, prior: Prior) {
  const [n, d] = x.shape as [number, number];
  return (alphas: JaxArray, means: JaxArray, icf: JaxArray): JaxArray => {
    const k = alphas.shape[0]!;
    const [logs, lower] = [icf.ref.slice([], [0, d]), icf.slice([], [d])];
    const scales = np.exp(logs.ref);
    const all = np.concatenate([scales.ref, lower.ref, np.zeros([k, 1], f64)], 1);
    const index = np.array(triangleIndex(d), { dtype: np.int32 });
    const triangles = np.take(all, index, 1).reshape([k, d, d]);
    const centered = x.transpose().sub(means.reshape([k, d, 1]));
    const whitened = np.matmul(triangles, centered);
    const volumes = logs.sum(1);
    const weights = alphas.ref.add(volumes.ref).reshape([k, 1]);
    const squares = whitened.ref.mul(whitened).sum(1);
    const main = scipySpecial.logsumexp(weights.sub(squares.mul(0.5)), 0).sum();
    const sizes = scales.ref.mul(scales).sum().add(lower.ref.mul(lower).sum());
    const both = sizes.mul(0.5 * prior.gamma ** 2).sub(volumes.sum().mul(prior.m));
    const normal = scipySpecial.logsumexp(alphas).mul(n);
    return main
      .sub(normal)
      .add(both)
      .add(constantOf(n, d, k, prior));
  };
}

type Make = (
  settings: Readonly<Record<string, number>>,
) => (...inputs: JaxArray[]) => JaxArray | JaxArray[];

const priorOf = ({ gamma, m }: Readonly<Record<string, number>>): Prior => ({
  gamma: gamma!,
  m: m!,
});

export const mixture: Readonly<Record<string, Make>> = {
  "gmm.objective": (settings) => (alphas, means, icf, x) =>
    likelihood(x!, priorOf(settings))(alphas!, means!, icf!),
  "gmm.gradient": (settings) => (alphas, means, icf, x) =>
    grad(likelihood(x!, priorOf(settings)), { argnums: [0, 1, 2] })(alphas!, means!, icf!),
};
