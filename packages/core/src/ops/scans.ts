import { checkTensor } from "../align.ts";
import { dense } from "../device.ts";
import { type CallMap, linearMap } from "../makers/linear.ts";
import { checkDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { denseView } from "../view.ts";
import { mul } from "./arithmetic.ts";
import { summable } from "./reductions.ts";
import { flip } from "./shaping.ts";
import { place, sliceOn, windowOn } from "./views.ts";

const cumsumOp: CallMap<number> = linearMap<number>("cumsum", {
  kernel: (x, axis, backend) =>
    denseView(x.dtype, x.device, x.shape, backend.scan("sum", dense(x), axis)),
  transpose: (g, _saved, axis) => flip(cumsumOp(flip(g, axis), axis), axis),
  lift: (axis) => axis + 1,
});

/** Runs along a checked dim; a 0-d tensor is a line of one element. */
function along(
  who: string,
  x: Tensor,
  dim: number,
  run: (line: Tensor, axis: number) => Tensor,
): Tensor {
  const axis = checkDim(who, dim, checkTensor(who, x).ndim);
  const line = summable(x);
  return x.ndim === 0 ? line : run(line, axis);
}

/**
 * The sum of the elements so far along `dim`. int32 and bool give int32.
 *
 * @example tensor([1, 2, 3]).cumsum(0); // [1, 3, 6]
 */
export const cumsum = (x: Tensor, dim: number): Tensor => along("cumsum", x, dim, cumsumOp);

/**
 * Products of neighbours, then of those: each element takes part in a few multiplications only, and derivatives are
 * right at zeros.
 */
function productsSoFar(x: Tensor, axis: number): Tensor {
  const n = x.shape[axis]!;
  if (n < 2) return x;
  const every = (start: number): Tensor => sliceOn(x, axis, start, (n - start + 1) >> 1, 2);
  const odd = productsSoFar(mul(sliceOn(x, axis, 0, n >> 1, 2), every(1)), axis);
  const rest = (n - 1) >> 1;
  const parts = [sliceOn(x, axis, 0, 1), odd];
  const windows = [windowOn(x.shape, axis, 0, 1), windowOn(x.shape, axis, 1, n >> 1, 2)];
  if (rest > 0) {
    parts.push(mul(sliceOn(odd, axis, 0, rest), sliceOn(x, axis, 2, rest, 2)));
    windows.push(windowOn(x.shape, axis, 2, rest, 2));
  }
  return place(parts, x.shape, windows);
}

/**
 * The product of the elements so far along `dim`. int32 and bool give int32.
 *
 * @example tensor([1, 2, 3]).cumprod(0); // [1, 2, 6]
 */
export const cumprod = (x: Tensor, dim: number): Tensor => along("cumprod", x, dim, productsSoFar);
