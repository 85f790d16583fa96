import { constant, type Expr, s, select } from "./expr.ts";

/*
 * Special functions as compositions of scalar ops, for float32 and float64, within a few units in the
 * last place of either. The polynomials are interpolants at Chebyshev nodes, fitted by test/special.py.
 */

/** c[0] + c[1] x + c[2] x² + … */
function polynomial(c: readonly number[], x: Expr): Expr {
  let sum = constant(c.at(-1)!, x.type);
  for (const term of c.slice(0, -1).reverse()) sum = s.add(s.mul(sum, x), term);
  return sum;
}

/** Coefficients by the digits that are needed. */
interface Fits {
  readonly float32: readonly number[];
  readonly float64: readonly number[];
}

const fitted = (fits: Fits, x: Expr): readonly number[] =>
  x.type === "float32" ? fits.float32 : fits.float64;

/** erf(x) / x − 1 in x², where x² ≤ 1. */
const ERF: Fits = {
  float32: [
    0.12837916584835093, -0.37612626666720334, 0.11283594715160218, -0.026854212010626412,
    0.005189087423433974, -0.000801686428716587, 7.875875062685488e-5,
  ],
  float64: [
    0.12837916709551256, -0.37612638903183543, 0.11283791670945006, -0.02686617064323777,
    0.0052239776071164225, -0.0008548325975389692, 0.00012055294904839707, -1.492473690741966e-5,
    1.6447424703317362e-6, -1.6208483801871705e-7, 1.3720064546777686e-8, -7.795898827002142e-10,
  ],
};

/**
 * (1 + 2 x) exp(x²) erfc(x) in (x − K) / (x + K), where x ≥ ½: between 1 and 1.3, so steady that a
 * rounded argument does no harm. K is such that rounding the first coefficient costs nothing.
 */
const ERFC: Fits = {
  float32: [
    1.2427605393915233, -0.13994338174516316, -0.011832199035904661, 0.09880779032577694,
    -0.11551269629248595, 0.08748718414817278, -0.0479266079542191, 0.0183182074800824,
    -0.0037869945093465048, -0.0003832282882861848, 0.0004931411164501117, -0.00010258739628060113,
  ],
  float64: [
    1.242760539640424, -0.1399434034572343, -0.011832198261323422, 0.09880849938670003,
    -0.11551323254116644, 0.08748076377017372, -0.04791941123353142, 0.018340958600499894,
    -0.003820512059987285, -0.0004131922417191837, 0.0005585383853678984, -0.00010341743593183703,
    -4.731116043700303e-5, 2.255754781798675e-5, 3.3852711607481707e-6, -3.700415192583024e-6,
    -2.3104401803325038e-7, 6.075807831682977e-7, 1.3959925489344918e-8, -1.0379120067792102e-7,
    5.755432211740393e-9, 1.409817555459192e-8, -3.259205923210658e-9,
  ],
};
const K = 3563 / 1024;

/** The argument of the polynomial ERFC. */
const erfcArgument = (x: Expr): Expr => s.div(s.sub(x, K), s.add(x, K));

/** erf(x) − x where |x| ≤ 1. */
const erfExcess = (x: Expr): Expr => s.mul(x, polynomial(fitted(ERF, x), s.square(x)));

/** The upper half of the digits, whose square is exact (Dekker's splitting). */
function upperHalf(x: Expr): Expr {
  const shifted = s.mul(x, x.type === "float32" ? 2 ** 12 + 1 : 2 ** 27 + 1);
  return s.sub(shifted, s.sub(shifted, x));
}

/** e^x − 1 of x under 0.1, within the last place of 1. */
const smallExpm1 = (x: Expr): Expr => s.mul(x, polynomial([1, 1 / 2, 1 / 6, 1 / 24], x));

/**
 * erfc(x) where x ≥ ½ and x² is `part` of root²: the exponent takes the root's rounding, not that of x.
 * Beyond 30 it is 0 in every dtype, and infinity has no halves.
 */
