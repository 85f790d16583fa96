import { cast, constant, type Expr, index, s, select } from "./expr.ts";

/*
 * Philox 4×32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3, SC 2011):
 * a random number is a function of a key, here the seed, and a counter, here offset + element number.
 */

export type Words = readonly [Expr, Expr, Expr, Expr];

const ROUNDS = 10;
const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const;
/** The golden ratio and √3 − 1, in 32 bits. */
const WEYL = [0x9e3779b9, 0xbb67ae85] as const;

function round([a, b, c, d]: Words, low: Expr, high: Expr): Words {
  const [m, n] = MULTIPLIERS;
  return [
    s.xor(s.xor(s.mulhi(c, n), b), low),
    s.mul(c, n),
    s.xor(s.xor(s.mulhi(a, m), d), high),
    s.mul(a, m),
  ];
}

/** Four random words of uint32 from a counter and a key. */
export function philox(counter: Words, key: readonly [Expr, Expr]): Words {
  let words = counter;
  let [low, high] = key;
  for (let i = 0; i < ROUNDS; i++) {
    words = round(words, low, high);
    low = s.add(low, WEYL[0]);
    high = s.add(high, WEYL[1]);
  }
  return words;
}

/**
 * The words of one element. All arguments are int32 or uint32 inputs with the low and the high half of
 * a number, so that a new seed or offset is no new kernel.
 */
export function elementBits(
  seed: readonly [Expr, Expr],
  offset: readonly [Expr, Expr],
  element: Expr = index(),
): Words {
  const [low, high] = [cast(offset[0], "uint32"), cast(offset[1], "uint32")];
  const sum = s.add(low, element);
  const carry = cast(s.lt(sum, low), "uint32");
  const zero = constant(0, "uint32");
  const key = [cast(seed[0], "uint32"), cast(seed[1], "uint32")] as const;
  return philox([sum, s.add(high, carry), zero, zero], key);
}

type Float = "float32" | "float64";

/** The upper `bits` of a word as an integer of the dtype. */
const upper = (word: Expr, bits: number, dtype: Float): Expr => cast(s.shr(word, 32 - bits), dtype);

/** A uniform number in [0, 1) with 24 bits, or with 53 from two words. */
export function uniform(dtype: Float, first: Expr, second: Expr): Expr {
  if (dtype === "float32") return s.mul(upper(first, 24, dtype), 2 ** -24);
  const high = s.mul(upper(first, 27, dtype), 2 ** 26);
  return s.mul(s.add(high, upper(second, 26, dtype)), 2 ** -53);
}

/** A standard normal number by Box and Muller's transform of two uniforms. */
export function normal(dtype: Float, [a, b, c, d]: Words): Expr {
  const positive = s.sub(1, uniform(dtype, a, b)); // (0, 1]: never log 0
  const angle = s.mul(uniform(dtype, c, d), 2 * Math.PI);
  return s.mul(s.sqrt(s.mul(-2, s.log(positive))), s.cos(angle));
}

/**
 * An integer of [0, bound), where a bound of 0 stands for 2³²: the upper part of 64 random bits times the bound,
 * so that none is favoured by more than bound / 2⁶⁴.
 */
export function below([first, second]: Words, bound: Expr): Expr {
  const low = s.mul(first, bound);
  const carry = s.lt(s.add(low, s.mulhi(second, bound)), low);
  const product = s.add(s.mulhi(first, bound), cast(carry, "uint32"));
  return select(s.eq(bound, 0), first, product);
}
