import { checkTensor, describe } from "./align.ts";
import { CREATE, type CreateOptions, finish, oneShape, resolve } from "./create.ts";
import { backendOf } from "./device.ts";
import { type DType, getDefaultDtype, isFloat } from "./dtype.ts";
import { ArgumentError, DTypeError, GradError, ShapeError } from "./errors.ts";
import { cast, type Expr, s } from "./expr.ts";
import { defaultGenerator, type Make, RandomGenerator, sample } from "./generator.ts";
import { type Level, levels } from "./level.ts";
import { div } from "./ops/arithmetic.ts";
import { astype } from "./ops/cast.ts";
import { lt } from "./ops/comparison.ts";
import { argmax } from "./ops/extremes.ts";
import { narrow, unsqueeze } from "./ops/shaping.ts";
import { argsort } from "./ops/sorting.ts";
import { sliceOn } from "./ops/views.ts";
import { checkOptions } from "./options.ts";
import { below, normal, uniform, type Words } from "./philox.ts";
import { checkShape, type Dims, type Shape, showShape, sizeOf } from "./shape.ts";
import { bottom, detach, fromView, type Tensor, wrapBatch } from "./tensor.ts";

/** What every random function takes last. */
export interface RandomOptions extends CreateOptions {
  /** Default: the one that `manualSeed` seeds. */
  readonly generator?: RandomGenerator;
}

const RANDOM = [...CREATE, "generator"];

type Float = "float32" | "float64";
type Both = { readonly [D in Float]: Make };

/** The two floating point dtypes of one distribution. */
const both = (make: (dtype: Float, words: Words) => Expr): Both => ({
  float32: (words) => make("float32", words),
  float64: (words) => make("float64", words),
});

const uniforms = both((dtype, [a, b]) => uniform(dtype, a, b));
const normals = both(normal);
/** −log(1 − u), never 0. */
const exponentials = both((dtype, [a, b]) =>
  s.max(s.neg(s.log(s.sub(1, uniform(dtype, a, b)))), 2 ** -26),
);
const integers: Make = (words, bound, low) =>
  s.add(cast(below(words, cast(bound!, "uint32")), "int32"), low!);
const bits: Make = ([first]) => cast(first, "int32");

interface Draw {
  readonly who: string;
  readonly shape: Shape;
  readonly options: RandomOptions;
  readonly dtype: DType;
  readonly make: Make;
  readonly numbers?: readonly number[];
}

/** The open batch levels whose rows get numbers of their own, from the outermost. */
function separate(who: string): readonly Level[] {
  const batches = levels.filter((l) => l.kind === "batch");
  const unsaid = batches.find((l) => l.randomness === "error");
  if (unsaid === undefined) return batches.filter((l) => l.randomness === "different");
  throw new GradError(
    `${who}: random numbers inside of ${unsaid.who} may be the same or different for each row; ` +
      `pass randomness: "different" or "same" to ${unsaid.who}`,
  );
}

function generatorOf(who: string, { generator = defaultGenerator }: RandomOptions) {
  if (generator instanceof RandomGenerator) return generator;
  throw new ArgumentError(
    `${who}: generator is ${describe(generator)}; pass one made by new RandomGenerator(seed)`,
  );
}

/**
 * Draws for the rows of all chunks, computes those of this one. The outermost level skips numbers; of inner ones
 * all rows are made and cut.
 */
function draw({ who, shape, options, dtype, make, numbers }: Draw): Tensor {
  const resolved = resolve(who, options, dtype, RANDOM);
  const [outer, ...inner] = separate(who);
  const row = [...inner.map((l) => l.total), ...shape];
  const state = generatorOf(who, options).take((outer?.total ?? 1) * sizeOf(row));
  const begin = { ...state, offset: state.offset + (outer?.start ?? 0) * sizeOf(row) };
  const whole = outer === undefined ? row : [outer.size, ...row];
  const all = fromView(sample(begin, whole, resolved.device, make, numbers));
  const cut = inner.reduce((x, l, i) => sliceOn(x, i + 1, l.start, l.size), all);
  const batched = outer === undefined ? [] : [outer, ...inner];
  const x = batched.reduce((y, level) => wrapBatch(level, y), cut);
  return finish(astype(x, resolved.dtype), options);
}

