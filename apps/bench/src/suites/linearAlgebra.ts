import { type Row, SINGLE, type Size, uniform } from "../row.ts";

const SIZES: { readonly [S in Size]: readonly number[] } = {
  full: [64, 128, 256, 512],
  quick: [64, 128],
  tiny: [4],
};

function ofMatrices(name: string, shape: readonly number[]): Row[] {
  const a = uniform(shape, 1);
  const b = uniform([...shape.slice(0, -1), 1], 2);
  const row = (task: string, ...inputs: Row["inputs"]): Row => ({
    name: `${task} ${name}`,
    task,
    inputs,
    large: true,
    tolerance: SINGLE,
  });
  return [row("cholesky", a), row("solve", a, b), row("inv", a), row("det", a)];
}

/** Of A/n + I, single ones and a batch of small ones. */
export function linearAlgebra(size: Size): readonly Row[] {
  const many = size === "tiny" ? 3 : 10_000;
  return [
    ...SIZES[size].flatMap((n) => ofMatrices(String(n), [n, n])),
    ...ofMatrices(`${many === 10_000 ? "10⁴" : many} × 4²`, [many, 4, 4]),
  ];
}
