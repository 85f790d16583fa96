import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReduceOp, ScanOp } from "../../src/backend.ts";
import { type DType, dtypes } from "../../src/dtype.ts";
import { ArgumentError, BackendError } from "../../src/errors.ts";
import { input, s } from "../../src/expr.ts";
import { type Shape, stridesOf } from "../../src/shape.ts";
import { fillView, View } from "../../src/view.ts";
import {
  anyDtype,
  at,
  backend,
  dense,
  held,
  numeric,
  places,
  read,
  replaced,
  shapes,
  viewOf,
} from "./views.ts";

const isFloat = (dtype: DType): boolean => dtypes[dtype].kind === "float";

/** Adds as documented: floats in float64, rounded once; integers wrap. */
const total = (dtype: DType, list: readonly number[]): number =>
  isFloat(dtype)
    ? held(
        dtype,
        list.reduce((x, y) => x + y, 0),
      )
    : list.reduce((x, y) => (x + y) | 0, 0);

const firstOf = (list: readonly number[], best: number): number =>
  list.findIndex((x) => x === best || (Number.isNaN(x) && Number.isNaN(best)));

const folds: { [O in ReduceOp]: (dtype: DType, list: readonly number[]) => number } = {
  sum: total,
  max: (_, list) => Math.max(...list),
  min: (_, list) => Math.min(...list),
  argmax: (_, list) => firstOf(list, Math.max(...list)),
  argmin: (_, list) => firstOf(list, Math.min(...list)),
};

const viewAndAxis = (dtypesOf: fc.Arbitrary<DType>): fc.Arbitrary<[View, number]> =>
  fc
    .tuple(dtypesOf, shapes(1))
    .chain(([dtype, shape]) => fc.tuple(viewOf(dtype, shape), fc.nat(shape.length - 1)));

describe("reduce", () => {
  const cases = fc
    .tuple(fc.constantFrom<ReduceOp>("sum", "max", "min", "argmax", "argmin"), numeric, shapes())
    .filter(([op, , shape]) => op === "sum" || !shape.includes(0))
    .chain(([op, dtype, shape]) =>
      fc.tuple(fc.constant(op), viewOf(dtype, shape), fc.subarray([...shape.keys()])),
    );

  it("folds any view over any axes", () => {
    fc.assert(
      fc.property(cases, ([op, view, axes]) => {
        const { dtype, shape } = view;
        const out = backend.reduce(op, input(0, dtype), [view], shape, axes);

        const kept = shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
        const expected = places(kept).map((place) => {
          const inner = places(shape.map((n, axis) => (axes.includes(axis) ? n : 1)));
          const list = inner.map((p) =>
            at(
              view,
              p.map((i, k) => i + place[k]!),
            ),
          );
          return folds[op](dtype, list);
        });
        const type = op.startsWith("arg") ? "int32" : dtype;
        expect(read(out, type, kept)).toEqual(expected);
      }),
    );
  });

  it("folds an expression of views and numbers", () => {
    const cases = shapes(1).chain((shape) =>
      fc.tuple(viewOf("float64", shape), fc.subarray([...shape.keys()])),
    );
    fc.assert(
      fc.property(cases, ([view, axes]) => {
        const body = s.square(s.sub(input(0, "float64"), input(1, "float64")));
        const number = fillView("float64", "cpu", view.shape, 0.5);

        const out = backend.reduce("sum", body, [view, number], view.shape, axes);

        const list = places(view.shape).map((p) => (at(view, p) - 0.5) ** 2);
        const squares = dense("float64", view.shape, list);
        const expected = backend.reduce("sum", input(0, "float64"), [squares], view.shape, axes);
        const kept = view.shape.filter((_, axis) => !axes.includes(axis));
        expect(read(out, "float64", kept)).toEqual(read(expected, "float64", kept));
      }),
    );
  });

  it("folds a number", () => {
    const three = fillView("float32", "cpu", [2, 5], 3);

    const out = backend.reduce("sum", input(0, "float32"), [three], [2, 5], [1]);

    expect(read(out, "float32", [2])).toEqual([15, 15]);
  });

  it("adds float32 in float64", () => {
    const n = 100_000;
    const tenths = fillView("float32", "cpu", [n], 0.1);

    const out = backend.reduce("sum", input(0, "float32"), [tenths], [n], [0]);

    expect(read(out, "float32", [])).toEqual([Math.fround(Math.fround(0.1) * n)]);
  });
});

