import type { ScalarType } from "@cotangent/core/extend";
import { Lanes, type LanesOptions } from "../math/lanes.ts";
import { type Code, type Local, set, type Value, v128const } from "../wasm/code.ts";
import type { Scope } from "../wasm/module.ts";

/** Elements in a vector: two as soon as a float64 is among them. */
export type LaneCount = 2 | 4;

/**
 * A body that works on vectors. Elements fill the lanes from the first on: a float32 beside float64 uses
 * two of four. A bool is a mask as wide as the lanes are when there are `lanes` of them.
 */
export class Body {
  readonly lanes: LaneCount;
  readonly scope: Scope;
  readonly #options: LanesOptions;
  /** What the value of an expression needs to be run before it. */
  readonly code: Code[] = [];
  readonly #hoisted: Code[] = [];
  readonly #constants = new Map<string, Local>();
  readonly #math: { f32x4?: Lanes; f64x2?: Lanes } = {};

  constructor(lanes: LaneCount, options: LanesOptions) {
    this.lanes = lanes;
    this.scope = options.scope;
    this.#options = options;
  }

  /** Belongs ahead of the loop; complete once all is written. */
  get before(): Code {
    return [this.#hoisted, this.#math.f32x4?.constants ?? [], this.#math.f64x2?.constants ?? []];
  }

  /** A value that is computed here and used more than once. */
  hold(x: Value): Local {
    const local = this.scope.local(x.type);
    this.code.push(set(local, x));
    return local;
  }

  /** A number in all lanes; a mask, of a bool. */
  constant(value: number, type: ScalarType): Local {
    const bytes = pattern(value, type);
    const key = bytes.join();
    let local = this.#constants.get(key);
    if (local === undefined) {
      this.#constants.set(key, (local = this.scope.local("v128")));
      this.#hoisted.push(set(local, v128const(bytes)));
    }
    return local;
  }

  /** Writes float code in this body. */
  math(format: "f32x4" | "f64x2"): Lanes {
    return (this.#math[format] ??= new Lanes(format, format === "f32x4" ? 24 : 53, this.#options));
  }
}

const PATTERNS: {
  readonly [T in ScalarType]: (value: number) => ArrayLike<number> & ArrayBufferView;
} = {
  float32: (value) => new Float32Array(4).fill(value),
  float64: (value) => new Float64Array(2).fill(value),
  int32: (value) => new Int32Array(4).fill(value),
  uint32: (value) => new Uint32Array(4).fill(value),
  bool: (value) => new Int32Array(4).fill(-value),
};

const pattern = (value: number, type: ScalarType): Uint8Array =>
  new Uint8Array(PATTERNS[type](value).buffer);

/** Bytes of an element in memory. */
export const BYTES_OF: { readonly [T in ScalarType]: 1 | 4 | 8 } = {
  float32: 4,
  float64: 8,
  int32: 4,
  uint32: 4,
  bool: 1,
};
