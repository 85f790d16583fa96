import { op, type Value } from "../wasm/code.ts";
import type { HostName } from "../wasm/host.ts";
import { hosted } from "./lanewise.ts";
import { toMask } from "./masks.ts";
import type { FloatOp, Rule } from "./rules.ts";

type Format = "f32x4" | "f64x2";
type Rounding = "ceil" | "floor" | "trunc" | "nearest";
type Arithmetic = "add" | "sub" | "mul" | "div" | "min" | "max";

/** The remainder with the sign of the divisor, of the one with the sign of the dividend. */
function rem(format: Format): Rule {
  const truncated = hosted(format, "rem");
  return (body, x, y) => {
    const divisor = body.hold(y);
    const rest = body.hold(truncated(body, x, divisor));
    return op("v128.bitselect", op(`${format}.add`, rest, divisor), rest, wrong(rest, divisor));
  };
  function wrong(rest: Value, divisor: Value): Value {
    const zero = op("v128.xor", divisor, divisor);
    const below = op(`${format}.lt`, divisor, zero);
    const differs = op("v128.xor", below, op(`${format}.lt`, rest, zero));
    return op("v128.and", op(`${format}.ne`, rest, zero), differs);
  }
}

const table = (format: Format): { readonly [O in FloatOp]: Rule } => {
  const type = format === "f32x4" ? "float32" : "float64";
  const plain =
    (name: "neg" | "abs" | "sqrt" | Rounding): Rule =>
    (_, x) =>
      op(`${format}.${name}`, x);
  const paired =
    (name: Arithmetic): Rule =>
    (_, x, y) =>
      op(`${format}.${name}`, x, y);
  const compared =
    (name: "eq" | "ne" | "lt" | "le"): Rule =>
    (body, x, y) =>
      toMask(body, type, op(`${format}.${name}`, x, y));
  const js = (name: HostName): Rule => hosted(format, name);
  return {
    neg: plain("neg"),
    abs: plain("abs"),
    sqrt: plain("sqrt"),
    floor: plain("floor"),
    ceil: plain("ceil"),
    round: plain("nearest"),
    trunc: plain("trunc"),
    add: paired("add"),
    sub: paired("sub"),
    mul: paired("mul"),
    div: paired("div"),
    min: paired("min"),
    max: paired("max"),
    eq: compared("eq"),
    ne: compared("ne"),
    lt: compared("lt"),
    le: compared("le"),
    rem: rem(format),
    exp: js("exp"),
    expm1: js("expm1"),
    log: js("log"),
    log1p: js("log1p"),
    log2: js("log2"),
    log10: js("log10"),
    sin: js("sin"),
    cos: js("cos"),
    tan: js("tan"),
    asin: js("asin"),
    acos: js("acos"),
    atan: js("atan"),
    sinh: js("sinh"),
    cosh: js("cosh"),
    tanh: js("tanh"),
    asinh: js("asinh"),
    acosh: js("acosh"),
    atanh: js("atanh"),
    atan2: js("atan2"),
    pow: js("pow"),
  };
};

export const FLOATS: { readonly float32: Table; readonly float64: Table } = {
  float32: table("f32x4"),
  float64: table("f64x2"),
};

type Table = ReturnType<typeof table>;