function erfcFar(x: Expr, root: Expr, part: number): Expr {
  const y = s.min(x, 30);
  const z = s.min(root, 40);
  const [start, ...slopes] = fitted(ERFC, x) as [number, ...number[]];
  const q = erfcArgument(y);
  const change = s.mul(q, polynomial(slopes, q));
  const scaled = s.add(change, start);
  const twice = s.mul(2, y);
  const below = s.add(twice, 1);
  const ratio = s.div(scaled, below);
  const upper = upperHalf(z);
  const power = s.exp(s.mul(s.square(upper), -part));
  // what rounding took of the exponent, of the numerator (1.2 or so) and of the denominator
  const square = s.mul(s.mul(s.sub(upper, z), part), s.add(upper, z));
  const above = s.mul(s.add(s.sub(start, scaled), change), 1 / 1.2);
  const lost = s.sub(above, s.div(s.add(s.sub(twice, below), 1), below));
  const more = s.mul(ratio, smallExpm1(s.add(square, lost)));
  // and of the quotient
  const [head, half] = [upperHalf(ratio), upperHalf(below)];
  const rest = s.sub(s.sub(scaled, s.mul(head, half)), s.mul(head, s.sub(below, half)));
  return s.add(s.mul(power, head), s.mul(power, s.add(s.div(rest, below), more)));
}

/** erf(x) where x ≥ 1: what is subtracted from 1 needs few digits. */
function erfFar(x: Expr): Expr {
  const y = s.min(x, 30);
  const scaled = polynomial(fitted(ERFC, x), erfcArgument(y));
  const tail = s.mul(s.exp(s.neg(s.square(y))), scaled);
  return s.sub(1, s.div(tail, s.add(s.mul(2, y), 1)));
}

/** The error function. */
export function erf(x: Expr): Expr {
  const size = s.abs(x);
  const far = erfFar(size);
  const near = s.add(x, erfExcess(x));
  return select(s.lt(size, 1), near, select(s.lt(x, 0), s.neg(far), far));
}

/** erfc(x), x² being `part` of root². */
function erfcOf(x: Expr, root: Expr, part: number): Expr {
  const size = s.abs(x);
  const far = erfcFar(size, s.abs(root), part);
  const near = s.sub(0.5, s.add(s.sub(x, 0.5), erfExcess(x)));
  return select(s.lt(size, 0.75), near, select(s.lt(x, 0), s.sub(2, far), far));
}

/** 1 − erf(x), with all its digits where that is small. */
export const erfc = (x: Expr): Expr => erfcOf(x, x, 1);

/** lgamma(1 + x) / x in x − 1/4, where 0 ≤ x ≤ ½. */
const LGAMMA_0 = [
  -0.3930873456872526, 0.6625352492439489, -0.25548268796157425, 0.13677079348841728,
  -0.0833925057553864, 0.054390401741934206, -0.03692956434234753, 0.025743859158389282,
  -0.01828207726700018, 0.013163014280622108, -0.00957906899470719, 0.007033274832225246,
  -0.005198820590205353, 0.003823745566692152, -0.002857141869231672, 0.0025275110343535643,
  -0.0019063835610750456,
];

/** lgamma(x) / ((x − 1)(x − 2)) in x − 3/4, where ½ ≤ x ≤ 1. */
const LGAMMA_1 = [
  0.6504990445801452, -0.3523594013320137, 0.294085367224438, -0.28891120177401247,
  0.3072613943487688, -0.3419789497415718, 0.39194610247170614, -0.4585651366248877,
  0.5448302897084075, -0.6551505226436717, 0.795484531809385, -0.9737299143333874,
  1.199863417883392, -1.4841294977492927, 1.848400569616598, -2.372328801129839, 2.9801762225054422,
  -2.990969226448793, 3.770490515742349, -10.209716332399672, 13.000217620568915,
];

/** The same in x − 3/2, where 1 ≤ x ≤ 2. */
const LGAMMA_2 = [
  0.4831289505409809, -0.14595989591430594, 0.06291140107456485, -0.03130848750105327,
  0.01679709863121395, -0.009425622444829649, 0.005446457842219553, -0.0032120742206072908,
  0.0019229162321227923, -0.001164411377219605, 0.0007115202752051298, -0.00043803516132580534,
  0.00027130273545114005, -0.0001685717945035172, 0.00010541715222185904, -6.793733027397047e-5,
  4.281642862794779e-5, -2.148770252062576e-5, 1.3584275459130943e-5, -1.8527803997032962e-5,
  1.1820969445467145e-5,
];

