// The part of mitata that runs anywhere.
import { measure } from "mitata/src/lib.mjs";
import { type Digest, digestOf } from "./digest.ts";
import type { Library, Prepared } from "./library.ts";
import type { Row } from "./row.ts";

/** How long to measure. */
export interface Budget {
  /** Of measuring one row in one process, in ms; as much goes to warming up before: compilers take their time. */
  readonly time: number;
  /** Calls at least, however long they take. */
  readonly calls: number;
}

/** What one process found out about one row. */
export interface Measured {
  readonly row: string;
  readonly status: "ok" | "missing" | "failed";
  /** µs of one call, or of one of its parts. */
  readonly time?: number;
  /** µs of the first call in the process and of reading its result, compilation included. */
  readonly first?: number;
  readonly digest?: Digest;
  readonly message?: string;
  readonly peakMiB?: number;
}

/** Calls for so many ms, until it is compiled; returns the shortest time of one. */
async function warm(prepared: Prepared, ms: number): Promise<number> {
  let fastest = Infinity;
  const start = performance.now();
  for (let now = start; now <= start + ms; ) {
    await prepared.call();
    const then = now;
    now = performance.now();
    fastest = Math.min(fastest, now - then);
  }
  return fastest;
}

/** A full collection before a row, where the engine offers one. */
function collector(): false | (() => void) {
  const { gc } = globalThis as { gc?: () => void };
  return gc === undefined ? false : () => gc();
}

/** ms below which calls are timed by the thousand: clocks are coarse, those of browsers 5 µs. */
const SHORT = 0.02;

/** The median of a process, in µs. */
async function medianTime(prepared: Prepared, { time, calls }: Budget): Promise<number> {
  const short = (await warm(prepared, time)) <= SHORT;
  const stats = await measure(() => prepared.call(), {
    min_cpu_time: time * 1e6,
    min_samples: calls,
    batch_samples: 1024,
    // Mitata would decide by one call, which may meet a collection.
    batch_threshold: short ? Infinity : -1,
    warmup_threshold: Infinity,
    gc: collector(),
  });
  return stats.p50 / 1000;
}

async function timeOf(prepared: Prepared, row: Row, budget: Budget): Promise<Measured> {
  const start = performance.now();
  const digest = digestOf(await prepared.read());
  const first = (performance.now() - start) * 1000;
  const time = row.once ? first : await medianTime(prepared, budget);
  return { row: row.name, status: "ok", time: time / (row.per ?? 1), first, digest };
}

/** Runs one row: its result first, then its time. */
export async function measureRow(
  library: Library,
  row: Row,
  budget: Budget,
  threads = 1,
): Promise<Measured> {
  try {
    await library.threads?.(row.threads ?? threads);
    const prepared = library.prepare(row);
    if (prepared === null) return { row: row.name, status: "missing" };
    return await timeOf(prepared, row, budget);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { row: row.name, status: "failed", message };
  }
}
