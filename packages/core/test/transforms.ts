import { leaf, reverse, withLevel, withTransform, wrap, wrapBatch } from "../src/extend.ts";
import { ones, type Tensor } from "../src/index.ts";

type Unary = (x: Tensor) => Tensor;

/** The derivative of a function with a scalar result, by a grad level. */
export const derivative =
  (f: Unary): Unary =>
  (x) =>
    withTransform("grad", "grad", undefined, false, (level) => {
      const input = leaf(level, x);
      const y = f(input);
      if (y.level !== level) return x.mul(0);
      const lower = (z: Tensor): Tensor => (z.level === level ? z.value! : z);
      const g = ones([], { dtype: y.dtype });
      return reverse([y], [g], [input], { lower }).grads[0] ?? x.mul(0);
    });

/** The tangent of f(x) along t, by a dual level. */
export const pushforward = (f: Unary, x: Tensor, t: Tensor): Tensor =>
  withTransform("dual", "jvp", undefined, false, (level) => {
    const y = f(wrap(level, x, t));
    return y.level === level ? y.tangent! : y.mul(0);
  });

/** f on each row. */
export const vmap = (f: Unary, xs: Tensor): Tensor =>
  withLevel("batch", "vmap", (level) => {
    Object.assign(level, { size: xs.shape[0], total: xs.shape[0] });
    return f(wrapBatch(level, xs)).value!;
  });
