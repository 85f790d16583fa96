import { appendFile, readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import schema from "../report.schema.json" with { type: "json" };
import { BenchError } from "./errors.ts";

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

/** Null where a page is not told. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number | null;
  readonly system: string;
  readonly load: readonly [before: number, after: number] | null;
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

/** A report, or a BenchError that says where it differs from the schema. */
export function checkReport(name: string, report: unknown): Report {
  if (isReport(report)) return report;
  const where = ajv.errorsText(isReport.errors, { dataVar: "report" });
  throw new BenchError(`${name} is not a report: ${where}; write one with --json`);
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BenchError(`${name} is no JSON; write a report with --json`);
  }
}

/**
 * Before a long run: whether its report can be written.
 *
 * @throws BenchError where it cannot.
 */
export async function expectWritable(path: string): Promise<void> {
  try {
    await appendFile(path, "");
  } catch (error) {
    const [why] = (error as Error).message.split(",");
    throw new BenchError(`cannot write ${path}: ${why}; pass a file in a folder there is`);
  }
}

/** The report in a file. */
export async function readReport(path: string): Promise<Report> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const [why] = (error as Error).message.split(",");
    throw new BenchError(`cannot read ${path}: ${why}; write one with --json`);
  }
  return checkReport(path, parsed(path, text));
}
