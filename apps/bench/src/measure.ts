import { measure } from "mitata";
import { type Digest, digestOf } from "./digest.ts";
import type { Library, Prepared } from "./library.ts";
import type { Row } from "./row.ts";

/** How long to measure. */
export interface Budget {
  /** Of measuring one row in one process, in ms; a third of it goes to warming up before. */
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

/** Until it is compiled. */
async function warm(prepared: Prepared, ms: number): Promise<void> {
  const end = performance.now() + ms;
  do await prepared.call();
  while (performance.now() < end);
}

/** A full collection before a row, where the engine offers one. */
function collector(): false | (() => void) {
  const { gc } = globalThis as { gc?: () => void };
  return gc === undefined ? false : () => gc();
}

/** The median of a process, in µs. Calls of up to 20 µs are timed by the thousand: clocks are coarser. */
async function medianTime(prepared: Prepared, { time, calls }: Budget): Promise<number> {
  await warm(prepared, time / 3);
  const stats = await measure(() => prepared.call(), {
    min_cpu_time: time * 1e6,
    min_samples: calls,
    batch_samples: 1024,
    batch_threshold: 20_000,
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
export async function measureRow(library: Library, row: Row, budget: Budget): Promise<Measured> {
  try {
    const prepared = library.prepare(row);
    if (prepared === null) return { row: row.name, status: "missing" };
    return await timeOf(prepared, row, budget);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { row: row.name, status: "failed", message };
  }
}
