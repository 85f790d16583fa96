import { type Part, stridesOf } from "@cotangent/core/extend";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { download } from "../src/host/host.ts";
import { place } from "../src/place/place.ts";
import { contents, dtypes, forget, heap, reference, shapes, twinOf } from "./twins.ts";

describe("download", () => {
  it.each(dtypes)("gives the elements of any view, in %s", (dtype) => {
    fc.assert(
      fc.property(
        shapes.chain((shape) => twinOf(shape, dtype)),
        (make) => {
          const x = make();
          expect(download(heap, x.ours)).toEqual(reference.downloadSync!(x.theirs));
          forget(x);
        },
      ),
    );
  });
});

describe("place", () => {
  const layouts = fc.constantFrom("dense", "turned", "apart") as fc.Arbitrary<
    "dense" | "turned" | "apart"
  >;
  const mode = fc.constantFrom("write", "add") as fc.Arbitrary<"write" | "add">;
  const inputs = (dtype: (typeof dtypes)[number]) =>
    shapes.chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        a: twinOf(shape, dtype),
        b: twinOf(shape, dtype),
        layout: layouts,
        mode,
      }),
    );

  /** Strides of a window of a shape in a buffer of `length` elements. */
  function windowOf(shape: readonly number[], layout: "dense" | "turned" | "apart") {
    const strides = shape.map(() => 0);
    const axes = [...shape.keys()];
    if (layout !== "turned") axes.reverse();
    let step = layout === "apart" ? 2 : 1;
    for (const axis of axes) {
      strides[axis] = step;
      step *= shape[axis]!;
    }
    return { strides, length: step };
  }

  it.each(dtypes)("writes and adds parts anywhere, in %s", (dtype) => {
    fc.assert(
      fc.property(inputs(dtype), ({ shape, layout, mode, ...make }) => {
        const [a, b] = [make.a(), make.b()];
        const { strides, length } = windowOf(shape, layout);
        const total = [2, length + 1];
        const parts = (x: typeof a.ours, y: typeof b.ours): Part[] => [
          { source: x, offset: 1, strides },
          { source: y, offset: 2, strides },
        ];
        const ours = place(heap, total, dtype, 1, parts(a.ours, b.ours), mode);
        const theirs = reference.place(total, dtype, 1, parts(a.theirs, b.theirs), mode);

        const [mine, wanted] = contents(dtype, total, ours, theirs);

        expect(mine).toEqual(wanted);
        forget(a, b);
      }),
    );
  });

  it.each(dtypes)("joins parts along an axis, in %s", (dtype) => {
    const joined = fc
      .record({
        shape: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
        axis: fc.nat(2),
        lengths: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 }),
        hole: fc.boolean(),
      })
      .map(({ axis, ...all }) => ({ ...all, axis: axis % all.shape.length }));
    const inputs = joined.chain((all) =>
      fc.record({
        all: fc.constant(all),
        makes: fc.tuple(...all.lengths.map((n) => twinOf(all.shape.with(all.axis, n), dtype))),
      }),
    );
    fc.assert(
      fc.property(inputs, ({ all: { shape, axis, lengths, hole }, makes }) => {
        const twins = makes.map((make) => make());
        const length = lengths.reduce((a, b) => a + b, 0);
        const total = shape.with(axis, length + Number(hole));
        const strides = stridesOf(total);
        const starts = lengths.map((_, k) => lengths.slice(0, k).reduce((a, b) => a + b, 0));
        const parts = (views: readonly Part["source"][]): Part[] =>
          views.map((source, k) => ({ source, offset: starts[k]! * strides[axis]!, strides }));
        const ours = place(heap, total, dtype, 1, parts(twins.map((x) => x.ours)), "write");
        const theirs = reference.place(total, dtype, 1, parts(twins.map((x) => x.theirs)), "write");

        const [mine, wanted] = contents(dtype, total, ours, theirs);

        expect(mine).toEqual(wanted);
        forget(...twins);
      }),
    );
  });

  it("transposes when one part is the whole", () => {
    for (const dtype of dtypes)
      fc.assert(
        fc.property(
          fc
            .tuple(fc.integer({ min: 0, max: 70 }), fc.integer({ min: 1, max: 70 }))
            .chain(([m, n]) => twinOf([m, n], dtype)),
          (make) => {
            const x = make();
            const shape = [...x.ours.shape].reverse();
            const strides = [1, shape[1]!];
            const part = (source: typeof x.ours): Part[] => [{ source, offset: 0, strides }];
            const ours = place(heap, shape, dtype, 0, part(x.ours), "write");
            const theirs = reference.place(shape, dtype, 0, part(x.theirs), "write");

            const [mine, wanted] = contents(dtype, shape, ours, theirs);

            expect(mine).toEqual(wanted);
            forget(x);
          },
        ),
      );
  });
});
