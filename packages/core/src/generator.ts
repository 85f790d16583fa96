import { backendOf } from "./device.ts";
import type { DType } from "./dtype.ts";
import { ArgumentError } from "./errors.ts";
import { type Expr, input } from "./expr.ts";
import { elementBits, uniform, type Words } from "./philox.ts";
import type { Shape } from "./shape.ts";
import { type Device, denseView, fillView, type View } from "./view.ts";

/** Where a generator stands: its seed and how many numbers it has given. */
export interface RandomState {
  readonly seed: number;
  readonly offset: number;
}

const double: Make = ([a, b]) => uniform("float64", a, b);

type Begins = Map<RandomGenerator, RandomState>;

/** For each `rewinding` that runs, where the generators stood when they were first used. */
const watching = new Set<Begins>();

function checkInteger(who: string, name: string, value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw new ArgumentError(`${who}: ${name} is ${String(value)}; pass an integer up to 2⁵³`);
}

const anySeed = (): number => Math.floor(Math.random() * 2 ** 53);

/**
 * A source of random numbers. Number n of it is a function of the seed and n alone, the same on every
 * device.
 *
 * @throws ArgumentError when the seed is not an integer.
 * @example
 * const generator = new RandomGenerator(0);
 * rand([2, 3], { generator });
 */
export class RandomGenerator {
  #seed: number;
  #offset = 0;

  /** Without a seed, any. */
  constructor(seed: number = anySeed()) {
    this.#seed = checkInteger("RandomGenerator", "the seed", seed);
  }

  /** Enough to continue later with the same numbers. */
  getState(): RandomState {
    return { seed: this.#seed, offset: this.#offset };
  }

  /** Continues where `getState` was called. */
  setState({ seed, offset }: RandomState): this {
    this.#note();
    this.#seed = checkInteger("setState", "the seed", seed);
    this.#offset = checkInteger("setState", "the offset", offset);
    return this;
  }

  /** Skips `count` numbers and returns where they begin. */
  take(count: number): RandomState {
    this.#note();
    const state = this.getState();
    this.#offset += count;
    return state;
  }

  /** Another generator, whose numbers have nothing to do with those of this one. */
  fork(): RandomGenerator {
    const view = sample(this.take(1), [1], "cpu", double);
    const [number] = backendOf("cpu").downloadSync!(view);
    return new RandomGenerator(number! * 2 ** 53);
  }

  /** The seed and the offset. */
  toString(): string {
    return `RandomGenerator(seed=${this.#seed}, offset=${this.#offset})`;
  }

  #note(): void {
    for (const begins of watching) if (!begins.has(this)) begins.set(this, this.getState());
  }
}

Object.defineProperty(RandomGenerator.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value: RandomGenerator.prototype.toString,
});

const word = (i: number): Expr => input(i, "int32");
const halves = (n: number): readonly number[] => [n, Math.floor(n / 2 ** 32)];

/** Makes a random number of the words of an element and of the int32 numbers that it is given. */
export type Make = (words: Words, ...numbers: Expr[]) => Expr;

const bodies = new Map<Make, Expr>();

/** Each body is built once, so a `Make` is a constant of its module. */
function bodyOf(make: Make, count: number): Expr {
  let body = bodies.get(make);
  if (body === undefined) {
    const words = elementBits([word(0), word(1)], [word(2), word(3)]);
    body = make(words, ...Array.from({ length: count }, (_, i) => word(4 + i)));
    bodies.set(make, body);
  }
  return body;
}

/** One random number for each element of a shape. Numbers are inputs of the kernel: another one is not another kernel. */
export function sample(
  { seed, offset }: RandomState,
  shape: Shape,
  device: Device,
  make: Make,
  numbers: readonly number[] = [],
): View {
  const body = bodyOf(make, numbers.length);
  const inputs = [...halves(seed), ...halves(offset), ...numbers];
  const views = inputs.map((n) => fillView("int32", device, shape, n | 0));
  const [buffer] = backendOf(device).elementwise([body], views, shape);
  return denseView(body.type as DType, device, shape, buffer!);
}

/** The generator that is used where none is named. */
export const defaultGenerator: RandomGenerator = new RandomGenerator();

/**
 * Seeds the default generator and returns it: the same seed gives the same numbers.
 *
 * @throws ArgumentError when the seed is not an integer.
 */
export const manualSeed = (seed: number): RandomGenerator =>
  defaultGenerator.setState({ seed: checkInteger("manualSeed", "the seed", seed), offset: 0 });

function watched<R>(begins: Begins, run: () => R): R {
  watching.add(begins);
  try {
    return run();
  } finally {
    watching.delete(begins);
  }
}

function again<R>(begins: Begins, run: () => R): R {
  const now = [...begins.keys()].map((g) => [g, g.getState()] as const);
  for (const [g, state] of begins) g.setState(state);
  try {
    return run();
  } finally {
    for (const [g, state] of now) g.setState(state);
  }
}

/**
 * Makes a function whose first call runs what it is given, and whose later calls run it with the random numbers
 * of the first call; afterwards they were drawn once.
 */
export function rewinding(): <R>(run: () => R) => R {
  let begins: Begins | null = null;
  return (run) => (begins === null ? watched((begins = new Map()), run) : again(begins, run));
}
