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
  /** Variables that carry from one step to the next, by their first values. */
  readonly starts: readonly Value[];
  /** Takes vectors of elements in. */
  take(carriers: readonly Local[], vectors: readonly Local[]): Code;
  /** Folds all lanes into the first one of what is closed. */
  across(carriers: readonly Local[]): Code;
  /** The carriers as one vector of elements. */
  close(carriers: readonly Local[]): Value;
  /** Where a quicker fold is right as well, unless it says that it may not be. */
  readonly quick?: Quick;
}

export interface Quick extends Fold {
  /** After `across`, or of every lane. */
  doubt(carriers: readonly Local[]): Value;
}

type Join = (a: Value, b: Value) => Value;

/** Joins neighbours, then the joined ones, and so on. */
function joinAll(join: Join, values: readonly Value[]): Value {
  if (values.length === 1) return values[0]!;
  const half = values.length / 2;
  return join(joinAll(join, values.slice(0, half)), joinAll(join, values.slice(half)));
}

const joinBy =
  (name: Instruction): Join =>
  (a, b) =>
    op(name, a, b);

/** Joins the lanes of a variable, each of some bytes, into every one of them. */
function joinLanes(join: Join, x: Local, bytes: number): Code {
  const code: Code[] = [];
  for (let half = 8; half >= bytes; half /= 2) {
    const order = Array.from({ length: 16 }, (_, i) => (i + half) % 16);
    code.push(set(x, join(x, shuffle(x, x, order))));
  }
  return code;
}

const sequence = (start: number): number[] => Array.from({ length: 8 }, (_, i) => start + i);
const upperHalf = (x: Value): Value => shuffle(x, x, [...sequence(8), ...sequence(8)]);
const lowerHalves = (a: Value, b: Value): Value => shuffle(a, b, [...sequence(0), ...sequence(16)]);

function simple(dtype: DType, name: Instruction, start: Value, quick?: Quick): Fold {
  const join = joinBy(name);
  const fold: Fold = {
    starts: [start],
    take: ([acc], vectors) => set(acc!, join(acc!, joinAll(join, vectors))),
    across: ([acc]) => joinLanes(join, acc!, BYTES[dtype]),
    close: ([acc]) => acc!,
  };
  return quick === undefined ? fold : { ...fold, quick };
}

/**
 * `max` and `min` of floats take the engine a dozen instructions; the "pseudo" ones take one, but lose NaN
 * and tell no zeros apart. So a sum goes along, which is NaN when any element is.
 */
function quickly(
  dtype: "float32" | "float64",
  name: Instruction,
  exact: Instruction,
  start: Value,
): Quick {
  const lanes = dtype === "float32" ? "f32x4" : "f64x2";
  const [join, add] = [joinBy(name), joinBy(`${lanes}.add`)];
  const any = (x: Value): Value => op("v128.any_true", x);
  return {
    starts: [start, zero],
    take: ([best, sum], vectors) => [
      set(best!, join(best!, joinAll(join, vectors))),
      set(sum!, add(sum!, joinAll(add, vectors))),
    ],
    across: ([best]) => joinLanes(joinBy(exact), best!, BYTES[dtype]),
    close: ([best]) => best!,
    doubt: ([best, sum]) =>
      op("i32.or", any(op(`${lanes}.eq`, best!, zero)), any(op(`${lanes}.ne`, sum!, sum!))),
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
  starts: [zero, zero],
  take: ([low, high], vectors) => {
    const first = vectors[0]!;
    return [
      set(first, joinAll(joinBy("f32x4.add"), vectors)),
      set(low!, addDoubles(low!, promote(first))),
      set(high!, addDoubles(high!, promote(upperHalf(first)))),
    ];
  },
  across: ([low, high]) => [
    set(low!, addDoubles(low!, high!)),
    joinLanes(addDoubles, low!, 8),
    set(high!, low!),
  ],
  close: ([low, high]) => lowerHalves(demote(low!), demote(high!)),
};

/** The best of floats: exactly, or quickly. */
function best(dtype: "float32" | "float64", way: "max" | "min", worst: Value): Fold {
  const lanes = dtype === "float32" ? "f32x4" : "f64x2";
  const exact = `${lanes}.${way}` as const;
  return simple(dtype, exact, worst, quickly(dtype, `${lanes}.p${way}`, exact, worst));
}

export const FOLDS: { readonly [O in FoldOp]: { readonly [D in DType]: Fold } } = {
  sum: {
    float32: floatSum,
    float64: simple("float64", "f64x2.add", zero),
    int32: simple("int32", "i32x4.add", zero),
    bool: simple("bool", "i8x16.add", zero),
  },
  max: {
    float32: best("float32", "max", floats(-Infinity)),
    float64: best("float64", "max", doubles(-Infinity)),
    int32: simple("int32", "i32x4.max_s", integers(-(2 ** 31))),
    bool: simple("bool", "i8x16.max_u", zero),
  },
  min: {
    float32: best("float32", "min", floats(Infinity)),
    float64: best("float64", "min", doubles(Infinity)),
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
