import {
  type DenseLinearAlgebra,
  type PivotReport,
  type Shape,
  sizeOf,
  stridesOf,
  View,
} from "@cotangent/core/extend";
import { referenceBackend } from "@cotangent/core/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cpuBackend } from "../src/backend.ts";
import { download, upload } from "../src/host/host.ts";
import type { CpuBuffer } from "../src/memory/cpuBuffer.ts";
import { Heap } from "../src/memory/heap.ts";
import { relaxedSimd } from "../src/wasm/relaxed.ts";

type Float = "float32" | "float64";
type Numbers = Float32Array | Float64Array;

const ARRAYS = { float32: Float32Array, float64: Float64Array };
const EPSILON = { float32: 2 ** -23, float64: 2 ** -52 };

/** Matrices, one after the other by rows. */
interface Batch {
  readonly shape: Shape;
  readonly data: Numbers;
}

const batch = (
  dtype: Float,
  shape: Shape,
  at: (m: number, i: number, j: number) => number,
): Batch => {
  const [rows, columns] = shape.slice(-2) as [number, number];
  const place = (k: number) =>
    [Math.floor(k / rows / columns), Math.floor(k / columns) % rows] as const;
  const data = new ARRAYS[dtype](sizeOf(shape));
  for (let k = 0; k < data.length; k++) data[k] = at(...place(k), k % columns);
  return { shape, data };
};

/** Pseudorandom numbers from −1 to 1. */
function drawing(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 2 ** 30 - 1;
  };
}

const random = (dtype: Float, shape: Shape, seed: number): Batch => {
  const draw = drawing(seed);
  return batch(dtype, shape, draw);
};

/** How axes lie in memory, from the innermost to the outermost: which, and with what steps. */
type Layout = readonly { readonly axis: number; readonly step: number }[];

function layOut(
  { shape, data }: Batch,
  layout: Layout,
): { data: Numbers; strides: number[]; offset: number } {
  const strides = shape.map(() => 0);
  let [span, offset] = [1, 2];
  for (const { axis, step } of layout) {
    strides[axis] = span * step;
    if (step < 0) offset -= strides[axis] * Math.max(0, shape[axis]! - 1);
    span *= Math.abs(step) * Math.max(1, shape[axis]!);
  }
  const laid = new (data.constructor as typeof Float64Array)(span + offset + 2).fill(Number.NaN);
  const dense = stridesOf(shape);
  data.forEach((x, k) => {
    const at = shape.map((n, axis) => Math.floor(k / dense[axis]!) % n);
    laid[at.reduce((sum, i, axis) => sum + i * strides[axis]!, offset)] = x;
  });
  return { data: laid, strides, offset };
}

const layoutOf = (rank: number): fc.Arbitrary<Layout> => {
  const axes = Array.from({ length: rank }, (_, i) => rank - 1 - i);
  const orders = fc.oneof(
    fc.constant(axes),
    fc.shuffledSubarray(axes, { minLength: rank, maxLength: rank }),
  );
  const steps = fc.array(fc.constantFrom(1, 1, 1, 2, -1), { minLength: rank, maxLength: rank });
  return fc
    .tuple(orders, steps)
    .map(([order, step]) => order.map((axis, i) => ({ axis, step: step[i]! })));
};

const thrown: PivotReport = (matrix, pivot, value) => {
  throw new Error(`matrix ${matrix}, pivot ${pivot}: ${value}`);
};

const SIZES = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 12 }) },
  { weight: 1, arbitrary: fc.integer({ min: 13, max: 60 }) },
  { weight: 1, arbitrary: fc.constantFrom(32, 48, 49, 64, 65, 97, 130) },
);

const problems = fc
  .record({
    dtype: fc.constantFrom<Float>("float32", "float64"),
    lead: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
    n: SIZES,
    columns: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 6, max: 90 })),
    seed: fc.nat({ max: 1e6 }),
  })
  .chain((p) =>
    fc.record({
      p: fc.constant(p),
      layout: layoutOf(p.lead.length + 2),
      sides: layoutOf(p.lead.length + 2),
    }),
  )
  .map(({ p, ...layouts }) => ({ ...p, ...layouts }));

const largest = (x: Iterable<number>): number => {
  let top = 0;
  for (const v of x) top = Math.max(top, Math.abs(v));
  return top;
};

/** Asserts that A·B is C to as many roundings as A has columns, for each matrix of a batch. */
function expectProduct(dtype: Float, a: Batch, b: Batch, c: Batch): void {
  const [n, k] = a.shape.slice(-2) as [number, number];
  const columns = b.shape.at(-1)!;
  for (let m = 0; m < sizeOf(a.shape.slice(0, -2)); m++) {
    const [x, y] = [
      a.data.subarray(m * n * k, (m + 1) * n * k),
      b.data.subarray(m * k * columns, (m + 1) * k * columns),
    ];
    const bound = (k + 2) * EPSILON[dtype] * largest(x) * largest(y);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        for (let p = 0; p < k; p++) sum += x[i * k + p]! * y[p * columns + j]!;
        const expected = c.data[(m * n + i) * columns + j]!;
        if (!(Math.abs(sum - expected) <= bound))
          expect([m, i, j, sum], `within ${bound}`).toEqual([m, i, j, expected]);
      }
  }
}

