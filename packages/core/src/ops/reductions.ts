import { isFloat } from "../dtype.ts";
import { DTypeError } from "../errors.ts";
import { s } from "../expr.ts";
import { constant } from "../makers/constant.ts";
import type { Tensor } from "../tensor.ts";
import { add, div, mul } from "./arithmetic.ts";
import {
  bodyOf,
  countOver,
  dropAxes,
  keptShape,
  liftAxes,
  type Reduction,
  reduceView,
  reduction,
} from "./axes.ts";
import { astype } from "./cast.ts";
import { eq, logicalNot, ne } from "./comparison.ts";
import { reshapeTo, splitOn, sumOver } from "./views.ts";

/** Sums and products of bools are counted in int32. */
export const summable = (x: Tensor): Tensor => (x.dtype === "bool" ? astype(x, "int32") : x);

/**
 * The sum over `dim`. int32 and bool give int32; no elements give 0.
 *
 * @example ones([2, 3]).sum(1); // [3, 3]
 */
export const sum: Reduction = reduction("sum", (x, axes) => sumOver(summable(x), axes));

export function checkFloat(who: string, x: Tensor): void {
  if (isFloat(x.dtype)) return;
  throw new DTypeError(
    `${who}: the dtype is ${x.dtype}, but the result has fractions; ` +
      `convert it with x.astype("float32")`,
  );
}

/**
 * The mean over `dim`; NaN where there are no elements.
 *
 * @throws DTypeError for int32 and bool.
 */
export const mean: Reduction = reduction("mean", (x, axes) => {
  checkFloat("mean", x);
  return div(sumOver(x, axes), countOver(x.shape, axes));
});

/** A product by halves: right where factors are 0, in derivatives of every order. */
function productOver(x: Tensor, axis: number): Tensor {
  const size = x.shape[axis]!;
  if (size === 0) return add(reshapeTo(sumOver(x, [axis]), keptShape(x.shape, [axis])), 1);
  let rest: Tensor | null = null;
  let y = x;
  for (let n = size; n > 1; n >>= 1) {
    const half = n >> 1;
    const [a, b, odd] = splitOn(y, axis, n % 2 === 1 ? [half, half, 1] : [half, half]);
    if (odd !== undefined) rest = rest === null ? odd : mul(odd, rest);
    y = mul(a!, b!);
  }
  return rest === null ? y : mul(y, rest);
}

/** The product over `dim`. int32 and bool give int32; no elements give 1. */
export const prod: Reduction = reduction("prod", (x, axes) =>
  reshapeTo(axes.reduce(productOver, summable(x)), dropAxes(x.shape, axes)),
);

const isCounted = bodyOf((x) => s.cast(s.cast(x, "bool"), "int32"));

/** How many elements are not 0. */
const countOp = constant<readonly number[]>("count", {
  kernel([x], axes, backend) {
    return [reduceView("sum", isCounted(x!.dtype), [x!], axes, backend)];
  },
  lift: liftAxes,
});

/** Whether some element over `dim` is not 0; false where there are none. */
export const any: Reduction = reduction("any", (x, axes) => ne(countOp([x], axes)[0]!, 0));

/** Whether no element over `dim` is 0; true where there are none. */
export const all: Reduction = reduction("all", (x, axes) =>
  eq(countOp([logicalNot(x)], axes)[0]!, 0),
);
