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
  store,
  type Value,
} from "../wasm/code.ts";

type Relaxed = Extract<Instruction, `${string}.relaxed_madd`>;

/** What the kernels need to know of an element type: each is written once for all of them. */
export interface Element {
  readonly type: "i32" | "f32" | "f64";
  readonly lanes: "i32x4" | "f32x4" | "f64x2";
  /** Of an element. */
  readonly bytes: 4 | 8;
  /** Elements of a vector. */
  readonly count: 4 | 2;
  readonly splat: "v128.load32_splat" | "v128.load64_splat";
  /** Multiplies and adds in one instruction; null where that is not to be used. */
  readonly madd: Relaxed | null;
}

const word = { bytes: 4, count: 4, splat: "v128.load32_splat" } as const;
const double = { bytes: 8, count: 2, splat: "v128.load64_splat" } as const;

/** The element types of a product, with relaxed instructions or without. */
export const elements: {
  readonly [dtype in "int32" | "float32" | "float64"]: (relaxed: boolean) => Element;
} = {
  int32: () => ({ type: "i32", lanes: "i32x4", ...word, madd: null }),
  float32: (relaxed) => ({
    type: "f32",
    lanes: "f32x4",
    ...word,
    madd: relaxed ? "f32x4.relaxed_madd" : null,
  }),
  float64: (relaxed) => ({
    type: "f64",
    lanes: "f64x2",
    ...double,
    madd: relaxed ? "f64x2.relaxed_madd" : null,
  }),
};

export const loadOne = ({ type }: Element, address: Value): Value => load(`${type}.load`, address);
export const storeOne = ({ type }: Element, address: Value, x: Value): Code =>
  store(`${type}.store`, address, x);

export const zeroOne = ({ type }: Element): Value =>
  ({ i32: i32const, f32: f32const, f64: f64const })[type](0);

/** a b + c. */
export const multiplyAddOne = ({ type }: Element, a: Value, b: Value, c: Value): Value =>
  op(`${type}.add`, c, op(`${type}.mul`, a, b));

/** a b + c in every lane. */
export const multiplyAdd = ({ madd, lanes }: Element, a: Value, b: Value, c: Value): Value =>
  madd ? op(madd, a, b, c) : op(`${lanes}.add`, c, op(`${lanes}.mul`, a, b));

/** The sum of the lanes. */
export function sumLanes({ lanes, count, type }: Element, vector: Local): Value {
  const terms = Array.from({ length: count }, (_, i) => extractLane(lanes, i, vector));
  return terms.reduce((sum, term) => op(`${type}.add`, sum, term));
}
