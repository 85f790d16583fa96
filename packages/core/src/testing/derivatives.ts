import { type DType, isFloat } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import type { Device } from "../view.ts";
import { between, type Draw, tensorOf } from "./case.ts";
import { close, type Precision, readAll } from "./check.ts";
import { Plain } from "./plain.ts";
import { type Fn, jvp, vjp } from "./transforms.ts";

/** A function at a point. */
export interface Point {
  readonly f: Fn;
  readonly xs: readonly Plain[];
  readonly dtypes: readonly DType[];
  /** The inputs that have a derivative. */
  readonly active: readonly number[];
  readonly device: Device;
  readonly precision: Precision;
  readonly draw: Draw;
}

export const tensorsOf = (p: Point, xs: readonly Plain[] = p.xs): readonly Tensor[] =>
  xs.map((x, i) => tensorOf(x, p.dtypes[i]!, p.device));

/** Random numbers of the shape of x. */
export const like = (x: Plain, draw: Draw): Plain =>
  new Plain(
    x.shape,
    Array.from(x.data, () => between(-1, 1)(draw)),
  );

const inner = (a: readonly Plain[], b: readonly Plain[]): number =>
  a.reduce((sum, x, k) => x.data.reduce((part, v, i) => part + v * b[k]!.data[i]!, sum), 0);
const norm = (a: readonly Plain[]): number => Math.sqrt(inner(a, a));

/** vjp as a function of inputs and cotangents, to be differentiated again. */
export function pulling({ f, xs, active }: Point): Fn {
  return (...all) => vjp(f, all.slice(0, xs.length), all.slice(xs.length), active);
}

/** jvp as a function of inputs and tangents. */
export function pushing({ f, xs, active }: Point): Fn {
  return (...all) => {
    const ts = xs.map((_, i) => all[xs.length + active.indexOf(i)] ?? null);
    return jvp(
      f,
      all.slice(0, xs.length),
      ts.map((t, i) => (active.includes(i) ? t : null)),
    );
  };
}

/** The point with more inputs. */
export function extended(p: Point, f: Fn, more: readonly Plain[], dtypes: readonly DType[]): Point {
  const active = [...p.active, ...more.map((_, k) => p.xs.length + k)];
  return { ...p, f, xs: [...p.xs, ...more], dtypes: [...p.dtypes, ...dtypes], active };
}

/** The point with those outputs alone that are floats. */
export function floats(p: Point): Point {
  const keep = p.f(...tensorsOf(p)).map((y) => isFloat(y.dtype));
  if (p.active.length > 0 && keep.includes(true))
    return { ...p, f: (...xs) => p.f(...xs).filter((_, k) => keep[k]) };
  throw new Error("nothing to differentiate; say `constant: true` in the case");
}

/** The vjp at a point with random cotangents, and the jvp with random tangents, as functions at a point. */
export function pulled(p: Point): Point {
  const ys = p.f(...tensorsOf(p));
  const us = ys.map((y) => like(new Plain(y.shape, new Array<number>(y.size).fill(0)), p.draw));
  return extended(
    p,
    pulling(p),
    us,
    ys.map((y) => y.dtype),
  );
}
export function pushed(p: Point): Point {
  const vs = p.active.map((i) => like(p.xs[i]!, p.draw));
  return extended(
    p,
    pushing(p),
    vs,
    p.active.map((i) => p.dtypes[i]!),
  );
}

/** (f(x + hv) − f(x − hv)) / 2h */
async function differences(p: Point, vs: readonly Plain[]): Promise<readonly Plain[]> {
  const h = p.precision.step;
  const moved = (by: number): Promise<readonly Plain[]> => {
    const step = (x: Plain, v: Plain): Plain =>
      new Plain(
        x.shape,
        x.data.map((a, j) => a + by * v.data[j]!),
      );
    const xs = p.xs.map((x, i) => (p.active.includes(i) ? step(x, vs[p.active.indexOf(i)]!) : x));
    return readAll(p.f(...tensorsOf(p, xs)));
  };
  const [up, down] = [await moved(h), await moved(-h)];
  const slope = (a: Plain, b: Plain): Plain =>
    new Plain(
      a.shape,
      a.data.map((v, i) => (v - b.data[i]!) / (2 * h)),
    );
  return up.map((y, k) => slope(y, down[k]!));
}

/**
 * jvp against central differences and ⟨u, Jv⟩ = ⟨Jᵀu, v⟩; then, up to an order, the same of the derivatives.
 */
export async function checkDerivatives(p: Point, order: number, what = ""): Promise<void> {
  const [forward, back] = [pushed(p), pulled(p)];
  const n = p.xs.length;
  const [vs, us] = [forward.xs.slice(n), back.xs.slice(n)];
  const Jv = await readAll(forward.f(...tensorsOf(forward)));
  const uJ = await readAll(back.f(...tensorsOf(back)));
  const expected = await differences(p, vs);
  expected.forEach((d, k) => close(`jvp${what}`, Jv[k]!, d, p.precision.difference));
  const scale = 1 + norm(us) * norm(Jv) + norm(uJ) * norm(vs);
  const gap = Math.abs(inner(us, Jv) - inner(uJ, vs));
  if (!(gap <= p.precision.agreement * scale))
    throw new Error(`vjp${what}: ⟨u, Jv⟩ = ${inner(us, Jv)}, but ⟨Jᵀu, v⟩ = ${inner(uJ, vs)}`);
  if (order === 1) return;
  await checkDerivatives(back, order - 1, ` of vjp${what}`);
  await checkDerivatives(forward, order - 1, ` of jvp${what}`);
}
