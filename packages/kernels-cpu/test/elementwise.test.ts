import type { DType } from "@cotangent/core";
import {
  denseView,
  type Expr,
  fillView,
  type HostArray,
  indexExpr,
  input,
  type Shape,
  s,
  sizeOf,
  stridesOf,
  View,
} from "@cotangent/core/extend";
import { referenceBackend } from "@cotangent/core/testing";
import { describe, expect, it } from "vitest";
import { elementwiseOn } from "../src/elementwise/elementwise.ts";
import { Heap } from "../src/memory/heap.ts";
import { elementsAt } from "../src/strided/elements.ts";
import { relaxedSimd } from "../src/wasm/relaxed.ts";
import { Dice, DTYPES, Exprs, element, typesFor } from "./randomExpr.ts";

const reference = referenceBackend();
const heap = new Heap();
const elementwise = elementwiseOn(heap);

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  bool: Uint8Array,
} as const;

/** The same view of both backends. */
interface Twin {
  readonly ours: View;
  readonly theirs: View;
}

function upload(data: HostArray, dtype: DType): ReturnType<Heap["allocate"]> {
  heap.begin();
  const buffer = heap.allocate(data.byteLength);
  elementsAt(heap, dtype, heap.address(buffer), data.length).set(data);
  return buffer;
}

