import { OURS } from "./contenders.ts";
import type { Result } from "./report.ts";
import { spreadOf } from "./statistics.ts";

/** Three digits and a unit, of a time in µs. */
export function showTime(us: number): string {
  const [value, unit] =
    us < 1
      ? [us * 1e3, "ns"]
      : us < 1e3
        ? [us, "µs"]
        : us < 1e6
          ? [us / 1e3, "ms"]
          : [us / 1e6, "s"];
  return `${value >= 999.5 ? value.toFixed(0) : value.toPrecision(3)} ${unit}`;
}

/** How often it fits: 2.00× is half the time. */
export const showRatio = (ratio: number): string =>
  `${ratio >= 100 ? ratio.toFixed(0) : ratio.toPrecision(3)}×`;

/** A median and, as a share of it, how far apart the quartiles are. */
export function showSpread(times: readonly number[]): string {
  const { median, low, high } = spreadOf(times);
  const width = Math.round(((high - low) / 2 / median) * 100);
  return times.length > 1 ? `${showTime(median)} ±${width} %` : showTime(median);
}

/** In µs. */
export const medianOf = (result: Result): number => spreadOf(result.times).median;

/** How far a result is from what is taken for right. */
export const showWrong = (result: Result): string =>
  `wrong by ${result.difference?.toExponential(0) ?? "∞"} (${showTime(medianOf(result))})`;

/** What our time shows beside: a rate where there are many operations, and memory where it counts. */
export function cellsOfOurs(result: Result | undefined): string[] {
  if (result === undefined) return ["", ""];
  if (result.status === "wrong") return [showWrong(result), ""];
  if (result.status !== "ok") return [result.status, result.message ?? ""];
  const rate = result.flop && `${(result.flop / medianOf(result) / 1e3).toPrecision(3)} GFLOP/s`;
  const peak = result.peakMiB && `${result.peakMiB} MiB`;
  return [showSpread(result.times), rate || peak || ""];
}

/** Whether any of our rows has something to show beside its time. */
export const hasNotes = (results: readonly Result[]): boolean =>
  results.some((r) => r.contender === OURS && cellsOfOurs(r)[1] !== "");
