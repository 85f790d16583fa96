import type { DType } from "@cotangent/core";
import type { HostArray } from "@cotangent/core/extend";

/**
 * Writes, for each value, words that sort as the values do: equal ones have equal words, and NaN comes
 * last. `low` is there for dtypes of eight bytes only.
 */
export type Keys = (values: HostArray, high: Uint32Array, low: Uint32Array) => void;

const SIGN = 0x80000000;

/** Bits of a float as an integer that grows with it. */
const ordered = (bits: number): number => (bits & SIGN ? ~bits : bits | SIGN) >>> 0;

const floatKeys: Keys = (values, high) => {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    high[i] = x === 0 ? SIGN : x === x ? ordered(bits[i]!) : 0xffffffff;
  }
};

const doubleKeys: Keys = (values, high, low) => {
  const bits = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    const top = bits[2 * i + 1]!;
    const bottom = bits[2 * i]!;
    high[i] = x === 0 ? SIGN : x === x ? ordered(top) : 0xffffffff;
    low[i] = x === 0 ? 0 : x === x ? (top & SIGN ? ~bottom : bottom) : 0xffffffff;
  }
};

const integerKeys: Keys = (values, high) => {
  for (let i = 0; i < values.length; i++) high[i] = values[i]! ^ SIGN;
};

export const KEYS: { readonly [D in DType]: Keys } = {
  float32: floatKeys,
  float64: doubleKeys,
  int32: integerKeys,
  bool: integerKeys,
};
