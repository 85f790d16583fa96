import type { DType } from "@cotangent/core";
import {
  cast,
  fillView,
  indexExpr,
  input,
  type ReduceOp,
  type Shape,
  s,
  View,
} from "@cotangent/core/extend";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { elementwiseOn } from "../src/elementwise/elementwise.ts";
import { reduceOn } from "../src/reduce/reduce.ts";
import {
  contents,
  dtypes,
  forget,
  heap,
  numbers,
  reference,
  shapes,
  twin,
  twinOf,
} from "./twins.ts";

const reduce = reduceOn(heap, elementwiseOn(heap));
const ops: readonly ReduceOp[] = ["sum", "max", "min", "argmax", "argmin"];
const cases = ops.flatMap((op) => dtypes.map((dtype) => [op, dtype] as const));

const reduced = (op: ReduceOp, x: View, axes: readonly number[]) =>
  reduce(op, input(0, x.dtype), [x], x.shape, axes);

const wanted = (op: ReduceOp, x: View, axes: readonly number[]) =>
  reference.reduce(op, input(0, x.dtype), [x], x.shape, axes);

const typeOf = (op: ReduceOp, dtype: DType): DType => (op.startsWith("arg") ? "int32" : dtype);

const restOf = (shape: Shape, axes: readonly number[]): Shape =>
  shape.filter((_, i) => !axes.includes(i));

/** A shape with some of its axes. */
const choices = (all: fc.Arbitrary<Shape>) =>
  all.chain((shape) =>
    fc.record({ shape: fc.constant(shape), axes: fc.subarray([...shape.keys()]) }),
  );

const large = fc.constantFrom<Shape>([2000], [3, 700], [700, 3], [70, 131], [20, 9, 40], [257, 1]);
/** More than a chunk. */
const huge = fc.constantFrom<Shape>([70000], [2, 40000], [40000, 2], [8, 70, 131], [3, 2, 33000]);

describe("reduce", () => {
  it.each(cases)(
    "%s of %s gives what the reference gives, over any axes of any view",
    (op, dtype) => {
      const inputs = choices(fc.oneof({ weight: 4, arbitrary: shapes }, large)).chain((chosen) =>
        fc.record({ chosen: fc.constant(chosen), make: twinOf(chosen.shape, dtype) }),
      );
      fc.assert(
        fc.property(inputs, ({ chosen: { shape, axes }, make }) => {
          const x = make();
          const result = reduced(op, x.ours, axes);

          const [mine, theirs] = contents(
            typeOf(op, dtype),
            restOf(shape, axes),
            result,
            wanted(op, x.theirs, axes),
          );

          expect(mine).toEqual(theirs);
          forget(x);
        }),
      );
    },
  );

  it.each(cases)("%s of a %s number", (op, dtype) => {
    const x = new View(dtype, "cpu", [3, 5], [0, 0], 0, null, 1);

    const [mine, theirs] = contents(
      typeOf(op, dtype),
      [3],
      reduced(op, x, [1]),
      wanted(op, new View(dtype, "cpu", [3, 5], [0, 0], 0, null, 1), [1]),
    );

    expect(mine).toEqual(theirs);
  });

  it.each([
    [[1e7], [0]],
    [[1e6, 10], [0]],
    [[10, 1e6], [1]],
  ] as const)("keeps the mean of 0.1 in float32 of shape %j", (shape, axes) => {
    const x = twin(new Float32Array(1e7).fill(0.1), "float32", shape);
    const n = shape[axes[0]]!;

    const [sums] = contents(
      "float32",
      restOf(shape, axes),
      reduced("sum", x.ours, axes),
      wanted("sum", x.theirs, axes),
    );

    for (const sum of sums) expect(Math.abs(sum / n - 0.1)).toBeLessThan(1e-7);
    forget(x);
  });

  it.each(cases)("%s of a body of %s, in chunks", (op, dtype) => {
    const inputs = choices(fc.oneof({ weight: 2, arbitrary: shapes }, large, huge)).chain(
      (chosen) =>
        fc.record({
          chosen: fc.constant(chosen),
          a: twinOf(chosen.shape, dtype),
          b: twinOf(chosen.shape, dtype),
        }),
    );
    const body = s.max(input(0, dtype), input(1, dtype));
    fc.assert(
      fc.property(inputs, ({ chosen: { shape, axes }, ...make }) => {
        const [a, b] = [make.a(), make.b()];
        const result = reduce(op, body, [a.ours, b.ours], shape, axes);
        const expected = reference.reduce(op, body, [a.theirs, b.theirs], shape, axes);

        const [mine, theirs] = contents(typeOf(op, dtype), restOf(shape, axes), result, expected);

        expect(mine).toEqual(theirs);
        forget(a, b);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ["numbers", s.mul(input(0, "float64"), input(1, "float64"))],
    ["where elements are", s.mul(input(0, "float64"), cast(indexExpr(), "float64"))],
  ])("knows %s in a large body", (_, body) => {
    const x = twin(numbers("float64", 90000, 3, false), "float64", [5, 18000]);
    const half = fillView("float64", "cpu", [5, 18000], 0.5);
    for (const axes of [[0], [1], [0, 1]]) {
      const result = reduce("sum", body, [x.ours, half], [5, 18000], axes);
      const expected = reference.reduce("sum", body, [x.theirs, half], [5, 18000], axes);

      const [mine, theirs] = contents("float64", restOf([5, 18000], axes), result, expected);

      expect(mine).toEqual(theirs);
    }
    forget(x);
  });
});
