import type { DType } from "@cotangent/core";
import { BYTES } from "../strided/elements.ts";
import {
  type Code,
  extractLane,
  f32const,
  f64const,
  type Instruction,
  i32const,
  type Local,
  load,
  op,
  replaceLane,
  set,
  shuffle,
  store,
  type Value,
  v128const,
} from "../wasm/code.ts";

export type FoldOp = "sum" | "max" | "min";

/** How vectors of elements become one number per lane. */
export interface Fold {
  /** Joins vectors that were just loaded. */
  join(a: Value, b: Value): Value;
  /** What is carried from one join to the next: the first value, and how many vectors it takes. */
  readonly start: Value;
  readonly carriers: 1 | 2;
  carry(carriers: readonly Local[], x: Local): Code;
  /** Bytes of a carried lane, and the sum of two carriers. */
  readonly lane: number;
  merge(a: Value, b: Value): Value;
  /** The carriers as one vector of elements. */
  close(carriers: readonly Value[]): Value;
}

const sequence = (start: number): number[] => Array.from({ length: 8 }, (_, i) => start + i);
const upperHalf = (x: Value): Value => shuffle(x, x, [...sequence(8), ...sequence(8)]);
const lowerHalves = (a: Value, b: Value): Value => shuffle(a, b, [...sequence(0), ...sequence(16)]);

function simple(dtype: DType, name: Instruction, start: Value): Fold {
  const join = (a: Value, b: Value): Value => op(name, a, b);
  return {
    join,
    start,
    carriers: 1,
    carry: ([acc], x) => set(acc!, join(acc!, x)),
    lane: BYTES[dtype],
    merge: join,
    close: ([acc]) => acc!,
  };
}

const addDoubles = (a: Value, b: Value): Value => op("f64x2.add", a, b);
const promote = (x: Value): Value => op("f64x2.promote_low_f32x4", x);
const demote = (x: Value): Value => op("f32x4.demote_f64x2_zero", x);
const zero = v128const(new Uint8Array(16));
const bytesOf = (byte: number): Value => v128const(new Uint8Array(16).fill(byte));
const floats = (x: number): Value => op("f32x4.splat", f32const(x));
const doubles = (x: number): Value => op("f64x2.splat", f64const(x));
const integers = (x: number): Value => op("i32x4.splat", i32const(x));

/** A few neighbours are added in float32, and their sums in float64, so that no length costs precision. */
const floatSum: Fold = {
  join: (a, b) => op("f32x4.add", a, b),
  start: zero,
  carriers: 2,
  carry: ([low, high], x) => [
    set(low!, addDoubles(low!, promote(x))),
    set(high!, addDoubles(high!, promote(upperHalf(x)))),
  ],
  lane: 8,
  merge: addDoubles,
  close: ([low, high]) => lowerHalves(demote(low!), demote(high!)),
};

export const FOLDS: { readonly [O in FoldOp]: { readonly [D in DType]: Fold } } = {
  sum: {
    float32: floatSum,
    float64: simple("float64", "f64x2.add", zero),
    int32: simple("int32", "i32x4.add", zero),
    bool: simple("bool", "i8x16.add", zero),
  },
  max: {
    float32: simple("float32", "f32x4.max", floats(-Infinity)),
    float64: simple("float64", "f64x2.max", doubles(-Infinity)),
    int32: simple("int32", "i32x4.max_s", integers(-(2 ** 31))),
    bool: simple("bool", "i8x16.max_u", zero),
  },
  min: {
    float32: simple("float32", "f32x4.min", floats(Infinity)),
    float64: simple("float64", "f64x2.min", doubles(Infinity)),
    int32: simple("int32", "i32x4.min_s", integers(2 ** 31 - 1)),
    bool: simple("bool", "i8x16.min_u", bytesOf(255)),
  },
};

/** One element in every lane. */
export const loadSplat = (dtype: DType, at: Value): Value =>
  load(
    ({ 1: "v128.load8_splat", 4: "v128.load32_splat", 8: "v128.load64_splat" } as const)[
      BYTES[dtype] as 1 | 4 | 8
    ],
    at,
  );

function loadFirst(dtype: DType, at: Value): Value {
  if (dtype === "bool") return replaceLane("i32x4", 0, zero, load("i32.load8_u", at));
  return load(BYTES[dtype] === 8 ? "v128.load64_zero" : "v128.load32_zero", at);
}

/** One element, beside lanes that change nothing. */
export const loadOne = (operation: FoldOp, dtype: DType, at: Value): Value =>
  operation === "sum" ? loadFirst(dtype, at) : loadSplat(dtype, at);

const STORES: { readonly [D in DType]: (to: Value, x: Value) => Code } = {
  float32: (to, x) => store("f32.store", to, extractLane("f32x4", 0, x)),
  float64: (to, x) => store("f64.store", to, extractLane("f64x2", 0, x)),
  int32: (to, x) => store("i32.store", to, extractLane("i32x4", 0, x)),
  bool: (to, x) => store("i32.store8", to, extractLane("i32x4", 0, x)),
};

/** Stores the first lane. */
export const storeFirst = (dtype: DType, to: Value, x: Value): Code => STORES[dtype](to, x);

/** The lanes of the carriers as one, in the first lane of what is closed. */
export function closeAcross(fold: Fold, carriers: readonly Local[]): [Code, Value] {
  const [first, second] = carriers as readonly [Local, Local?];
  const code: Code[] = second === undefined ? [] : [set(first, fold.merge(first, second))];
  for (let half = 8; half >= fold.lane; half /= 2) {
    const order = Array.from({ length: 16 }, (_, i) => (i + half) % 16);
    code.push(set(first, fold.merge(first, shuffle(first, first, order))));
  }
  return [code, fold.close(carriers.map(() => first))];
}
