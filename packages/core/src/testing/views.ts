import { fill } from "../align.ts";
import { clone, flip, reversed } from "../ops/shaping.ts";
import { expandTo, place, sliceOn, sliceOp, windowOn } from "../ops/views.ts";
import type { Tensor } from "../tensor.ts";
import { closeAll, readAll } from "./check.ts";
import { floats, type Point, pulled, tensorsOf } from "./derivatives.ts";
import type { Fn } from "./transforms.ts";

/** The same numbers in other memory: column-major, backwards, with gaps. */
const LAYOUTS: { readonly [name: string]: (x: Tensor) => Tensor } = {
  permuted: (x) => reversed(clone(reversed(x))),
  flipped: (x) => flip(clone(flip(x))),
  strided(x) {
    const axis = x.ndim - 1;
    if (axis < 0) return x;
    const shape = x.shape.map((n, i) => (i === axis ? 2 * n : n));
    const window = windowOn(shape, axis, 1, x.shape[axis]!, 2);
    return x.size === 0 ? x : sliceOp(place([x], shape, [window]), window);
  },
};

/** Equal numbers as a stride-0 view, and as a view of one number. */
const EQUALS: { readonly [name: string]: (x: Tensor, first: number) => Tensor } = {
  "stride-0": (x) => (x.ndim === 0 ? x : expandTo(sliceOn(x, 0, 0, 1), x.shape)),
  number: (x, first) => fill(first, x.shape, x.dtype, x.device),
};

/** f and its vjp where inputs have other views than `plain` ones of the same numbers. */
async function checkViews(
  what: string,
  p: Point,
  plain: readonly Tensor[],
  views: readonly Tensor[],
): Promise<void> {
  const agree = async (how: string, f: Fn, extra: readonly Tensor[] = []): Promise<void> => {
    const expected = await readAll(f(...plain, ...extra));
    closeAll(how, await readAll(f(...views, ...extra)), expected, p.precision.agreement);
  };
  await agree(`${what} inputs`, p.f);
  if (p.active.length === 0) return;
  const back = pulled(floats(p));
  await agree(`vjp at ${what} inputs`, back.f, tensorsOf(back).slice(p.xs.length));
}

/** Strides do not matter. */
export const layouts = async (p: Point): Promise<void> => {
  for (const [name, view] of Object.entries(LAYOUTS))
    await checkViews(name, p, tensorsOf(p), tensorsOf(p).map(view));
};

/** Nor does it matter whether equal numbers have memory of their own. */
export const equals = async (p: Point): Promise<void> => {
  if (p.xs.some((x) => x.data.length === 0)) return;
  for (const [name, view] of Object.entries(EQUALS))
    for (const i of p.xs.keys()) {
      const views = tensorsOf(p).map((x, k) => (k === i ? view(x, p.xs[i]!.data[0]!) : x));
      const plain = views.map((x, k) => (k === i ? clone(x) : x));
      await checkViews(`${name} (${i})`, p, plain, views);
    }
};
