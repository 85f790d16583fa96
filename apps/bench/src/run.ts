import { Collection } from "./collect.ts";
import { type Contender, contenders } from "./contenders.ts";
import { commit, load, machine } from "./machine.ts";
import type { Budget } from "./measure.ts";
import type { RunOptions } from "./options.ts";
import { runProcess } from "./process.ts";
import type { Report, Result } from "./report.ts";
import type { Row } from "./row.ts";
import { suites } from "./suites/index.ts";

/** Who is told how far a run is. */
export interface Listener {
  /** There are so many rows to measure, over all processes. */
  begin(total: number): void;
  /** These are done; what is measured now. */
  advance(rows: number, doing: string): void;
  /** A line for the reader. */
  note(line: string): void;
  end(): void;
}

const THREADS = 1;
const BUDGETS: { readonly [M in "quick" | "full"]: Budget } = {
  quick: { time: 40, calls: 2 },
  full: { time: 200, calls: 5 },
};

interface Plan {
  readonly suite: string;
  readonly rows: readonly Row[];
  readonly processes: number;
}

/** Rows that are called once get a process each, and no repeats. */
function plansOf({ suites: names, quick, rows: text, processes }: RunOptions): Plan[] {
  return names.flatMap((suite) => {
    const rows = suites[suite]!(quick ? "quick" : "full").filter((r) => r.name.includes(text));
    const once = rows.some((row) => row.once);
    return rows.length > 0 ? [{ suite, rows, processes: once ? 1 : processes }] : [];
  });
}

/** Runs suites, one after another. */
class Runner {
  readonly versions: Record<string, string> = { node: process.version };
  readonly #budget: Budget;
  readonly #listener: Listener;
  #contenders: readonly Contender[];

  constructor(options: RunOptions, listener: Listener) {
    this.#budget = BUDGETS[options.quick ? "quick" : "full"];
    this.#contenders = contenders(options);
    this.#listener = listener;
  }

  async suite({ suite, rows, processes }: Plan): Promise<Result[]> {
    const names = this.#contenders.map((c) => c.name);
    const collection = new Collection(suite, rows, names);
    const groups = rows.some((row) => row.once) ? rows.map((row) => [row]) : [rows];
    for (let round = 0; round < processes; round++)
      for (const contender of this.#contenders)
        for (const group of groups) await this.#run(contender, group, collection);
    return collection.results();
  }

  /** One process; after a crash another one for the rows behind the row that caused it. */
  async #run(contender: Contender, rows: readonly Row[], collection: Collection): Promise<void> {
    let left = rows.filter((row) => collection.runs(contender.name, row));
    this.#listener.advance(rows.length - left.length, contender.name);
    while (left.length > 0 && this.#contenders.includes(contender)) {
      const request = { rows: left, budget: this.#budget, threads: THREADS };
      const outcome = await runProcess(contender, request, (measured) => {
        collection.add(contender.name, measured);
        this.#listener.advance(1, `${contender.name}: ${measured.row}`);
      });
      if (outcome.versions === null) this.#skip(contender, outcome.complaint);
      else Object.assign(this.versions, outcome.versions);
      const crashed = left[outcome.measured.length];
      left = left.slice(outcome.measured.length + 1);
      if (crashed === undefined || outcome.versions === null) return;
      const message = outcome.complaint || "the process ended";
      collection.add(contender.name, { row: crashed.name, status: "failed", message });
      this.#listener.advance(1, contender.name);
    }
  }

  #skip(contender: Contender, complaint: string): void {
    this.#listener.note(`${contender.name}: skipped: ${complaint || "it did not start"}`);
    this.#contenders = this.#contenders.filter((c) => c !== contender);
  }
}

/** Measures what the options ask for. */
export async function run(options: RunOptions, listener: Listener): Promise<Report> {
  const before = load();
  const began = { date: new Date().toISOString(), commit: commit() };
  const plans = plansOf(options);
  const runner = new Runner(options, listener);
  const processes = (plan: Plan): number => plan.processes * contenders(options).length;
  listener.begin(plans.reduce((sum, plan) => sum + plan.rows.length * processes(plan), 0));
  const results: Result[] = [];
  for (const plan of plans) results.push(...(await runner.suite(plan)));
  listener.end();
  const { quick } = options;
  return {
    version: 1,
    ...began,
    machine: machine(before, load()),
    versions: runner.versions,
    settings: { quick, processes: options.processes, threads: THREADS },
    results,
  };
}