describe("scan", () => {
  it("gives the results of all beginnings of each line", () => {
    const cases = fc.tuple(fc.constantFrom<ScanOp>("sum", "max", "min"), viewAndAxis(numeric));
    fc.assert(
      fc.property(cases, ([op, [view, axis]]) => {
        const out = backend.scan(op, view, axis);

        const expected = places(view.shape).map((place) => {
          const beginning = Array.from({ length: place[axis]! + 1 }, (_, i) => i);
          return folds[op](
            view.dtype,
            beginning.map((i) => at(view, replaced(place, axis, i))),
          );
        });
        expect(read(out, view.dtype, view.shape)).toEqual(expected);
      }),
    );
  });
});

describe("matmul", () => {
  it("multiplies stacks of matrices in any layout", () => {
    const cases = fc
      .tuple(numeric, fc.array(fc.nat(3), { maxLength: 2 }), fc.nat(3), fc.nat(3), fc.nat(3))
      .chain(([dtype, batch, m, k, n]) =>
        fc.tuple(viewOf(dtype, [...batch, m, k]), viewOf(dtype, [...batch, k, n])),
      );
    fc.assert(
      fc.property(cases, ([left, right]) => {
        const { dtype } = left;
        const shape = [...left.shape.slice(0, -1), right.shape.at(-1)!];

        const out = backend.matmul(left, right);

        const expected = places(shape).map((place) => {
          const [head, j] = [place.slice(0, -1), place.at(-1)!];
          const products = Array.from({ length: left.shape.at(-1)! }, (_, p) => {
            const [x, y] = [at(left, [...head, p]), at(right, [...head.slice(0, -1), p, j])];
            return isFloat(dtype) ? x * y : Math.imul(x, y);
          });
          return total(dtype, products);
        });
        expect(read(out, dtype, shape)).toEqual(expected);
      }),
    );
  });
});

describe("place", () => {
  /** Where a part of a shape may lie in a larger one: an offset and a step on each axis. */
  const windows = (shape: Shape): fc.Arbitrary<{ start: number; step: number }[]> =>
    fc.tuple(
      ...shape.map(() => fc.record({ start: fc.nat(2), step: fc.integer({ min: 1, max: 2 }) })),
    );

  it("writes or adds parts at windows of a filled buffer", () => {
    const cases = fc
      .tuple(numeric, shapes(1), fc.constantFrom("write" as const, "add" as const))
      .chain(([dtype, shape, mode]) =>
        fc.record({
          mode: fc.constant(mode),
          sources: fc.array(fc.tuple(viewOf(dtype, shape), windows(shape)), {
            minLength: 1,
            maxLength: 3,
          }),
          fill: fc.integer({ min: -2, max: 2 }),
        }),
      );
    fc.assert(
      fc.property(cases, ({ mode, sources, fill }) => {
        const { dtype, shape: inner } = sources[0]![0];
        const shape = inner.map((n) => 2 * n + 2);
        const strides = stridesOf(shape);
        const sum = (terms: number[]): number => terms.reduce((x, y) => x + y, 0);
        const parts = sources.map(([source, window]) => ({
          source,
          offset: sum(window.map(({ start }, axis) => start * strides[axis]!)),
          strides: window.map(({ step }, axis) => step * strides[axis]!),
        }));

        const out = backend.place(shape, dtype, fill, parts, mode);

        const expected = new Map(places(shape).map((place) => [String(place), fill]));
        for (const [source, window] of sources)
          for (const place of places(inner)) {
            const target = String(
              place.map((i, axis) => window[axis]!.start + i * window[axis]!.step),
            );
            const x = at(source, place);
            expected.set(target, held(dtype, mode === "add" ? expected.get(target)! + x : x));
          }
        expect(read(out, dtype, shape)).toEqual([...expected.values()]);
      }),
    );
  });
});

