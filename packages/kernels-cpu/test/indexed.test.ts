import { ArgumentError } from "@cotangent/core";
import type { Shape } from "@cotangent/core/extend";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gather, scatter } from "../src/indexed/indexed.ts";
import { contents, dtypes, forget, heap, reference, type Twin, twin, twinOf } from "./twins.ts";

interface Sizes {
  readonly shape: Shape;
  readonly axis: number;
  readonly chosen: number;
}

const sizes: fc.Arbitrary<Sizes> = fc
  .array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 })
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      axis: fc.nat(shape.length - 1),
      chosen: fc.integer({ min: 0, max: 12 }),
    }),
  );

/** The shape of the index and its numbers; `rows`: they are the same along the axes behind. */
function indexFor({ shape, axis, chosen }: Sizes, rows: boolean, seed: number): Twin {
  const full = shape.map((n, i) => (i === axis ? chosen : n));
  const own = full.map((n, i) => (rows && i > axis ? 1 : n));
  const count = own.reduce((a, b) => a * b, 1);
  const data = Int32Array.from({ length: count }, (_, i) => (seed + i * i * 7) % shape[axis]!);
  const strides = own.map((n, i) => (n === 1 ? 0 : own.slice(i + 1).reduce((a, b) => a * b, 1)));
  return twin(data, "int32", full, strides);
}

describe.each(dtypes)("in %s", (dtype) => {
  const inputs = sizes.chain((all) =>
    fc.record({
      all: fc.constant(all),
      x: twinOf(all.shape, dtype),
      updates: twinOf(
        all.shape.map((n, i) => (i === all.axis ? all.chosen : n)),
        dtype,
      ),
      rows: fc.boolean(),
      seed: fc.nat(1000),
      mode: fc.constantFrom("write" as const, "add" as const),
    }),
  );

  it("gather takes what the index names", () => {
    fc.assert(
      fc.property(inputs, ({ all, rows, seed, ...make }) => {
        const x = make.x();
        const index = indexFor(all, rows, seed);
        const ours = gather(heap, x.ours, index.ours, all.axis);
        const theirs = reference.gather(x.theirs, index.theirs, all.axis);

        const [mine, wanted] = contents(dtype, index.ours.shape, ours, theirs);

        expect(mine).toEqual(wanted);
        forget(x, index);
      }),
    );
  });

  it("scatter writes, in order, or adds where the index says", () => {
    fc.assert(
      fc.property(inputs, ({ all, rows, seed, mode, ...make }) => {
        const [x, updates] = [make.x(), make.updates()];
        const index = indexFor(all, rows, seed);
        const { axis } = all;
        const ours = scatter(heap, x.ours, index.ours, updates.ours, axis, mode);
        const theirs = reference.scatter(x.theirs, index.theirs, updates.theirs, axis, mode);

        const [mine, wanted] = contents(dtype, all.shape, ours, theirs);

        expect(mine).toEqual(wanted);
        forget(x, updates, index);
      }),
    );
  });
});

describe("an index out of range", () => {
  const x = twin(Float32Array.of(1, 2, 3, 4), "float32", [2, 2]);

  it.each([
    ["rows", [1, 0]],
    ["elements", [1, 1]],
  ])("is an error that names it, by %s, and nothing stays allocated", (_, strides) => {
    const index = twin(Int32Array.of(0, -3, 2), "int32", [2, 2], strides);
    const before = heap.use();

    const run = () => gather(heap, x.ours, index.ours, 0);

    expect(run).toThrow(new ArgumentError("index -3 is out of range for size 2"));
    expect(() => scatter(heap, x.ours, index.ours, x.ours, 0, "add")).toThrow(ArgumentError);
    expect(heap.use()).toEqual(before);
  });
});
