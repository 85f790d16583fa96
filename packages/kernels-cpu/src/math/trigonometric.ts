import {
  extractLane,
  f64const,
  type Local,
  op,
  replaceLane,
  set,
  type Value,
  when,
} from "../wasm/code.ts";
import { type HostName, host } from "../wasm/host.ts";
import { COS, PI_PARTS, SIN } from "./coefficients.ts";
import { type Doubled, exactSum, fastSum, quotient } from "./doubled.ts";
import { type Lanes, widened } from "./lanes.ts";
import { cubicTail, polynomial } from "./polynomial.ts";

/** Multiples of π/2 up to here have exact products with its parts. */
const LARGE = 1e6;

interface Turned {
  /** The multiple of π/2 that is nearest, in the low bits of a float. */
  readonly turns: Local;
  /** What is left of the angle, at most π/4 in size. */
  readonly r: Local;
  readonly rest?: Local;
}

/** A number as a float whose low bits are the integer next to it. */
const aligner = (v: Lanes): Local => v.constant(1.5 * 2 ** v.fraction);

/** Cody and Waite, over float64 lanes: π/2 in parts whose products with n are exact. */
function turned(v: Lanes, x: Local): Turned {
  const [first, second, third, last] = PI_PARTS[v.digits].map((part) => v.constant(-part));
  const turns = v.keep(v.madd(x, v.constant(2 / Math.PI), aligner(v)));
  const n = v.keep(v.sub(turns, aligner(v)));
  const high = v.keep(v.madd(n, first!, x));
  if (v.digits === 24) return { turns, r: v.keep(v.madd(n, second!, high)) };
  const middle = exactSum(v, high, v.keep(v.mul(n, second!)));
  const low = exactSum(v, middle.hi, v.keep(v.mul(n, third!)));
  const lost = v.add(v.add(middle.lo, low.lo), v.mul(n, last!));
  const { hi: r, lo: rest } = fastSum(v, low.hi, v.keep(lost));
  return { turns, r, rest };
}

/** The same of float32 lanes, by way of float64. */
function narrowed(v: Lanes, x: Local): Turned {
  const wide = v.wide();
  const [low, high] = v.halves(x).map((half) => turned(wide, half)) as [Turned, Turned];
  const multiple = ({ turns }: Turned): Value => wide.sub(turns, aligner(wide));
  const n = v.joined(multiple(low), multiple(high));
  return { turns: v.keep(v.add(n, aligner(v))), r: v.keep(v.joined(low.r, high.r)) };
}

const reduced = (v: Lanes, x: Local): Turned =>
  v.format === "f32x4" ? narrowed(v, x) : turned(v, x);

/** r + r³ p(r²) + rest; of r at most π/4, so is the cosine. */
function sine(v: Lanes, { r, rest }: Turned): Doubled {
  const tail = cubicTail(v, SIN, r);
  return { hi: r, lo: v.keep(rest === undefined ? tail : v.add(tail, rest)) };
}

/** 1 − r² / 2 + r⁴ p(r²) − r rest. */
function cosine(v: Lanes, { r, rest }: Turned): Doubled {
  const square = v.keep(v.mul(r, r));
  const half = v.keep(v.mul(square, v.constant(0.5)));
  const hi = v.keep(v.sub(v.constant(1), half));
  const lost = v.sub(v.sub(v.constant(1), hi), half);
  const tail = v.madd(v.mul(square, square), polynomial(v, COS, square), lost);
  return { hi, lo: v.keep(rest === undefined ? tail : v.sub(tail, v.mul(r, rest))) };
}

/** Where the integer in the low bits of `turns` is odd. */
function isOdd(v: Lanes, turns: Value): Local {
  const one = v.pattern(1n);
  return v.keep(v.intEq(v.and(turns, one), one));
}

/** A sign bit where that integer is 2 or 3 modulo 4. */
const signOfHalfTurn = (v: Lanes, turns: Value): Value =>
  v.signOf(v.shiftLeft(turns, Number(v.width) - 2));

/** The sine of `quarters` right angles more. */
function wave(v: Lanes, angle: Turned, quarters: bigint): Value {
  const turns = v.keep(quarters === 0n ? angle.turns : v.intAdd(angle.turns, v.pattern(quarters)));
  const [a, b] = [sine(v, angle), cosine(v, angle)];
  const odd = isOdd(v, turns);
  const y = v.choose(odd, v.add(b.hi, b.lo), v.add(a.hi, a.lo));
  return v.xor(y, signOfHalfTurn(v, turns));
}

/** What JavaScript makes of one lane. */
function hosted(v: Lanes, name: HostName, lane: number, x: Local): Value {
  const number = extractLane(v.format, lane, x);
  const unused = f64const(0);
  if (v.format === "f64x2") return host(name, number, unused);
  return op("f32.demote_f64", host(name, op("f64.promote_f32", number), unused));
}

/** y, but JavaScript's result in lanes so large that the reduction would lose digits. */
function exceptHuge(v: Lanes, name: HostName, x: Local, y: Value): Value {
  const out = v.keep(y);
  const isHuge = v.keep(v.le(v.constant(LARGE), v.abs(x)));
  const lanes = v.format === "f32x4" ? [0, 1, 2, 3] : [0, 1];
  const replaced = lanes.map((lane) =>
    when(
      extractLane("i32x4", (lane * 4) / lanes.length, isHuge),
      set(out, replaceLane(v.format, lane, out, hosted(v, name, lane, x))),
    ),
  );
  v.run(when(op("v128.any_true", isHuge), replaced));
  return out;
}

/** y, but x itself where that is so small that no digit differs: so is −0. */
const orSmall = (v: Lanes, x: Local, y: Value): Value =>
  v.choose(v.lt(v.abs(x), v.constant(2 ** (-v.fraction / 2 - 1))), x, y);

export const sin = (v: Lanes, x: Local): Value =>
  exceptHuge(v, "sin", x, orSmall(v, x, wave(v, reduced(v, x), 0n)));

export const cos = (v: Lanes, x: Local): Value =>
  exceptHuge(v, "cos", x, wave(v, reduced(v, x), 1n));

/** a / b; for float64 results in doubled precision. */
function ratio(v: Lanes, a: Doubled, b: Doubled): Value {
  if (v.digits === 24) return v.div(a.hi, b.hi);
  const { hi, lo } = quotient(v, a, b);
  return v.add(hi, lo);
}

/** sin / cos, or −cos / sin of odd turns. */
function slope(v: Lanes, x: Local): Value {
  const angle = turned(v, x);
  const odd = isOdd(v, angle.turns);
  const [a, b] = [sine(v, angle), cosine(v, angle)].map(({ hi, lo }) => fastSum(v, hi, lo)) as [
    Doubled,
    Doubled,
  ];
  const swapped = (p: Local, q: Local): Local => v.keep(v.choose(odd, q, p));
  const over = { hi: swapped(a.hi, b.hi), lo: swapped(a.lo, b.lo) };
  const under = { hi: swapped(b.hi, a.hi), lo: swapped(b.lo, a.lo) };
  return v.xor(ratio(v, over, under), v.and(odd, v.constant(-0)));
}

/** By float64 lanes in either format. */
export function tan(v: Lanes, x: Local): Value {
  return exceptHuge(v, "tan", x, orSmall(v, x, widened(v, slope, x)));
}