/** The same in x − 5/2, where 2 ≤ x ≤ 3. */
const LGAMMA_3 = [
  0.37957716063055885, -0.07466357415449941, 0.019905154304743208, -0.006018768527036914,
  0.0019490574889463365, -0.0006586397065650056, 0.00022905363747507287, -8.130229408034726e-5,
  2.929928312004998e-5, -1.0682259123883373e-5, 3.9305860909127655e-6, -1.4575541733757617e-6,
  5.436082854534496e-7, -2.015090104183497e-7, 7.585695078040205e-8, -3.385821013938236e-8,
  1.2848137769988069e-8,
];

/** B(2k), k from 1. */
const BERNOULLI = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
  43867 / 798,
];

/** B(2k) / (2k (2k − 1)): Stirling's series of lgamma, DLMF 5.11.1. */
const STIRLING = BERNOULLI.map((b, i) => b / ((2 * i + 2) * (2 * i + 1)));

/** x − round(x): sin(πx) keeps its digits near integers. */
const fraction = (x: Expr): Expr => s.sub(x, s.round(x));
const timesPi = (x: Expr): Expr => s.mul(x, Math.PI);

const isPole = (x: Expr): Expr => s.and(s.and(s.le(x, 0), s.isFinite(x)), s.eq(x, s.floor(x)));

/** lgamma where ½ ≤ x < 8: factors are taken off until x is under 3. */
function lgammaMiddle(x: Expr): Expr {
  const y = select(s.lt(x, 3), x, s.add(s.sub(x, s.floor(x)), 2));
  let factors = constant(1, x.type);
  for (let k = 1; k <= 5; k++) {
    const factor = s.sub(x, k);
    factors = s.mul(factors, select(s.le(2, factor), factor, 1));
  }
  const low = select(
    s.lt(y, 1),
    polynomial(LGAMMA_1, s.sub(y, 0.75)),
    polynomial(LGAMMA_2, s.sub(y, 1.5)),
  );
  const quotient = select(s.lt(y, 2), low, polynomial(LGAMMA_3, s.sub(y, 2.5)));
  return s.add(s.mul(s.mul(s.sub(y, 1), s.sub(y, 2)), quotient), s.log(factors));
}

/** lgamma where x ≥ 8. */
function lgammaLarge(x: Expr): Expr {
  const inverse = s.reciprocal(x);
  const series = s.mul(inverse, polynomial(STIRLING, s.square(inverse)));
  const rest = s.add(0.5 * Math.log(2 * Math.PI) - 0.5, series);
  return s.add(s.mul(s.sub(x, 0.5), s.sub(s.log(x), 1)), rest);
}

function lgammaPositive(x: Expr): Expr {
  const near0 = s.sub(s.mul(x, polynomial(LGAMMA_0, s.sub(x, 0.25))), s.log(x));
  const small = select(s.lt(x, 0.5), near0, lgammaMiddle(x));
  return select(s.lt(x, 8), small, lgammaLarge(x));
}

/** log |Γ(x)|; +∞ at poles and at both infinities. */
export function lgamma(x: Expr): Expr {
  const size = s.abs(x);
  const positive = lgammaPositive(size);
  // |Γ(−x)| = π / (x |sin πx| Γ(x))
  const sine = s.div(s.sin(timesPi(s.abs(fraction(size)))), Math.PI);
  const reflected = s.sub(s.neg(s.add(s.log(size), s.log(sine))), positive);
  const finite = select(s.lt(x, 0), reflected, positive);
  return select(s.or(isPole(x), s.eq(x, -Infinity)), Infinity, finite);
}

/** Where asymptotic series begin to hold. */
const shift = (x: Expr): number => (x.type === "float32" ? 5 : 14);

/** Σ f(x + k) over k < shift, smallest terms first. */
function shiftedSum(x: Expr, f: (y: Expr) => Expr): Expr {
  let sum = f(s.add(x, shift(x) - 1));
  for (let k = shift(x) - 2; k >= 0; k--) sum = s.add(sum, f(s.add(x, k)));
  return sum;
}

/** −B(2k) / 2k: the asymptotic series of digamma in 1/x², DLMF 5.11.2. */
const DIGAMMA = BERNOULLI.map((b, i) => -b / (2 * i + 2));

function digammaPositive(x: Expr): Expr {
  const isSmall = s.lt(x, shift(x));
  const y = select(isSmall, s.add(x, shift(x)), x);
  const square = s.reciprocal(s.square(y));
  const series = s.sub(s.mul(square, polynomial(DIGAMMA, square)), s.div(0.5, y));
  const large = s.add(s.log(y), series);
  return select(isSmall, s.sub(large, shiftedSum(x, s.reciprocal)), large);
}

