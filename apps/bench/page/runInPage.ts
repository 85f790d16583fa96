import { OURS } from "../src/contenders.ts";
import type { Machine, Report } from "../src/report.ts";
import { type Choice, type Listener, measure } from "../src/runner.ts";
import { startWorker } from "./startWorker.ts";

/** Vite puts the commit here. */
declare const COMMIT: string | null;

/** What Chromium alone tells. */
interface Told {
  readonly deviceMemory?: number;
}

const machine = (): Machine => ({
  cpu: "unknown",
  cores: navigator.hardwareConcurrency,
  memoryGiB: (navigator as Told).deviceMemory ?? null,
  system: navigator.platform,
  load: null,
});

/** Measures a choice of rows in workers of the page, without peers. */
export async function runInPage(
  choice: Choice,
  listener: Listener,
  signal: AbortSignal,
): Promise<Report> {
  const date = new Date().toISOString();
  const ours = { name: OURS, start: startWorker(signal) };
  const { versions, settings, results } = await measure(choice, [ours], listener);
  return {
    version: 1,
    date,
    commit: COMMIT,
    machine: machine(),
    versions: { browser: navigator.userAgent, ...versions },
    settings,
    results,
  };
}
