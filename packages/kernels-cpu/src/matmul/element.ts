import {
  type Code,
  extractLane,
  f32const,
  f64const,
  i32const,
  type Local,
  load,
  op,
  store,
  type Value,
  v128const,
} from "../wasm/code.ts";

/** Elements that are handled together in one variable: one, or a vector of them. */
export interface Form {
  readonly type: "i32" | "f32" | "f64" | "v128";
  /** How many, and their bytes. */
  readonly count: number;
  readonly bytes: number;
  readonly zero: Value;
  load(address: Value, offset?: number): Value;
  /** The one element at an address, everywhere. */
  splat(address: Value, offset?: number): Value;
  store(address: Value, x: Value, offset?: number): Code;
  add(a: Value, b: Value): Value;
  /** a b + c. */
  multiplyAdd(a: Value, b: Value, c: Value): Value;
}

/** What the kernels need to know of an element type: each is written once for all of them. */
export interface Element {
  readonly one: Form;
  readonly vector: Form;
  /** Whether multiplication and addition are one instruction. */
  readonly fused: boolean;
  /** The sum of a vector's elements. */
  sum(vector: Local): Value;
}

type Type = "i32" | "f32" | "f64";

const LANES = { i32: "i32x4", f32: "f32x4", f64: "f64x2" } as const;
const BYTES = { i32: 4, f32: 4, f64: 8 } as const;
const SPLAT = { 4: "v128.load32_splat", 8: "v128.load64_splat" } as const;
const CONSTANT = { i32: i32const, f32: f32const, f64: f64const } as const;

const oneOf = (type: Type): Form => ({
  type,
  count: 1,
  bytes: BYTES[type],
  zero: CONSTANT[type](0),
  load: (address, offset) => load(`${type}.load`, address, offset),
  splat: (address, offset) => load(`${type}.load`, address, offset),
  store: (address, x, offset) => store(`${type}.store`, address, x, offset),
  add: (a, b) => op(`${type}.add`, a, b),
  multiplyAdd: (a, b, c) => op(`${type}.add`, c, op(`${type}.mul`, a, b)),
});

function vectorOf(type: Type, fused: boolean): Form {
  const lanes = LANES[type];
  const bytes = BYTES[type];
  return {
    type: "v128",
    count: 16 / bytes,
    bytes: 16,
    zero: v128const(new Uint8Array(16)),
    load: (address, offset) => load("v128.load", address, offset),
    splat: (address, offset) => load(SPLAT[bytes], address, offset),
    store: (address, x, offset) => store("v128.store", address, x, offset),
    add: (a, b) => op(`${lanes}.add`, a, b),
    multiplyAdd: (a, b, c) =>
      fused && lanes !== "i32x4"
        ? op(`${lanes}.relaxed_madd`, a, b, c)
        : op(`${lanes}.add`, c, op(`${lanes}.mul`, a, b)),
  };
}

function elementOf(type: Type, fused: boolean): Element {
  const one = oneOf(type);
  const vector = vectorOf(type, fused);
  const lane = (v: Local, i: number): Value => extractLane(LANES[type], i, v);
  return {
    one,
    vector,
    fused,
    sum: (v) => Array.from({ length: vector.count }, (_, i) => lane(v, i)).reduce(one.add),
  };
}

/** The element types of a product, with relaxed instructions or without. */
export const elements: {
  readonly [D in "int32" | "float32" | "float64"]: (relaxed: boolean) => Element;
} = {
  int32: () => elementOf("i32", false),
  float32: (relaxed) => elementOf("f32", relaxed),
  float64: (relaxed) => elementOf("f64", relaxed),
};
