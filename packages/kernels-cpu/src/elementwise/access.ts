import type { ScalarType } from "@cotangent/core/extend";
import {
  type Code,
  i32const,
  type LaneBytes,
  load,
  loadLane,
  op,
  shuffle,
  store,
  storeLane,
  type Value,
} from "../wasm/code.ts";
import { type Body, BYTES_OF } from "./body.ts";

const WHOLE = {
  16: "v128.load",
  8: "v128.load64_zero",
  4: "v128.load32_zero",
  2: "v128.load16_splat",
} as const;
const SPLAT = { 8: "v128.load64_splat", 4: "v128.load32_splat", 1: "v128.load8_splat" } as const;

const widthOf = (type: ScalarType, { lanes }: Body): keyof typeof WHOLE =>
  (BYTES_OF[type] * lanes) as keyof typeof WHOLE;

/** Bytes of 0 and 1 become masks; all else is as in memory. */
function opened(body: Body, type: ScalarType, v: Value): Value {
  if (type !== "bool") return v;
  const wide = op("i32x4.extend_low_i16x8_u", op("i16x8.extend_low_i8x16_u", v));
  return body.lanes === 4
    ? op("i32x4.neg", wide)
    : op("i64x2.neg", op("i64x2.extend_low_i32x4_u", wide));
}

/** Masks become bytes of 0 and 1. */
function closed(body: Body, type: ScalarType, v: Value): Value {
  if (type !== "bool") return v;
  const step = 16 / body.lanes;
  const mask = body.hold(v);
  const bytes = Array.from({ length: 16 }, (_, i) => (i % body.lanes) * step);
  return op("v128.and", shuffle(mask, mask, bytes), body.constant(0x01010101, "int32"));
}

/** Neighbours in memory, `ahead` vectors on. */
export function loadRow(body: Body, type: ScalarType, at: Value, ahead: number): Value {
  const width = widthOf(type, body);
  return opened(body, type, load(WHOLE[width], at, ahead * width));
}

/** One element in all lanes. */
export const loadSplat = (body: Body, type: ScalarType, at: Value): Value =>
  opened(body, type, load(SPLAT[BYTES_OF[type]], at));

/** Elements from here and there; `at` holds an address for each lane. */
export function loadEach(body: Body, type: ScalarType, at: readonly Value[]): Value {
  const bytes = BYTES_OF[type];
  let v = load(SPLAT[bytes], at[0]!);
  for (let lane = 1; lane < body.lanes; lane++) v = loadLane(bytes, lane, at[lane]!, v);
  return opened(body, type, v);
}

/** Stores all lanes as neighbours, whole vectors `ahead` vectors on. */
export function storeRow(body: Body, type: ScalarType, at: Value, v: Value, ahead: number): Code {
  const width = widthOf(type, body);
  const bytes = closed(body, type, v);
  return width === 16 ? store("v128.store", at, bytes, 16 * ahead) : storeLane(width, 0, at, bytes);
}

/** What stores each lane alone. */
export function storeEach(body: Body, type: ScalarType, at: Value, v: Value): Code[] {
  const bytes: LaneBytes = BYTES_OF[type];
  const held = body.hold(closed(body, type, v));
  return Array.from({ length: body.lanes }, (_, lane) =>
    storeLane(bytes, lane, op("i32.add", at, i32const(lane * bytes)), held),
  );
}
