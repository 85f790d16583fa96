import { isFloat } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import { closeAll, readAll } from "./check.ts";
import {
  checkDerivatives,
  like,
  type Point,
  pulled,
  pulling,
  pushed,
  tensorsOf,
} from "./derivatives.ts";
import { keeping } from "./keeps.ts";
import { Plain } from "./plain.ts";
import { jvp, vjp, vmap } from "./transforms.ts";
import { equals, layouts } from "./views.ts";

/** A law of an op at a point; `rows` are other points of the same shapes. Throws where it does not hold. */
export type Law = (p: Point, rows: Rows) => Promise<void>;
type Rows = readonly (readonly Plain[])[];

/** Against plain loops. */
export const forward =
  (reference: (xs: readonly Plain[]) => readonly Plain[]): Law =>
  async (p) => {
    const ys = await readAll(p.f(...tensorsOf(p)));
    closeAll("forward", ys, reference(p.xs), p.precision.forward);
  };

/** Nothing is recorded. */
export const constant: Law = async (p) => {
  const leaves = tensorsOf(p).map((x) => (isFloat(x.dtype) ? x.requiresGrad_() : x));
  if (p.f(...leaves).some((y) => y.requiresGrad)) throw new Error("an output requires grad");
};

const derivatives: Law = (p) => checkDerivatives(p, 2);

const subsets = (list: readonly number[]): number[][] =>
  Array.from({ length: 1 << list.length }, (_, mask) => list.filter((_, k) => (mask >> k) & 1));

/** An input that needs no derivative changes nothing for the others. */
const someInputs: Law = async (p) => {
  const { xs, draw, precision } = p;
  const back = pulled(p);
  const us = tensorsOf(back).slice(xs.length);
  const whole = await readAll(pulling(p)(...tensorsOf(back)));
  for (const active of subsets(p.active).filter((s) => s.length > 0)) {
    const part = await readAll(vjp(p.f, tensorsOf(p), us, active));
    const same = active.map((i) => whole[p.active.indexOf(i)]!);
    closeAll(`vjp of inputs ${active}`, part, same, precision.agreement);
    const vs = xs.map((x, i) => (active.includes(i) ? like(x, draw) : null));
    const move = (still: (x: Plain) => Plain | null): readonly Tensor[] => {
      const ts = xs.map((x, i) => (p.active.includes(i) ? (vs[i] ?? still(x)) : null));
      return jvp(
        p.f,
        tensorsOf(p),
        ts.map((t, i) => t && tensorsOf({ ...p, dtypes: [p.dtypes[i]!] }, [t])[0]!),
      );
    };
    const zero = (x: Plain): Plain =>
      new Plain(
        x.shape,
        x.data.map(() => 0),
      );
    const [missing, zeros] = [await readAll(move(() => null)), await readAll(move(zero))];
    closeAll(`jvp of inputs ${active}`, missing, zeros, precision.agreement);
  }
};

const stack = (rows: readonly Plain[]): Plain =>
  new Plain(
    [rows.length, ...rows[0]!.shape],
    rows.flatMap((r) => r.data),
  );

/** Every mix of batched and unbatched inputs, against a loop over the rows. */
async function checkBatches(what: string, p: Point, rows: Rows): Promise<void> {
  for (const some of subsets([...p.xs.keys()]).filter((s) => s.length > 0)) {
    const batched = p.xs.map((_, i) => some.includes(i));
    const row = (k: number): readonly Plain[] =>
      p.xs.map((x, i) => (batched[i] ? rows[k]![i]! : x));
    const inputs = p.xs.map((x, i) => (batched[i] ? stack(rows.map((r) => r[i]!)) : x));
    const all = await readAll(vmap(p.f, tensorsOf(p, inputs), batched, rows.length));
    const each: (readonly Plain[])[] = [];
    for (let k = 0; k < rows.length; k++) each.push(await readAll(p.f(...tensorsOf(p, row(k)))));
    const expected = all.map((_, o) => stack(each.map((ys) => ys[o]!)));
    closeAll(`${what} with inputs ${some} batched`, all, expected, p.precision.agreement);
  }
}

const batching: Law = (p, rows) => checkBatches("vmap", p, rows);

const batchingDerivatives: Law = async (p, rows) => {
  for (const [what, q] of [
    ["vmap of vjp", pulled(p)],
    ["vmap of jvp", pushed(p)],
  ] as const) {
    const more = rows.map((row) => [
      ...row,
      ...q.xs.slice(p.xs.length).map((x) => like(x, p.draw)),
    ]);
    await checkBatches(what, q, more);
  }
};

/** Of every op. */
export const ALWAYS: { readonly [title: string]: Law } = {
  "is vmapped as in a loop": batching,
  "reads any strides": layouts,
  "reads equal numbers of any kind": equals,
};

/** Of ops from floats to floats. */
export const DIFFERENTIABLE: { readonly [title: string]: Law } = {
  "has the derivatives of central differences, to order 2": derivatives,
  "has them for some inputs alone": someInputs,
  "has them under vmap": batchingDerivatives,
  "shows its rules what it keeps, no more": keeping,
};
