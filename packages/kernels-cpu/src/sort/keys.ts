import type { DType } from "@cotangent/core";
import type { HostArray } from "@cotangent/core/extend";

/**
 * Writes, for each value, words that sort as the values do, the lower word first: equal values have
 * equal words, and NaN comes last.
 */
export type Keys = (values: HostArray, words: readonly Int32Array[]) => void;

const SIGN = 1 << 31;
/** All bits: the last of the words, which count as unsigned. */
const LAST = -1;

/** Bits of a float as an integer that grows with it. */
const ordered = (bits: number): number => (bits < 0 ? ~bits : bits | SIGN);

const floatKeys: Keys = (values, words) => {
  const high = words[0]!;
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    high[i] = x === 0 ? SIGN : x === x ? ordered(bits[i]!) : LAST;
  }
};

const doubleKeys: Keys = (values, words) => {
  const [low, high] = words as [Int32Array, Int32Array];
  const bits = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
  for (let i = 0; i < values.length; i++) {
    const x = values[i]!;
    const top = bits[2 * i + 1]!;
    const bottom = bits[2 * i]!;
    high[i] = x === 0 ? SIGN : x === x ? ordered(top) : LAST;
    low[i] = x === 0 ? 0 : x === x ? (top < 0 ? ~bottom : bottom) : LAST;
  }
};

const integerKeys: Keys = (values, words) => {
  const key = words[0]!;
  for (let i = 0; i < values.length; i++) key[i] = values[i]! ^ SIGN;
};

export const KEYS: { readonly [D in DType]: Keys } = {
  float32: floatKeys,
  float64: doubleKeys,
  int32: integerKeys,
  bool: integerKeys,
};
