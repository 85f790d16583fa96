import { backendOf } from "./device.ts";
import { dtypes } from "./dtype.ts";
import { fromView, type Tensor } from "./tensor.ts";
import { denseView } from "./view.ts";

/** From `start` to before `end`. */
export type Range = readonly [start: number, end: number];

/** Ranges of at most `size` rows; at least one, so that a total of 0 has results too. */
export function chunkRanges(total: number, size: number): readonly Range[] {
  const step = Math.max(1, Math.min(size, total));
  const count = Math.max(1, Math.ceil(total / step));
  return Array.from({ length: count }, (_, i) => [i * step, Math.min((i + 1) * step, total)]);
}

/** The number of elements of all tensors. */
export const totalSize = (xs: readonly Tensor[]): number => xs.reduce((n, x) => n + x.size, 0);

/**
 * Rows start … end of the identity over all elements of `xs`, cut into columns of their shapes: [rows, ...shape]
 * for each. As cotangents (tangents) they give rows (columns) of the Jacobian.
 */
export function identityRows(xs: readonly Tensor[], [start, end]: Range): readonly Tensor[] {
  let first = 0;
  return xs.map(({ size, dtype, device, shape }) => {
    const data = new dtypes[dtype].array((end - start) * size);
    const [from, to] = [Math.max(start, first), Math.min(end, first + size)];
    for (let row = from; row < to; row++) data[(row - start) * size + row - first] = 1;
    first += size;
    const buffer = backendOf(device).upload(data, dtype);
    return fromView(denseView(dtype, device, [end - start, ...shape], buffer));
  });
}
