/** Random tensors in memory of every order, beside plain numbers that say what they hold. */
import fc from "fast-check";
import { expect } from "vitest";
import { broadcastTo, flip, index, permute, slice, type Tensor, tensor } from "../../src/index.ts";
import { sizeOf } from "../../src/shape.ts";
import { loop, Plain } from "../../src/testing/plain.ts";

export interface Sample {
  readonly x: Tensor;
  readonly plain: Plain;
}

type Step = (sample: Sample, pick: (n: number) => number) => Sample;

const permuted: Step = ({ x, plain }, pick) => {
  const order = [...x.shape.keys()].sort(() => pick(3) - 1);
  const shape = order.map((d) => x.shape[d]!);
  const back = (place: number[]): number[] => x.shape.map((_, d) => place[order.indexOf(d)]!);
  return { x: permute(x, order), plain: loop(shape, (...place) => plain.at(...back(place))) };
};

const flipped: Step = ({ x, plain }, pick) => {
  const dim = pick(x.ndim);
  const from = (place: number[]): number[] =>
    place.map((i, d) => (d === dim ? x.shape[d]! - 1 - i : i));
  return { x: flip(x, dim), plain: loop(x.shape, (...place) => plain.at(...from(place))) };
};

const sliced: Step = ({ x, plain }, pick) => {
  const start = pick(x.shape[0]! + 1);
  const step = 1 + pick(2);
  const shape = [Math.ceil((x.shape[0]! - start) / step), ...x.shape.slice(1)];
  return {
    x: index(x, slice(start, undefined, step)),
    plain: loop(shape, (i, ...rest) => plain.at(start + i! * step, ...rest)),
  };
};

const broadcast: Step = ({ x, plain }, pick) => {
  if (x.ndim > 3) return { x, plain };
  const shape = [1 + pick(2), ...x.shape];
  return { x: broadcastTo(x, shape), plain: loop(shape, (_, ...rest) => plain.at(...rest)) };
};

const STEPS: readonly Step[] = [permuted, flipped, sliced, broadcast];

const shapes = fc.array(fc.nat(3), { minLength: 1, maxLength: 3 });
const ints = fc.infiniteStream(fc.nat(1000));

/** A tensor of numbers that differ, through up to three views. */
export const samples: fc.Arbitrary<Sample> = fc
  .tuple(shapes, fc.array(fc.constantFrom(...STEPS), { maxLength: 3 }), ints)
  .map(([shape, steps, stream]) => {
    const pick = (n: number): number => (n < 1 ? 0 : stream.next().value! % n);
    const data = Array.from({ length: sizeOf(shape) }, (_, i) => i + 1);
    const x = tensor(data, { shape, dtype: "float64" });
    return steps.reduce((sample, step) => step(sample, pick), { x, plain: new Plain(shape, data) });
  });

/** A sample, and numbers to choose arguments by. */
export const withPick: fc.Arbitrary<readonly [Sample, (n: number) => number]> = fc
  .tuple(samples, ints)
  .map(([sample, stream]) => [sample, (n: number) => stream.next().value! % Math.max(n, 1)]);

export function same(actual: Tensor, expected: Plain): void {
  expect([actual.shape, [...actual.dataSync()]]).toEqual([[...expected.shape], [...expected.data]]);
}

/** Runs a property on many samples. */
export const check = (run: (sample: Sample, pick: (n: number) => number) => void): void =>
  fc.assert(
    fc.property(withPick, ([sample, pick]) => run(sample, pick)),
    { numRuns: 200 },
  );
