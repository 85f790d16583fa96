import type { Local, Value } from "../wasm/code.ts";
import { ASIN, ATAN, PI_HALVES } from "./coefficients.ts";
import { type Doubled, doubledConstant } from "./doubled.ts";
import type { Lanes } from "./lanes.ts";
import { cubicTail } from "./polynomial.ts";

/** A multiple of π as a sum. */
function timesPi(v: Lanes, factor: number): Doubled {
  const parts = PI_HALVES[v.format === "f32x4" ? 24 : 53];
  return doubledConstant(
    v,
    parts.map((part) => part * 2 * factor),
  );
}

interface Arc {
  readonly isSmall: Local;
  /** The arcsine is s + tail; where |x| ≥ ½, that of √((1 − |x|) / 2). */
  readonly s: Local;
  readonly tail: Local;
}

function arc(v: Lanes, x: Local): Arc {
  const size = v.keep(v.abs(x));
  const isSmall = v.keep(v.lt(size, v.constant(0.5)));
  const root = v.sqrt(v.mul(v.sub(v.constant(1), size), v.constant(0.5)));
  const s = v.keep(v.choose(isSmall, size, root));
  return { isSmall, s, tail: v.keep(cubicTail(v, ASIN, s)) };
}

/** s + s³ p(s²); beyond ½, π/2 − 2 asin √((1 − |x|) / 2). */
export function asin(v: Lanes, x: Local): Value {
  const { isSmall, s, tail } = arc(v, x);
  const { hi, lo } = timesPi(v, 0.5);
  const twice = v.add(s, s);
  const large = v.sub(hi, v.add(twice, v.sub(v.add(tail, tail), lo)));
  return v.or(v.choose(isSmall, v.add(s, tail), large), v.signOf(x));
}

/** π/2 − asin x; beyond ½, 2 asin √((1 − |x|) / 2), or π minus that. */
export function acos(v: Lanes, x: Local): Value {
  const { isSmall, s, tail } = arc(v, x);
  const negative = v.keep(v.isSigned(x));
  const quarter = timesPi(v, 0.5);
  const sign = v.signOf(x);
  const small = v.sub(quarter.hi, v.xor(v.add(s, v.sub(tail, v.xor(quarter.lo, sign))), sign));
  const twice = v.keep(v.add(v.add(s, tail), v.add(s, tail)));
  const half = timesPi(v, 1);
  const large = v.choose(negative, v.sub(half.hi, v.sub(twice, half.lo)), twice);
  return v.choose(isSmall, small, large);
}

/** atan(y / x), of no sign, in eighths of a turn: t + t³ p(t²) of y/x, (y − x)/(y + x) or −x/y. */
function octants(v: Lanes, y: Local, x: Local): Value {
  const isLow = v.keep(v.le(y, v.mul(x, v.constant(Math.SQRT2 - 1))));
  const isMiddle = v.keep(v.lt(y, v.mul(x, v.constant(Math.SQRT2 + 1))));
  const above = v.choose(isLow, y, v.choose(isMiddle, v.sub(y, x), v.neg(x)));
  const below = v.choose(isLow, x, v.choose(isMiddle, v.add(y, x), y));
  const t = v.keep(v.div(above, below));
  const [eighth, quarter] = [timesPi(v, 0.25), timesPi(v, 0.5)];
  const zero = v.constant(0);
  const hi = v.choose(isLow, zero, v.choose(isMiddle, eighth.hi, quarter.hi));
  const lo = v.choose(isLow, zero, v.choose(isMiddle, eighth.lo, quarter.lo));
  return v.add(hi, v.add(t, v.add(cubicTail(v, ATAN, t), lo)));
}

export const atan = (v: Lanes, x: Local): Value =>
  v.or(octants(v, v.keep(v.abs(x)), v.constant(1)), v.signOf(x));

/** The angle of (x, y); where |x| = |y|, 0 and ∞ included, that of (1, 1) or (1, 0). */
export function atan2(v: Lanes, y: Local, x: Local): Value {
  const one = v.constant(1);
  const [height, width] = [v.keep(v.abs(y)), v.keep(v.abs(x))];
  const same = v.keep(v.eq(height, width));
  const isHuge = v.lt(v.constant(2 ** (v.bias - 3)), v.max(height, width));
  const scale = v.keep(v.choose(isHuge, v.constant(0.25), one)); // y + x must not overflow
  const diagonal = v.and(one, v.ne(height, v.constant(0)));
  const a = v.keep(v.choose(same, diagonal, v.mul(height, scale)));
  const b = v.keep(v.choose(same, one, v.mul(width, scale)));
  const angle = v.keep(octants(v, a, b));
  const half = timesPi(v, 1);
  const left = v.sub(half.hi, v.sub(angle, half.lo));
  return v.or(v.choose(v.isSigned(x), left, angle), v.signOf(y));
}