const paths = [
  ...(relaxedSimd() ? [{ path: "relaxed", relaxed: true }] : []),
  { path: "plain", relaxed: false },
];

describe.each(paths)("linear algebra ($path)", ({ relaxed }) => {
  const heap = new Heap();
  const linalg: DenseLinearAlgebra = cpuBackend(heap, relaxed, referenceBackend()).linalg!;
  const view = (x: Batch, layout?: Layout): View => {
    const dtype = x.data instanceof Float32Array ? "float32" : "float64";
    const plain = { data: x.data, strides: stridesOf(x.shape), offset: 0 };
    const { data, strides, offset } = layout ? layOut(x, layout) : plain;
    return new View(dtype, "cpu", x.shape, strides, offset, upload(heap, data, dtype), 0);
  };
  const read = (dtype: "int32" | Float, shape: Shape, buffer: unknown): Numbers =>
    download(
      heap,
      new View(dtype, "cpu", shape, stridesOf(shape), 0, buffer as CpuBuffer, 0),
    ) as Numbers;
  const check = <T>(cases: fc.Arbitrary<T>, law: (c: T) => void): void =>
    fc.assert(
      fc.property(cases, (c) => {
        law(c);
      }),
      { numRuns: 150 },
    );

  const factorsOf = (a: Batch, dtype: Float, layout?: Layout) => {
    const { factors, order } = linalg.lu(view(a, layout));
    return {
      lu: { shape: a.shape, data: read(dtype, a.shape, factors) },
      order: [...read("int32", a.shape.slice(0, -1), order)],
    };
  };
  const triangle = (dtype: Float, { shape, data }: Batch, upper: boolean, unit: boolean): Batch => {
    const n = shape.at(-1)!;
    return batch(dtype, shape, (m, i, j) => {
      if (i === j && unit) return 1;
      return (upper ? i <= j : i >= j) ? data[(m * n + i) * n + j]! : 0;
    });
  };

  it("factorizes rows in the order of their pivots", () =>
    check(problems, ({ dtype, lead, n, seed, layout }) => {
      const a = random(dtype, [...lead, n, n], seed);
      const { lu, order } = factorsOf(a, dtype, layout);
      const lower = triangle(dtype, lu, false, true);
      expect(largest(lower.data)).toBe(1);
      const rows = batch(dtype, a.shape, (m, i, j) => a.data[(m * n + order[m * n + i]!) * n + j]!);
      for (let m = 0; m < order.length; m += n) expect(new Set(order.slice(m, m + n)).size).toBe(n);
      expectProduct(dtype, lower, triangle(dtype, lu, true, false), rows);
    }));

  it("takes the first of the largest as pivot", () => {
    const columns = [
      [1, -1, 1],
      [1, 2, -2],
      [0, 0, 0],
      [0, Number.NaN, 3],
      [Number.NaN, 1, 2],
    ];
    const a = batch("float64", [5, 3, 3], (m, i, j) =>
      j === 0 ? columns[m]![i]! : i * i - 2 * j + i * j,
    );
    const { order } = factorsOf(a, "float64");
    expect([0, 3, 6, 9, 12].map((k) => order[k])).toEqual([0, 1, 0, 2, 0]);
  });

  it("factorizes singular matrices", () => {
    for (const n of [3, 80]) {
      const { lu } = factorsOf(
        batch("float64", [n, n], (_, i, j) => Math.min(i, j, 1)),
        "float64",
      );
      expect(lu.data.every(Number.isFinite)).toBe(true);
      expect([lu.data[0], lu.data[n + 1], lu.data[n * n - 1]]).toEqual([0, 1, 0]);
    }
  });

  it("finds L of L·Lᵀ, and reads the lower triangle only", () =>
    check(problems, ({ dtype, lead, n, seed, layout }) => {
      const x = random(dtype, [...lead, n, n], seed);
      const at = (m: number, i: number, k: number): number => x.data[(m * n + i) * n + k]!;
      const a = batch(dtype, x.shape, (m, i, j) => {
        let sum = i === j ? 0.1 : 0;
        for (let k = 0; k < n; k++) sum += at(m, i, k) * at(m, j, k);
        return sum;
      });
      const half = batch(dtype, a.shape, (m, i, j) =>
        i >= j ? a.data[(m * n + i) * n + j]! : Number.NaN,
      );
      const l = {
        shape: a.shape,
        data: read(dtype, a.shape, linalg.cholesky(view(half, layout), thrown)),
      };
      expect(triangle(dtype, l, false, false).data).toEqual(l.data);
      expectProduct(
        dtype,
        l,
        batch(dtype, a.shape, (m, i, j) => l.data[(m * n + j) * n + i]!),
        a,
      );
    }));

  it("solves by a triangle, and reads nothing else", () =>
    check(
      fc.record({ problem: problems, upper: fc.boolean(), unit: fc.boolean() }),
      ({ problem: { dtype, lead, n, columns, seed, layout, sides }, upper, unit }) => {
        const a = random(dtype, [...lead, n, n], seed);
        // What grows like 2ⁿ says nothing: elements off the diagonal are small.
        const value = (m: number, i: number, j: number): number => {
          const counts = i === j ? !unit : upper ? i < j : i > j;
          const x = a.data[(m * n + i) * n + j]!;
          return counts ? (i === j ? 1 + x * x : x / Math.sqrt(n)) : Number.NaN;
        };
        const half = batch(dtype, a.shape, value);
        const b = random(dtype, [...lead, n, columns], seed + 1);
        const x = linalg.triangularSolve(
          view(half, layout),
          view(b, sides),
          { upper, unit },
          thrown,
        );
        expectProduct(
          dtype,
          triangle(dtype, half, upper, unit),
          { shape: b.shape, data: read(dtype, b.shape, x) },
          b,
        );
      },
    ));

  it("leaves small residuals in badly conditioned systems", () => {
    for (const dtype of ["float32", "float64"] as const)
      for (const n of [6, 12, 70]) {
        const a = batch(dtype, [n, n], (_, i, j) => 1 / (i + j + 1));
        const b = random(dtype, [n, 3], n);
        const { factors, order } = linalg.lu(view(a));
        const p = read("int32", [n], order);
        const rows = batch(dtype, b.shape, (_, i, j) => b.data[p[i]! * 3 + j]!);
        const factor = new View(dtype, "cpu", a.shape, [n, 1], 0, factors, 0);
        const solve = (side: View, upper: boolean): View => {
          const x = linalg.triangularSolve(factor, side, { upper, unit: !upper }, null);
          return new View(dtype, "cpu", b.shape, [3, 1], 0, x, 0);
        };
        const x = solve(solve(view(rows), false), true);
        expectProduct(dtype, a, { shape: b.shape, data: read(dtype, b.shape, x.buffer) }, b);
      }
  });

  it.each([5, 48, 100])("says which pivot of which matrix fails, of size %i", (n) => {
    const used = heap.use();
    const last = n - 2;
    const identity = (value: number) =>
      view(
        batch("float64", [4, n, n], (m, i, j) => (i === j ? (m > 1 && i >= last ? value : 1) : 0)),
      );
    const sides = view(batch("float64", [4, n, 2], () => 1));
    const none = identity(0);
    const solve = (upper: boolean, unit: boolean) => () =>
      linalg.triangularSolve(none, sides, { upper, unit }, thrown);
    expect(solve(true, false)).toThrow(`matrix 2, pivot ${last}: 0`);
    expect(solve(false, false)).toThrow(`matrix 2, pivot ${last}: 0`);
    expect(solve(false, true)).not.toThrow();
    for (const value of [0, -3, Number.NaN, -Infinity])
      expect(() => linalg.cholesky(identity(value), thrown)).toThrow(
        `matrix 2, pivot ${last}: ${value}`,
      );
    // Six inputs and one result: what failed holds nothing.
    expect(heap.use().tensors - used.tensors).toBe(7);
  });

  it.each([7, 60])("divides by zeros where nobody asks, of size %i", (n) => {
    const a = view(batch("float64", [n, n], (_, i, j) => (i === j ? Math.min(i, 1) : 0.5)));
    const b = view(batch("float64", [n, 1], (_, i) => (i > 0 ? 1 : 2)));
    const x = linalg.triangularSolve(a, b, { upper: true, unit: false }, null);
    expect(Number.isFinite(read("float64", [n, 1], x)[0])).toBe(false);
  });

  it.each([7, 60])("keeps what is no number in its column, of size %i", (n) => {
    const a = view(batch("float32", [n, n], (_, i, j) => (i === j ? 2 : 0.1)));
    for (const bad of [Number.NaN, Infinity]) {
      const b = view(batch("float32", [n, 9], (_, i, j) => (j === 4 && i === 1 ? bad : 1)));
      const x = read(
        "float32",
        [n, 9],
        linalg.triangularSolve(a, b, { upper: false, unit: false }, thrown),
      );
      x.forEach((v, k) => {
        expect(Number.isFinite(v)).toBe(k % 9 !== 4 || k < 9);
      });
    }
  });

  it.each([
    [
      [0, 0],
      [0, 2],
    ],
    [
      [2, 0, 0],
      [2, 0, 2],
    ],
    [
      [0, 3, 3],
      [0, 3, 2],
    ],
    [
      [3, 3],
      [3, 0],
    ],
  ])("takes nothing for shapes %j and %j", (a, b) => {
    const eye = () => view(batch("float32", a, (_, i, j) => Number(i === j)));
    const side = view(batch("float32", b, () => 1));
    expect(linalg.cholesky(eye(), thrown).bytes).toBe(4 * sizeOf(a));
    expect(linalg.lu(eye()).order.bytes).toBe(4 * sizeOf(a.slice(0, -1)));
    const x = linalg.triangularSolve(eye(), side, { upper: false, unit: false }, thrown);
    expect(x.bytes).toBe(4 * sizeOf(b));
  });
});
