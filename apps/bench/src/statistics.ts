/** A sample of times, put in order. */
export interface Spread {
  readonly median: number;
  /** The quartiles, between which half of the sample lies. */
  readonly low: number;
  readonly high: number;
}

/** The value below which a fraction q of the sample lies, between neighbours in proportion. */
export function quantile(sample: readonly number[], q: number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

/** Median and quartiles. */
export const spreadOf = (sample: readonly number[]): Spread => ({
  median: quantile(sample, 0.5),
  low: quantile(sample, 0.25),
  high: quantile(sample, 0.75),
});
