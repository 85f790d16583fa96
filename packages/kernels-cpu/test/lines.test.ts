import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scan } from "../src/scan/scan.ts";
import { sort } from "../src/sort/sort.ts";
import { contents, dtypes, forget, heap, reference, shapes, twinOf } from "./twins.ts";

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