describe("gather and scatter", () => {
  const indexed = fc
    .tuple(numeric, shapes(1))
    .filter(([, shape]) => !shape.includes(0))
    .chain(([dtype, shape]) =>
      fc.tuple(fc.constant(dtype), fc.constant(shape), fc.nat(shape.length - 1)),
    )
    .chain(([dtype, shape, axis]) =>
      fc.nat(4).chain((count) => {
        const inner = replaced(shape, axis, count);
        return fc.record({
          axis: fc.constant(axis),
          from: viewOf(dtype, shape),
          index: viewOf("int32", inner, fc.nat(shape[axis]! - 1)),
          updates: viewOf(dtype, inner),
        });
      }),
    );

  it("gather what the index names along an axis", () => {
    fc.assert(
      fc.property(indexed, ({ from, index, axis }) => {
        const out = backend.gather(from, index, axis);

        const expected = places(index.shape).map((p) => at(from, replaced(p, axis, at(index, p))));
        expect(read(out, from.dtype, index.shape)).toEqual(expected);
      }),
    );
  });

  it("scatter in order, or add", () => {
    const modes = fc.constantFrom("write" as const, "add" as const);
    fc.assert(
      fc.property(indexed, modes, ({ from, index, updates, axis }, mode) => {
        const out = backend.scatter(from, index, updates, axis, mode);

        const expected = new Map(places(from.shape).map((p) => [String(p), at(from, p)]));
        for (const place of places(index.shape)) {
          const target = String(replaced(place, axis, at(index, place)));
          const x = at(updates, place);
          expected.set(target, held(from.dtype, mode === "add" ? expected.get(target)! + x : x));
        }
        expect(read(out, from.dtype, from.shape)).toEqual([...expected.values()]);
      }),
    );
  });

  it.each([7, -1])("refuse the index %i", (i) => {
    const five = dense("float32", [5], [1, 2, 3, 4, 5]);
    const index = dense("int32", [1], [i]);

    const refusal = new ArgumentError(`index ${i} is out of range for size 5`);
    expect(() => backend.gather(five, index, 0)).toThrow(refusal);
    expect(() => backend.scatter(five, index, dense("float32", [1], [0]), 0, "add")).toThrow(
      refusal,
    );
  });
});

describe("sort", () => {
  it("is stable, ascending, with NaN last", () => {
    fc.assert(
      fc.property(viewAndAxis(anyDtype), ([view, axis]) => {
        const { values, indices } = backend.sort(view, axis);

        const rank = (x: number): number => (Number.isNaN(x) ? Infinity : x);
        const above = (x: number, y: number): boolean =>
          rank(x) > rank(y) || (Number.isNaN(x) && y === Infinity);
        const sorted = read(values, view.dtype, view.shape);
        const order = read(indices, "int32", view.shape);
        places(view.shape).forEach((place, k) => {
          expect(sorted[k]).toBe(at(view, replaced(place, axis, order[k]!)));
          if (place[axis] === 0) return;
          const before = k - stridesOf(view.shape)[axis]!;
          expect(above(sorted[before]!, sorted[k]!)).toBe(false);
          if (!above(sorted[k]!, sorted[before]!)) expect(order[k]).toBeGreaterThan(order[before]!);
        });
      }),
    );
  });
});

describe("host", () => {
  it("hands copies to the routine and keeps what it writes", () => {
    const column = new View(
      "float64",
      "cpu",
      [2],
      [2],
      1,
      dense("float64", [4], [1, 2, 3, 4]).buffer,
      0,
    );

    const [out] = backend.host([column], [{ shape: [1], dtype: "float64" }], ([x], [y]) => {
      y![0] = x![0]! + x![1]!;
      x![0] = 100;
    });

    expect(read(out!, "float64", [1])).toEqual([6]);
    expect(at(column, [0])).toBe(2);
  });
});

describe("memory", () => {
  it("counts tensors and bytes until they are freed", () => {
    const before = backend.memory();
    const buffer = backend.upload(new Float32Array(10), "float32");
    const held = backend.memory();
    backend.free(buffer);
    backend.free(buffer);

    expect(held).toEqual({ tensors: before.tensors + 1, bytes: before.bytes + 40 });
    expect(backend.memory()).toEqual(before);
  });

  it("names who freed what is read", () => {
    const x = dense("float32", [2], [1, 2]);
    x.buffer!.freedBy = "scope";
    backend.free(x.buffer!);

    const readFreed = (): unknown => backend.elementwise([s.exp(input(0, "float32"))], [x], [2]);
    expect(readFreed).toThrow(BackendError);
    expect(readFreed).toThrowErrorMatchingInlineSnapshot(
      `[BackendError: the tensor was freed by scope; hold it with keep(x) if it is needed afterwards]`,
    );
  });

  it("uploads a copy", () => {
    const data = new Float32Array([1, 2]);
    const buffer = backend.upload(data, "float32");
    data[0] = 9;

    expect(read(buffer, "float32", [2])).toEqual([1, 2]);
  });
});
