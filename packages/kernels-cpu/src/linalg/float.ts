import type { Element, Form } from "../matmul/element.ts";
import { op, type Value } from "../wasm/code.ts";

/** Floating point numbers, one or a vector of them, that are also subtracted and divided. */
export interface Floats extends Form {
  /** c − a b. */
  subtractProduct(a: Value, b: Value, c: Value): Value;
  divide(a: Value, b: Value): Value;
  /** One number, everywhere. */
  spread(x: Value): Value;
}

/** A floating point type, as kernels of linear algebra need it. */
export interface Float {
  readonly type: "f32" | "f64";
  readonly element: Element;
  readonly one: Floats;
  readonly vector: Floats;
}

export function floatOf(type: Float["type"], element: Element): Float {
  const lanes = type === "f32" ? "f32x4" : "f64x2";
  const one: Floats = {
    ...element.one,
    subtractProduct: (a, b, c) => op(`${type}.sub`, c, op(`${type}.mul`, a, b)),
    divide: (a, b) => op(`${type}.div`, a, b),
    spread: (x) => x,
  };
  const vector: Floats = {
    ...element.vector,
    subtractProduct: (a, b, c) =>
      element.fused
        ? op(`${lanes}.relaxed_nmadd`, a, b, c)
        : op(`${lanes}.sub`, c, op(`${lanes}.mul`, a, b)),
    divide: (a, b) => op(`${lanes}.div`, a, b),
    spread: (x) => op(`${lanes}.splat`, x),
  };
  return { type, element, one, vector };
}