interface Layout {
  readonly size: number;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Strides of any kind: permuted, broadcast, flipped, with gaps. */
function layoutOf(dice: Dice, shape: Shape): Layout {
  const order = shape.map((_, i) => i);
  if (dice.next() < 0.4) order.reverse();
  const strides = new Array<number>(shape.length).fill(0);
  let [step, offset] = [1, dice.below(4)];
  for (const i of order.reverse()) {
    const kind = dice.next();
    if (kind < 0.15) continue;
    if (kind < 0.3) step *= 2;
    strides[i] = step;
    step *= shape[i]!;
    if (kind > 0.9 && shape[i]! > 0) {
      offset += strides[i]! * (shape[i]! - 1);
      strides[i] = -strides[i]!;
    }
  }
  return { size: step + offset + 1, offset, strides };
}

function twin(dice: Dice, dtype: DType, shape: Shape): Twin {
  const kind = dice.next();
  if (kind < 0.2) {
    const view = fillView(dtype, "cpu", shape, element(dice, dtype));
    return { ours: view, theirs: view };
  }
  const { size, offset, strides } =
    kind < 0.5
      ? { size: sizeOf(shape), offset: 0, strides: stridesOf(shape) }
      : layoutOf(dice, shape);
  const data = new ARRAYS[dtype](size).map(() => element(dice, dtype));
  const make = (buffer: View["buffer"]): View =>
    new View(dtype, "cpu", shape, strides, offset, buffer, 0);
  return { ours: make(upload(data, dtype)), theirs: make(reference.upload(data, dtype)) };
}

function dense(dtype: DType, numbers: readonly number[]): Twin {
  const data = new ARRAYS[dtype](numbers);
  const make = (buffer: NonNullable<View["buffer"]>): View =>
    denseView(dtype, "cpu", [numbers.length], buffer);
  return { ours: make(upload(data, dtype)), theirs: make(reference.upload(data, dtype)) };
}

/** Bit patterns, with one for all NaN. */
const shown = (data: ArrayLike<number>): string[] =>
  Array.from(data, (x) => (Object.is(x, -0) ? "-0" : String(x)));

function both(
  outputs: readonly Expr[],
  twins: readonly Twin[],
  shape: Shape,
  kernels: typeof elementwise = elementwise,
): { readonly ours: HostArray[]; readonly theirs: HostArray[] } {
  const inputs = (who: keyof Twin): View[] => twins.map((t) => t[who]);
  const ours = kernels(outputs, inputs("ours"), shape);
  const theirs = reference.elementwise(outputs, inputs("theirs"), shape);
  heap.begin();
  return {
    ours: outputs.map(({ type }, k) =>
      elementsAt(heap, type as DType, heap.address(ours[k]!), sizeOf(shape)).slice(),
    ),
    theirs: outputs.map(({ type }, k) =>
      reference.downloadSync!(denseView(type as DType, "cpu", shape, theirs[k]!)),
    ),
  };
}

function check(
  outputs: readonly Expr[],
  twins: readonly Twin[],
  shape: Shape,
  label: string,
): void {
  const { ours, theirs } = both(outputs, twins, shape);
  expect(ours.map(shown), label).toEqual(theirs.map(shown));
}

const SIZES = [1, 1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 33];

const shapeOf = (dice: Dice): Shape =>
  Array.from({ length: dice.below(4) }, () => (dice.next() < 0.03 ? 0 : dice.pick(SIZES)));

function checkRandom(seed: number): void {
  const dice = new Dice(seed);
  const dtypes = Array.from({ length: 1 + dice.below(4) }, () => dice.pick(DTYPES));
  const shape = shapeOf(dice);
  const exprs = new Exprs(dice, typesFor(dice), dtypes);
  const outputs = Array.from({ length: 1 + dice.below(3) }, () =>
    exprs.make(dice.pick(DTYPES), 1 + dice.below(4)),
  );
  const twins = dtypes.map((dtype) => twin(dice, dtype, shape));
  check(outputs, twins, shape, `seed ${seed}`);
}

/** All orders of the axes of a shape, as views of one buffer. */
function permuted(dice: Dice, dtype: DType, shape: Shape): Twin[] {
  const data = new ARRAYS[dtype](sizeOf(shape)).map(() => element(dice, dtype));
  const [ours, theirs] = [upload(data, dtype), reference.upload(data, dtype)];
  return ORDERS.map((order) => {
    const strides = shape.map(() => 0);
    let step = 1;
    for (const i of order) {
      strides[i] = step;
      step *= shape[i]!;
    }
    const make = (buffer: View["buffer"]): View =>
      new View(dtype, "cpu", shape, strides, 0, buffer, 0);
    return { ours: make(ours), theirs: make(theirs) };
  });
}

const ORDERS = [
  [2, 1, 0],
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
];

/** One buffer by views of one shape with the given strides. */
function viewed(dice: Dice, dtype: DType, shape: Shape, strides: readonly number[]): Twin {
  const last = shape.reduce((sum, n, i) => sum + (n - 1) * strides[i]!, 0);
  const data = new ARRAYS[dtype](last + 1).map(() => element(dice, dtype));
  const make = (buffer: View["buffer"]): View =>
    new View(dtype, "cpu", shape, strides, 0, buffer, 0);
  return { ours: make(upload(data, dtype)), theirs: make(reference.upload(data, dtype)) };
}

const SMOOTH = [
  ...(["exp", "expm1", "log", "log1p", "log2", "log10", "sin", "cos", "tan"] as const),
  ...(["asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"] as const),
];

describe("elementwise", () => {
  it.each([0, 100, 200, 300])("agrees with the reference, seeds from %i", (first) => {
    for (let seed = first; seed < first + 100; seed++) checkRandom(seed);
  });

  it.each(DTYPES)("takes large inputs of %s whose axes are permuted", (dtype) => {
    const dice = new Dice(1);
    const shape = [65, 3, 66];
    const twins = permuted(dice, dtype, shape);
    const [first, ...rest] = twins.map((_, k) => input(k, dtype));
    const place = s.cast(indexExpr(), dtype === "bool" ? "int32" : dtype);
    const outputs = [...rest.map((expr) => s.max(first!, expr)), place, s.eq(rest[1]!, rest[2]!)];

    for (const output of outputs) check([output], twins, shape, dtype);
    check(outputs, twins, shape, "all at once");
  });

  it.each(DTYPES)("turns matrices of %s beside rows, columns and numbers", (dtype) => {
    const dice = new Dice(2);
    const [rows, columns] = [97, 51];
    const shape = [3, rows, columns];
    const number = fillView(dtype, "cpu", shape, 1);
    const twins = [
      viewed(dice, dtype, shape, [rows * columns, 1, rows]),
      viewed(dice, dtype, shape, [0, 1, rows + 3]),
      viewed(dice, dtype, shape, [rows * columns, columns, 1]),
      viewed(dice, dtype, shape, [2, 0, 1]),
      viewed(dice, dtype, shape, [0, 2, 0]),
      { ours: number, theirs: number },
    ];
    const [a, b, c, d, e, f] = twins.map((_, k) => input(k, dtype));

    check([s.max(a!, c!), s.min(s.max(s.max(s.min(b!, d!), e!), f!), a!)], twins, shape, dtype);
  });

  it.each(["float32", "float64"] as const)("keeps %s under and over numbers", (dtype) => {
    const x = input(0, dtype);
    const twins = [dense(dtype, [NaN, 0, -0, 1, -1, Infinity, -Infinity, 2])];
    const bounds = [0, -0, 1, -1, Infinity, -Infinity, NaN];

    check(
      [...bounds.map((n) => s.max(x, n)), ...bounds.map((n) => s.min(x, n))],
      twins,
      [8],
      dtype,
    );
  });

  describe.each(relaxedSimd() ? [true, false] : [false])("with relaxed SIMD: %s", (relaxed) => {
    it.each(["float32", "float64"] as const)("renders each function of a %s", (dtype) => {
      const twins = [
        dense(dtype, [0.3, -0.7, 0.9, 1.5, 2.5, 40, -3]),
        dense(dtype, [2, 3, -0.5, 0.25, -1.75, 5, -3]),
      ];
      const [x, y] = [input(0, dtype), input(1, dtype)];
      const one = SMOOTH.map((name) => s[name](x));
      const outputs = [...one, s.pow(x, y), s.atan2(x, y)];
      const digits = dtype === "float32" ? 6 : 14;

      const { ours, theirs } = both(outputs, twins, [7], elementwiseOn(heap, relaxed));

      const rounded = (lists: readonly HostArray[]): string[] =>
        lists.flatMap((list) => Array.from(list, (value) => value.toPrecision(digits)));
      expect(rounded(ours)).toEqual(rounded(theirs));
    });
  });
});
