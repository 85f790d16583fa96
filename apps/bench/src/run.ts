import { contenders } from "./contenders.ts";
import { commit, load, machine } from "./machine.ts";
import type { RunOptions } from "./options.ts";
import { runProcess } from "./process.ts";
import type { Report } from "./report.ts";
import { type Listener, measure } from "./runner.ts";

/** Measures what the options ask for, in processes of Node and Python. */
export async function run(options: RunOptions, listener: Listener): Promise<Report> {
  const before = load();
  const began = { version: 1, date: new Date().toISOString(), commit: commit() } as const;
  const all = contenders(options).map((contender) => ({
    name: contender.name,
    start: runProcess.bind(null, contender),
  }));
  const { versions, settings, results } = await measure(options, all, listener);
  return {
    ...began,
    machine: machine(before, load()),
    versions: { node: process.version, ...versions },
    settings,
    results,
  };
}
