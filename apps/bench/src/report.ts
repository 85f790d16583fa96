import { readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import schema from "../report.schema.json" with { type: "json" };

/** What happened to a row in one contender; times are the medians of its processes, in µs. */
export interface Result {
  readonly suite: string;
  readonly row: string;
  readonly contender: string;
  readonly status: "ok" | "wrong" | "failed" | "missing";
  readonly times: readonly number[];
  readonly first?: number;
  readonly flop?: number;
  readonly difference?: number | null;
  readonly message?: string;
  readonly peakMiB?: number;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly load: readonly [before: number, after: number];
}

/** A whole run; report.schema.json describes each field. */
export interface Report {
  readonly version: 1;
  readonly date: string;
  readonly commit: string | null;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly settings: {
    readonly quick: boolean;
    readonly processes: number;
    readonly threads: number;
  };
  readonly results: readonly Result[];
}

const ajv = new Ajv2020();
const isReport = ajv.compile<Report>(schema);

/** A report, or an Error that says where it differs from the schema. */
export function checkReport(name: string, report: unknown): Report {
  if (isReport(report)) return report;
  const where = ajv.errorsText(isReport.errors, { dataVar: "report" });
  throw new Error(`bench: ${name} is not a report: ${where}; write one with --json`);
}

/** The report in a file. */
export async function readReport(path: string): Promise<Report> {
  return checkReport(path, JSON.parse(await readFile(path, "utf8")));
}
