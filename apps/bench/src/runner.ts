import { Collection } from "./collect.ts";
import { BenchError } from "./errors.ts";
import type { Budget } from "./measure.ts";
import type { RunOptions } from "./options.ts";
import type { Request, Start } from "./protocol.ts";
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

/** A library, and how it is run. The first one is ours, against which the others are held. */
export interface Contender {
  readonly name: string;
  readonly start: Start;
}

/** What to measure of each. */
export type Choice = Pick<RunOptions, "suites" | "quick" | "rows" | "processes" | "threads">;

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
function plansOf({ suites: names, quick, rows: text, processes }: Choice): Plan[] {
  const plans = names.flatMap((suite) => {
    const rows = suites[suite]!(quick ? "quick" : "full").filter((r) => r.name.includes(text));
    const once = rows.some((row) => row.once);
    return rows.length > 0 ? [{ suite, rows, processes: once ? 1 : processes }] : [];
  });
  if (plans.length > 0) return plans;
  throw new BenchError(`no row of ${names.join(", ")} contains "${text}"; pass a part of a name`);
}

/** Runs suites, one after another. */
class Runner {
  readonly versions: Record<string, string> = {};
  readonly #settings: Pick<Request, "budget" | "threads">;
  readonly #listener: Listener;
  #contenders: readonly Contender[];

  constructor({ quick, threads }: Choice, contenders: readonly Contender[], listener: Listener) {
    this.#settings = { budget: BUDGETS[quick ? "quick" : "full"], threads };
    this.#contenders = contenders;
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
      const request = { rows: left, ...this.#settings };
      const outcome = await contender.start(request, (measured) => {
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

/** Measures a choice of rows; whoever calls it knows where it ran. */
export async function measure(
  choice: Choice,
  contenders: readonly Contender[],
  listener: Listener,
): Promise<Pick<Report, "versions" | "settings" | "results">> {
  const { quick, processes, threads } = choice;
  const plans = plansOf(choice);
  const runner = new Runner(choice, contenders, listener);
  const times = plans.reduce((sum, plan) => sum + plan.rows.length * plan.processes, 0);
  listener.begin(times * contenders.length);
  const results: Result[] = [];
  for (const plan of plans) results.push(...(await runner.suite(plan)));
  listener.end();
  const settings = { quick, processes, threads };
  return { versions: runner.versions, settings, results };
}
