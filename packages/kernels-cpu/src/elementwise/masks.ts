import type { ScalarType } from "@cotangent/core/extend";
import { op, shuffle, type Value } from "../wasm/code.ts";
import { type Body, BYTES_OF } from "./body.ts";

const isNarrow = (body: Body, type: ScalarType): boolean =>
  body.lanes === 2 && type !== "bool" && BYTES_OF[type] === 4;

/** The result of a comparison of values of a type as a bool. */
export const toMask = (body: Body, type: ScalarType, compared: Value): Value =>
  isNarrow(body, type) ? op("i64x2.extend_low_i32x4_s", compared) : compared;

const EVEN = [0, 1, 2, 3, 8, 9, 10, 11];

/** A bool with lanes as wide as those of a type. */
export function maskFor(body: Body, type: ScalarType, bool: Value): Value {
  if (!isNarrow(body, type)) return bool;
  const mask = body.hold(bool);
  return shuffle(mask, mask, [...EVEN, ...EVEN]);
}
