import type { ScalarType } from "@cotangent/core/extend";
import { op, type Value } from "../wasm/code.ts";
import type { Body } from "./body.ts";
import { maskFor, toMask } from "./masks.ts";

type Cast = (body: Body, x: Value) => Value;
type Number = Exclude<ScalarType, "bool">;

const same: Cast = (_, x) => x;

/** A float64 fills its vector, so that beside it other types use two lanes of four. */
const CASTS: { readonly [From in Number]: { readonly [To in Number]: Cast } } = {
  float32: {
    float32: same,
    float64: (_, x) => op("f64x2.promote_low_f32x4", x),
    int32: (_, x) => op("i32x4.trunc_sat_f32x4_s", x),
    uint32: (_, x) => op("i32x4.trunc_sat_f32x4_u", x),
  },
  float64: {
    float32: (_, x) => op("f32x4.demote_f64x2_zero", x),
    float64: same,
    int32: (_, x) => op("i32x4.trunc_sat_f64x2_s_zero", x),
    uint32: (_, x) => op("i32x4.trunc_sat_f64x2_u_zero", x),
  },
  int32: {
    float32: (_, x) => op("f32x4.convert_i32x4_s", x),
    float64: (_, x) => op("f64x2.convert_low_i32x4_s", x),
    int32: same,
    uint32: same,
  },
  uint32: {
    float32: (_, x) => op("f32x4.convert_i32x4_u", x),
    float64: (_, x) => op("f64x2.convert_low_i32x4_u", x),
    int32: same,
    uint32: same,
  },
};

const NOT_EQUAL = {
  float32: "f32x4.ne",
  float64: "f64x2.ne",
  int32: "i32x4.ne",
  uint32: "i32x4.ne",
} as const;

/** 1 where the mask is set. */
const fromBool = (body: Body, x: Value, to: Number): Value =>
  op("v128.and", maskFor(body, to, x), body.constant(1, to));

const toBool = (body: Body, x: Value, from: Number): Value =>
  toMask(body, from, op(NOT_EQUAL[from], x, body.constant(0, from)));

/** A value of one type as another. */
export function converted(body: Body, x: Value, from: ScalarType, to: ScalarType): Value {
  if (from === "bool") return to === "bool" ? x : fromBool(body, x, to);
  return to === "bool" ? toBool(body, x, from) : CASTS[from][to](body, x);
}