/** float64 has 53 random bits, any other dtype is made of float32 with 24. */
function floatOf(who: string, dtype: DType): Float {
  if (isFloat(dtype)) return dtype as Float;
  throw new DTypeError(
    `${who}: ${dtype} is not a floating point dtype; use "float32" or "float64"`,
  );
}

function floats(who: string, shape: Dims, options: RandomOptions, makes: Both): Tensor {
  const dtype = floatOf(who, options.dtype ?? getDefaultDtype());
  const sizes = checkShape(who, oneShape(who, shape, options));
  return draw({ who, shape: sizes, options, dtype, make: makes[dtype] });
}

/**
 * Uniform random numbers in [0, 1).
 *
 * @example rand([2, 3], { generator: new RandomGenerator(0) });
 */
export const rand = (shape: Dims, options: RandomOptions = {}): Tensor =>
  floats("rand", shape, options, uniforms);

/** Random numbers of the standard normal distribution. */
export const randn = (shape: Dims, options: RandomOptions = {}): Tensor =>
  floats("randn", shape, options, normals);

/**
 * Random integers of low … high − 1, as int32. `low` is 0 when it is left out.
 *
 * @throws ArgumentError unless low < high, both integers that int32 holds.
 * @example randint(6, [10]).add(1); // ten dice
 */
export function randint(
  ...args:
    | [high: number, shape: Dims, options?: RandomOptions]
    | [low: number, high: number, shape: Dims, options?: RandomOptions]
): Tensor {
  const [low, high, shape, options] = (
    typeof args[1] === "number" && (typeof args[2] === "number" || Array.isArray(args[2]))
      ? args
      : [0, ...args]
  ) as [number, number, Dims, RandomOptions?];
  const fits = Number.isInteger(low) && Number.isInteger(high) && low >= -(2 ** 31);
  if (!fits || high > 2 ** 31 || low >= high)
    throw new ArgumentError(
      `randint: there are no integers from ${low} to ${high} − 1; pass integers low < high, ` +
        "from −2³¹ to 2³¹",
    );
  return draw({
    who: "randint",
    shape: checkShape("randint", shape),
    options: options ?? {},
    dtype: "int32",
    make: integers,
    numbers: [high - low, low],
  });
}

/** The numbers below all levels, where reading them does not wait. */
function knownValues(x: Tensor): readonly number[] {
  const view = bottom(x);
  if (view.buffer === null) return new Array<number>(view.size).fill(view.fill);
  return Array.from(backendOf(view.device).downloadSync?.(view) ?? []);
}

function checkProbabilities(p: Tensor): void {
  const wrong = knownValues(p).find((v) => !(v >= 0 && v <= 1));
  if (wrong !== undefined)
    throw new ArgumentError(`bernoulli: a probability is ${wrong}; pass numbers from 0 to 1`);
}

/**
 * 1 with the probability that each element says, else 0; of the dtype of `p`.
 *
 * @throws DTypeError unless p is floating point; ArgumentError, where reading does not wait, for a number
 * outside of 0 … 1.
 * @example bernoulli(full([3], 0.5));
 */
export function bernoulli(p: Tensor, options: RandomOptions = {}): Tensor {
  const dtype = floatOf("bernoulli", checkTensor("bernoulli", p, "p").dtype);
  checkOptions("bernoulli", options, RANDOM);
  checkProbabilities(p);
  const { requiresGrad: _, ...drawn } = options;
  const here = { ...drawn, dtype, device: p.device };
  const numbers = floats("bernoulli", p.shape, here, uniforms);
  return finish(astype(lt(numbers, p), options.dtype ?? dtype), options);
}