/** The derivative of lgamma; ∓∞ at ±0, as PyTorch has it, and NaN at the other poles. */
export function digamma(x: Expr): Expr {
  const isNegative = s.lt(x, 0);
  const positive = digammaPositive(select(isNegative, s.sub(1, x), x));
  // ψ(x) = ψ(1 − x) − π / tan πx
  const reflection = s.div(Math.PI, s.tan(timesPi(fraction(x))));
  const finite = select(isNegative, s.sub(positive, reflection), positive);
  const pole = select(s.eq(x, 0), s.div(-1, x), NaN);
  return select(isPole(x), pole, finite);
}

const power = (x: Expr, n: number): Expr => (n === 1 ? x : s.mul(x, power(x, n - 1)));

/** a! / b! where a ≥ b. */
const factorialRatio = (a: number, b: number): number =>
  a === b ? 1 : a * factorialRatio(a - 1, b);

/** |ψₙ| where x > 0: Σ n! / (x + k)^(n + 1), the tail by Euler and Maclaurin's formula (DLMF 5.15.8). */
function polygammaPositive(n: number, x: Expr): Expr {
  const term = (y: Expr): Expr => s.div(factorialRatio(n, 0), power(y, n + 1));
  const isSmall = s.lt(x, shift(x));
  const y = select(isSmall, s.add(x, shift(x)), x);
  const inverse = s.reciprocal(y);
  const c = BERNOULLI.map((b, i) => b * factorialRatio(2 * i + 1 + n, 2 * i + 2));
  const series = polynomial([factorialRatio(n - 1, 0), ...c], s.square(inverse));
  const large = s.add(s.mul(power(inverse, n), series), s.mul(0.5, term(y)));
  return select(isSmall, s.add(large, shiftedSum(x, term)), large);
}

/** The n-th derivative of cot(πx) / (−π)ⁿ, as a polynomial in the cotangent c: c′ = −π (1 + c²). */
function cotangentDerivative(n: number): readonly number[] {
  if (n === 0) return [0, 1];
  const slopes = cotangentDerivative(n - 1)
    .map((a, k) => k * a)
    .slice(1);
  return [...slopes, 0, 0].map((a, k) => a + (slopes[k - 2] ?? 0));
}

/** The n-th derivative of digamma; where n > 0, poles are +∞ for odd n and −∞ for even, as PyTorch has it. */
export function polygamma(n: number, x: Expr): Expr {
  if (n === 0) return digamma(x);
  const sign = n % 2 === 1 ? 1 : -1;
  const isNegative = s.lt(x, 0);
  const positive = polygammaPositive(n, select(isNegative, s.sub(1, x), x));
  // ψₙ(x) = (−1)ⁿ ψₙ(1 − x) − π dⁿ cot(πx) / dxⁿ
  const part = fraction(x);
  const cosine = s.sin(timesPi(s.sub(0.5, s.abs(part)))); // 0 at halves
  const cotangent = s.div(cosine, s.sin(timesPi(part)));
  const derivative = polynomial(cotangentDerivative(n), cotangent);
  const reflected = s.sub(s.mul(sign * Math.PI ** (n + 1), derivative), positive);
  const finite = select(isNegative, reflected, s.mul(sign, positive));
  return select(isPole(x), sign * Infinity, finite);
}

/** exp(−|x|), which never overflows. */
const decay = (x: Expr): Expr => s.exp(s.neg(s.abs(x)));

/** 1 / (1 + exp(−x)). */
export function sigmoid(x: Expr): Expr {
  const e = decay(x);
  return s.div(select(s.lt(x, 0), e, 1), s.add(1, e));
}

/** log(1 + exp(x)). */
export const softplus = (x: Expr): Expr => s.add(s.max(x, 0), s.log1p(decay(x)));

/** log(sigmoid(x)). */
export const logSigmoid = (x: Expr): Expr => s.sub(s.min(x, 0), s.log1p(decay(x)));

/** x Φ(x), Φ the normal distribution; by erfc, so that the left tail keeps its digits. */
export const gelu = (x: Expr): Expr =>
  s.mul(s.mul(0.5, x), erfcOf(s.mul(x, -Math.SQRT1_2), x, 0.5));
