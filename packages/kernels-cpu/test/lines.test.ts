import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scan } from "../src/scan/scan.ts";
import { sort } from "../src/sort/sort.ts";
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

const withAxis = (dtype: (typeof dtypes)[number]) =>
  shapes
    .filter((shape) => shape.length > 0)
    .chain((shape) => fc.record({ x: twinOf(shape, dtype), axis: fc.nat(shape.length - 1) }));

describe("sort", () => {
  it.each(dtypes)("is ascending and stable with NaN last, in %s", (dtype) => {
    fc.assert(
      fc.property(withAxis(dtype), ({ axis, ...make }) => {
        const x = make.x();
        const { shape } = x.ours;
        const ours = sort(heap, x.ours, axis);
        const theirs = reference.sort(x.theirs, axis);

        const values = contents(dtype, shape, ours.values, theirs.values);
        const indices = contents("int32", shape, ours.indices, theirs.indices);

        expect(values[0]).toEqual(values[1]);
        expect(indices[0]).toEqual(indices[1]);
        forget(x);
      }),
    );
  });

  it.each(dtypes)("sorts long lines alike, in %s", (dtype) => {
    const n = 20000;
    const data = numbers(dtype, 2 * n, 11);
    // Numbers of any size, so that every digit of the keys counts.
    if (dtype !== "bool") for (let i = 0; i < 2 * n; i++) data[i]! *= 1.01 ** (i % 1999);
    const x = twin(data, dtype, [2, n]);
    const ours = sort(heap, x.ours, 1);
    const theirs = reference.sort(x.theirs, 1);

    const values = contents(dtype, [2, n], ours.values, theirs.values);
    const indices = contents("int32", [2, n], ours.indices, theirs.indices);

    expect(values[0]).toEqual(values[1]);
    expect(indices[0]).toEqual(indices[1]);
    forget(x);
  });
});

describe("scan", () => {
  it.each(dtypes)("accumulates along an axis, in %s", (dtype) => {
    const op = fc.constantFrom("sum" as const, "max" as const, "min" as const);
    fc.assert(
      fc.property(withAxis(dtype), op, ({ axis, ...make }, which) => {
        const x = make.x();
        const ours = scan(heap, which, x.ours, axis);
        const theirs = reference.scan(which, x.theirs, axis);

        const [mine, wanted] = contents(dtype, x.ours.shape, ours, theirs);

        expect(mine).toEqual(wanted);
        forget(x);
      }),
    );
  });
});