/**
 * The integers 0 … n − 1 in random order, as int32.
 *
 * @throws ShapeError unless n is an integer ≥ 0.
 */
export function randperm(n: number, options: RandomOptions = {}): Tensor {
  const shape = checkShape("randperm", [n]);
  checkOptions("randperm", options, RANDOM);
  const { dtype, requiresGrad: _, ...drawn } = options;
  const keys = draw({ who: "randperm", shape, options: drawn, dtype: "int32", make: bits });
  return finish(astype(argsort(keys), dtype ?? "int32"), options);
}

/** What `multinomial` takes last. */
export interface MultinomialOptions extends RandomOptions {
  /** Whether an index may come more than once. Default: false. */
  readonly replacement?: boolean;
}

const MULTINOMIAL = [...RANDOM, "replacement"];

/** Of exponential numbers divided by weights the first one is i in the proportion of weight i. */
function race(p: Tensor, shape: Shape, options: RandomOptions): Tensor {
  const dtype = floatOf("multinomial", p.dtype);
  const { generator } = options;
  const drawn = { dtype, device: p.device, ...(generator && { generator }) };
  return div(detach(p), floats("multinomial", shape, drawn, exponentials));
}

function checkWeights(p: Tensor, count: number, replacement: boolean): void {
  const n = p.shape.at(-1);
  if (n === undefined || p.ndim > 2 || n === 0)
    throw new ShapeError(
      `multinomial: the probabilities have shape ${showShape(p.shape)}; pass [n] or [rows, n], n ≥ 1`,
    );
  if (!Number.isInteger(count) || count < 1 || (!replacement && count > n))
    throw new ArgumentError(
      `multinomial: ${count} samples of ${n} probabilities${replacement ? "" : " without replacement"}; ` +
        `pass an integer from 1${replacement ? "" : ` to ${n}, or replacement: true`}`,
    );
}

/** Each row needs as many positive weights as samples; with replacement one is enough. */
function checkRows(p: Tensor, count: number): void {
  const values = knownValues(p);
  const wrong = values.find((v) => !(v >= 0 && v < Infinity));
  if (wrong !== undefined)
    throw new ArgumentError(`multinomial: a weight is ${wrong}; pass finite numbers ≥ 0`);
  const n = p.shape.at(-1)!;
  for (let start = 0; start < values.length; start += n) {
    const positive = values.slice(start, start + n).filter((v) => v > 0).length;
    if (positive < count)
      throw new ArgumentError(
        `multinomial: row ${start / n} has ${positive} weights above 0; it needs at least ${count}`,
      );
  }
}

/**
 * Indices drawn in proportion to weights ≥ 0 along the last dim, as int32: [numSamples], or [rows, numSamples].
 *
 * @throws ArgumentError for more samples than weights above 0 without replacement, and, where reading does not
 * wait, for weights that are no weights; ShapeError unless 1-d or 2-d.
 * @example multinomial(tensor([0.1, 0.9]), 5, { replacement: true });
 */
export function multinomial(
  probabilities: Tensor,
  numSamples: number,
  options: MultinomialOptions = {},
): Tensor {
  const p = checkTensor("multinomial", probabilities, "probabilities");
  checkOptions("multinomial", options, MULTINOMIAL);
  const { replacement = false, dtype = "int32" } = options;
  checkWeights(p, numSamples, replacement);
  checkRows(p, replacement ? 1 : numSamples);
  const samples = replacement
    ? argmax(
        race(unsqueeze(p, -2), [...p.shape.slice(0, -1), numSamples, p.shape.at(-1)!], options),
        -1,
      )
    : narrow(argsort(race(p, p.shape, options), -1, { descending: true }), -1, 0, numSamples);
  return finish(astype(samples, dtype), options);
}
