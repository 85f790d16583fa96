import { hash } from "./inputs.ts";

/** What is left of a result when it is compared between processes. */
export interface Digest {
  readonly size: number;
  /** The root of the mean square; null where it is no finite number. */
  readonly rms: number | null;
  /** The sum with a random sign for each place, over √size: it sees elements that changed places. */
  readonly mixed: number | null;
  /** Evenly spread elements. */
  readonly sample: readonly (number | null)[];
}

const SAMPLES = 61;

/** Null for what JSON has no number for. */
const finite = (x: number): number | null => (Number.isFinite(x) ? x : null);

/** The digest of a result's arrays, one after another. */
export function digestOf(arrays: readonly ArrayLike<number>[]): Digest {
  const all = arrays.flatMap((a) => Array.from(a));
  const square = all.reduce((sum, x) => sum + x * x, 0);
  const mixed = all.reduce((sum, x, i) => (hash(i) % 2 === 0 ? sum + x : sum - x), 0);
  const size = Math.max(1, all.length);
  const count = Math.min(SAMPLES, all.length);
  const sample = Array.from({ length: count }, (_, i) =>
    finite(all[Math.floor((i * all.length) / count)]!),
  );
  return {
    size: all.length,
    rms: finite(Math.sqrt(square / size)),
    mixed: finite(mixed / Math.sqrt(size)),
    sample,
  };
}

const between = (x: number | null, y: number | null): number => {
  if (x === null || y === null) return x === y ? 0 : Infinity;
  return Math.abs(x - y) / Math.max(1, Math.abs(x) + Math.abs(y));
};

/** The largest |x − y| / max(1, |x| + |y|), as ADBench measures it; Infinity for another size. */
export function difference(a: Digest, b: Digest): number {
  if (a.size !== b.size) return Infinity;
  const pairs = a.sample.map((x, i) => between(x, b.sample[i]!));
  return Math.max(between(a.rms, b.rms), between(a.mixed, b.mixed), ...pairs);
}
