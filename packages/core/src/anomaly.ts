import { checkSync, type Sync } from "./level.ts";

/** Whether nodes remember where they were made, and derivatives are searched for NaN. */
export const tracing = {
  on: false,
  here(): string {
    const lines = (new Error().stack ?? "").split("\n").slice(1);
    const own = /[\\/]core[\\/](src|dist)[\\/]/;
    return lines.filter((line) => !own.test(line)).join("\n");
  },
};

/**
 * Runs `f` (forward and backward) and throws a GradError at the first op whose derivative is NaN; the
 * message holds the place where that op was called.
 *
 * @example detectAnomaly(() => x.sqrt().mul(0).sum().backward());
 */
export function detectAnomaly<T>(f: () => T & Sync<T>): T {
  const outer = tracing.on;
  tracing.on = true;
  try {
    return checkSync<T>("detectAnomaly", f());
  } finally {
    tracing.on = outer;
  }
}
