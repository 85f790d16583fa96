import Table from "cli-table3";
import { showRatio, showSpread } from "./cells.ts";
import type { Report, Result } from "./report.ts";
import { spreadOf } from "./statistics.ts";
import { PLAIN } from "./table.ts";

/** A row of two reports. */
export interface Change {
  readonly name: string;
  readonly before: Result;
  readonly after: Result;
  /** Time before over time after: above 1 it became faster. */
  readonly speedup: number;
  /** Whether the middle halves of both samples lie apart, so that it is more than noise. */
  readonly clear: boolean;
}

const nameOf = ({ suite, row, contender }: Result): string => `${suite} · ${row} · ${contender}`;

const measured = (r: Result): boolean => r.times.length > 0;

/** What both reports measured, in the order of the second. */
export function changes(before: Report, after: Report): readonly Change[] {
  const old = new Map(before.results.filter(measured).map((r) => [nameOf(r), r]));
  return after.results.filter(measured).flatMap((result) => {
    const name = nameOf(result);
    const was = old.get(name);
    if (was === undefined) return [];
    const [a, b] = [spreadOf(was.times), spreadOf(result.times)];
    const clear = a.high < b.low || b.high < a.low;
    return [{ name, before: was, after: result, speedup: a.median / b.median, clear }];
  });
}

/** What keeps two reports from being compared fairly. */
export function cautions(before: Report, after: Report): readonly string[] {
  const differ = (what: string, a: unknown, b: unknown): string[] =>
    String(a) === String(b) ? [] : [`${what} differ: ${String(a)} and ${String(b)}`];
  const { machine: m, settings: s, versions: v } = before;
  return [
    ...differ("processors", m.cpu, after.machine.cpu),
    ...differ("versions of Node", v.node, after.versions.node),
    ...differ("sizes", s.quick ? "quick" : "full", after.settings.quick ? "quick" : "full"),
    ...differ("threads", s.threads, after.settings.threads),
    ...(changes(before, after).length > 0 ? [] : ["no row was measured in both"]),
  ];
}

/** The changes as a table; those that noise may explain are marked. */
export function compareTable(before: Report, after: Report): string {
  const named = (which: string, { commit }: Report) => (commit ? `${which}: ${commit}` : which);
  const head = ["row", named("before", before), named("after", after), "speed-up", ""];
  const table = new Table({ head, ...PLAIN });
  for (const { name, before: a, after: b, speedup, clear } of changes(before, after))
    table.push([
      name,
      showSpread(a.times),
      showSpread(b.times),
      showRatio(speedup),
      clear ? "" : "within noise",
    ]);
  return table.toString();
}
