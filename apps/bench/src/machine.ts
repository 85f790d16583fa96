import { execFileSync } from "node:child_process";
import { arch, cpus, loadavg, release, totalmem, type } from "node:os";
import type { Machine } from "./report.ts";

/** How busy the machine was in the last minute. */
export const load = (): number => Math.round(loadavg()[0]! * 100) / 100;

/** This machine, with its load before and after. */
export const machine = (before: number, after: number): Machine => ({
  cpu: cpus()[0]?.model.trim() || "unknown",
  cores: Math.max(1, cpus().length),
  memoryGiB: Math.round(totalmem() / 2 ** 27) / 8,
  system: `${type()} ${release()} ${arch()}`,
  load: [before, after],
});

/** The commit that is measured; null outside of a repository. */
export function commit(): string | null {
  try {
    const options = { encoding: "utf8", cwd: import.meta.dirname } as const;
    return execFileSync("git", ["describe", "--always", "--dirty", "--abbrev=12"], options).trim();
  } catch {
    return null;
  }
}
