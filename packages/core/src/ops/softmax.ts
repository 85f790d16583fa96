import { checkTensor } from "../align.ts";
import { getDefaultDtype, isFloat } from "../dtype.ts";
import { detach, type Tensor } from "../tensor.ts";
import { add, div, sub } from "./arithmetic.ts";
import { axesAt, countOver, type Reduction, reduction, restore } from "./axes.ts";
import { astype } from "./cast.ts";
import { isfinite } from "./comparison.ts";
import { amaxOver } from "./extremes.ts";
import { exp, log } from "./functions.ts";
import { sumOver } from "./views.ts";
import { where } from "./where.ts";

const floatOf = (x: Tensor): Tensor => (isFloat(x.dtype) ? x : astype(x, getDefaultDtype()));

/**
 * log Σ exp(x) over `dim`, without overflow; −∞ where there are no elements.
 *
 * @example tensor([1000, 1000]).logSumExp(); // 1000.6931
 */
export const logSumExp: Reduction = reduction("logSumExp", (input, axes) => {
  const x = floatOf(input);
  if (countOver(x.shape, axes) === 0) return log(sumOver(exp(x), axes));
  const largest = amaxOver(detach(x), axes);
  const shift = where(isfinite(largest), largest, 0);
  const total = sumOver(exp(sub(x, restore(shift, x.shape, axes))), axes);
  return add(log(total), shift);
});

/** Less its largest element along a dim, so that no exponential overflows. */
function shifted(who: string, input: Tensor, dim: number) {
  const x = floatOf(checkTensor(who, input));
  const axes = axesAt(who, dim, x.ndim);
  if (x.size === 0) return { y: x, axes };
  return { y: sub(x, restore(amaxOver(detach(x), axes), x.shape, axes)), axes };
}

/**
 * exp(x) / Σ exp(x) along `dim`.
 *
 * @example tensor([0, 0]).softmax(0); // [0.5, 0.5]
 */
export function softmax(x: Tensor, dim: number): Tensor {
  const { y, axes } = shifted("softmax", x, dim);
  const powers = exp(y);
  return div(powers, restore(sumOver(powers, axes), y.shape, axes));
}

/** The logarithm of `softmax`, without its rounding to 0. */
export function logSoftmax(x: Tensor, dim: number): Tensor {
  const { y, axes } = shifted("logSoftmax", x, dim);
  return sub(y, restore(log(sumOver(exp(y), axes)), y.shape, axes));
}
