import type { Report, Result } from "../src/report.ts";

/** A result of the row `add` of `ops`, but for what is given. */
export const result = (given: Partial<Result> = {}): Result => ({
  suite: "ops",
  row: "add",
  contender: "cotangent",
  status: "ok",
  times: [2, 3, 4],
  ...given,
});

export const report = (results: readonly Result[], given: Partial<Report> = {}): Report => ({
  version: 1,
  date: "2030-01-01T00:00:00.000Z",
  commit: "0123456789ab",
  machine: { cpu: "a processor", cores: 2, memoryGiB: 8, system: "an OS", load: [0.5, 1] },
  versions: { node: "v24.0.0", cotangent: "0.0.0" },
  settings: { quick: true, processes: 3, threads: 1 },
  results,
  ...given,
});
