/** The smallest transforms that can say the laws; those for users are in `@cotangent/functional`. */
import { zerosOf } from "../align.ts";
import { spread } from "../knot.ts";
import { type Level, linked, withLevel, withTransform } from "../level.ts";
import { reverse, type Visitor } from "../reverse.ts";
import { type Tensor, wrap, wrapBatch } from "../tensor.ts";
import { leaf } from "../track.ts";

/** Tensors in, tensors out. */
export type Fn = (...xs: readonly Tensor[]) => readonly Tensor[];

const below = (level: Level, x: Tensor): Tensor => (x.level === level ? x.value! : x);

/** Cotangents of the inputs that are wanted, given those of the outputs. */
export function vjp(
  f: Fn,
  xs: readonly Tensor[],
  gs: readonly Tensor[],
  wanted: readonly number[],
  visit?: Visitor,
): readonly Tensor[] {
  return withTransform("grad", "vjp", undefined, false, (level) => {
    const lower = (x: Tensor): Tensor => below(level, x);
    const ins = xs.map((x, i) => (wanted.includes(i) ? leaf(level, x) : x));
    const outs = f(...ins).map((y) => (y.level === level ? y : null));
    const targets = wanted.map((i) => ins[i]!);
    const pass = visit === undefined ? { lower } : { lower, visit };
    const { grads } = linked(level, () => reverse(outs, gs, targets, pass));
    return grads.map((g, k) =>
      g === null ? zerosOf(xs[wanted[k]!]!.spec, xs[0]!.device) : lower(g),
    );
  });
}

/** Tangents of the outputs; a null tangent is that of an input that does not move. */
export function jvp(
  f: Fn,
  xs: readonly Tensor[],
  ts: readonly (Tensor | null)[],
): readonly Tensor[] {
  return withTransform("dual", "jvp", undefined, false, (level) => {
    const ys = f(...xs.map((x, i) => (ts[i] ? wrap(level, x, ts[i]) : x)));
    return ys.map((y) => (y.level === level ? y.tangent! : zerosOf(y.spec, xs[0]!.device)));
  });
}

/** f on each of `size` rows of the inputs that are batched; the results are stacked along axis 0. */
export function vmap(
  f: Fn,
  xs: readonly Tensor[],
  batched: readonly boolean[],
  size: number,
): readonly Tensor[] {
  return withLevel("batch", "vmap", (level) => {
    level.size = level.total = size;
    const ys = f(...xs.map((x, i) => (batched[i] ? wrapBatch(level, x) : x)));
    return ys.map((y) => (y.level === level ? y.value! : spread(y, size)));
  });
}
