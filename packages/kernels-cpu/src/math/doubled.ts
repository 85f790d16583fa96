import type { Local } from "../wasm/code.ts";
import type { Lanes } from "./lanes.ts";

/** A sum of two terms, the second under the last place of the first. */
export interface Doubled {
  readonly hi: Local;
  readonly lo: Local;
}

/** a + b exactly, where |a| ≥ |b| or a is 0 (Dekker). */
export function fastSum(v: Lanes, a: Local, b: Local): Doubled {
  const hi = v.keep(v.add(a, b));
  return { hi, lo: v.keep(v.add(v.sub(a, hi), b)) };
}

/** a + b exactly (Knuth). */
export function exactSum(v: Lanes, a: Local, b: Local): Doubled {
  const hi = v.keep(v.add(a, b));
  const part = v.keep(v.sub(hi, a));
  return { hi, lo: v.keep(v.add(v.sub(a, v.sub(hi, part)), v.sub(b, part))) };
}

/** The upper half of the digits. */
export function upperHalf(v: Lanes, a: Local): Local {
  const cleared = BigInt(Math.ceil((v.fraction + 1) / 2));
  return v.keep(v.and(a, v.pattern(((1n << (v.width - cleared)) - 1n) << cleared)));
}

function halves(v: Lanes, a: Local): Doubled {
  const hi = upperHalf(v, a);
  return { hi, lo: v.keep(v.sub(a, hi)) };
}

/** a b exactly but for underflow (Dekker): relaxed instructions may round twice, so they are no help. */
export function exactProduct(v: Lanes, a: Local, b: Local): Doubled {
  const hi = v.keep(v.mul(a, b));
  const [x, y] = [halves(v, a), halves(v, b)];
  const crossed = v.add(v.add(v.sub(v.mul(x.hi, y.hi), hi), v.mul(x.hi, y.lo)), v.mul(x.lo, y.hi));
  return { hi, lo: v.keep(v.add(crossed, v.mul(x.lo, y.lo))) };
}

/** a b, but for the product of the lower terms. */
export function product(v: Lanes, a: Doubled, b: Doubled): Doubled {
  const { hi, lo } = exactProduct(v, a.hi, b.hi);
  const rest = v.keep(v.add(lo, v.add(v.mul(a.hi, b.lo), v.mul(a.lo, b.hi))));
  return fastSum(v, hi, rest);
}

/** a / b, as a quotient and its small correction. */
export function quotient(v: Lanes, a: Doubled, b: Doubled): Doubled {
  const hi = v.keep(v.div(a.hi, b.hi));
  const back = exactProduct(v, hi, b.hi);
  const rest = v.add(v.sub(v.sub(a.hi, back.hi), back.lo), v.sub(a.lo, v.mul(hi, b.lo)));
  return { hi, lo: v.keep(v.div(rest, b.hi)) };
}

/** Constants as a sum. */
export const doubledConstant = (v: Lanes, [hi, lo]: readonly number[]): Doubled => ({
  hi: v.constant(hi!),
  lo: v.constant(lo!),
});
