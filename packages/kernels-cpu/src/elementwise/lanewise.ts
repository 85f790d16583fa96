import { extractLane, op, replaceLane, type Value } from "../wasm/code.ts";
import { type HostName, host } from "../wasm/host.ts";
import type { Body } from "./body.ts";
import type { Rule } from "./rules.ts";

type Format = Parameters<typeof extractLane>[0];

/** A vector of what `f` makes of each lane. */
function eachLane(
  body: Body,
  format: Format,
  [x, y]: readonly [Value, Value],
  f: (x: Value, y: Value) => Value,
): Value {
  const [a, b] = [body.hold(x), body.hold(y)];
  let v: Value = a;
  for (let lane = 0; lane < body.lanes; lane++)
    v = replaceLane(format, lane, v, f(extractLane(format, lane, a), extractLane(format, lane, b)));
  return v;
}

/** Shifts of each lane by a count of its own. */
export const shifted =
  (name: "i32.shl" | "i32.shr_s" | "i32.shr_u"): Rule =>
  (body, x, y) =>
    eachLane(body, "i32x4", [x, y], (a, count) => op(name, a, count));

/** A function of JavaScript. */
export const hosted =
  (format: "f32x4" | "f64x2", name: HostName): Rule =>
  (body, x, y) =>
    eachLane(body, format, [x, y], (a, b) =>
      format === "f64x2"
        ? host(name, a, b)
        : op("f32.demote_f64", host(name, op("f64.promote_f32", a), op("f64.promote_f32", b))),
    );
