import Table, { type TableConstructorOptions } from "cli-table3";
import type { Verdict } from "./bars.ts";
import { cellsOfOurs, hasNotes, medianOf, showRatio, showTime, showWrong } from "./cells.ts";
import { OURS } from "./contenders.ts";
import type { Result } from "./report.ts";

/** The peer's time over ours: above 1 we are faster. */
function peer(result: Result | undefined, mine: Result | undefined): string {
  if (result === undefined || result.status === "missing") return "–";
  if (result.status === "failed") return "failed";
  const time = showTime(medianOf(result));
  if (result.status === "wrong") return showWrong(result);
  if (mine?.status !== "ok") return time;
  return `${showRatio(medianOf(result) / medianOf(mine))} (${time})`;
}

/** No colours, and no lines between rows. */
export const PLAIN: TableConstructorOptions = {
  style: { head: [], border: [] },
  chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
};

/** The rows of a suite, with a column for each peer. */
export function suiteTable(suite: string, results: readonly Result[]): string {
  const of = results.filter((r) => r.suite === suite);
  const peers = [...new Set(of.map((r) => r.contender))].filter((name) => name !== OURS);
  const noted = hasNotes(of);
  const table = new Table({ head: [suite, OURS, ...(noted ? [""] : []), ...peers], ...PLAIN });
  for (const row of new Set(of.map((r) => r.row))) {
    const find = (name: string) => of.find((r) => r.row === row && r.contender === name);
    const mine = find(OURS);
    const ours = cellsOfOurs(mine).slice(0, noted ? 2 : 1);
    table.push([row, ...ours, ...peers.map((name) => peer(find(name), mine))]);
  }
  return table.toString();
}

/** Why peers failed: a line for each reason. */
export function failures(results: readonly Result[]): readonly string[] {
  const reasons = new Map<string, string[]>();
  for (const { status, contender, message = "", row } of results) {
    if (status !== "failed" || contender === OURS) continue;
    const reason = `${contender} failed: ${message.split("\n")[0]}`;
    reasons.set(reason, [...(reasons.get(reason) ?? []), row]);
  }
  return [...reasons].map(([reason, [first, ...more]]) =>
    more.length > 0 ? `${reason} (${first}, and ${more.length} more)` : `${reason} (${first})`,
  );
}

function showBar({ bar, reached, ok }: Verdict): string[] {
  const { suite, row, atMost, atLeast, than, thanRow, aged } = bar;
  const show = atMost === undefined ? showRatio : showTime;
  const goal =
    atLeast === undefined ? `at most ${show(atMost ?? aged!)}` : `at least ${show(atLeast)}`;
  const against = than?.join(", ") ?? thanRow ?? (aged === undefined ? "" : "a fresh process");
  return [`${suite} · ${row}`, goal, against, show(reached!), ok ? "" : "missed"];
}

/** The bars that were measured, and how many were not. */
export function barTable(verdicts: readonly Verdict[]): string {
  const table = new Table({ head: ["row", "bar", "held against", "reached", ""], ...PLAIN });
  const measured = verdicts.filter((v) => v.reached !== null);
  table.push(...measured.map(showBar));
  const missed = measured.filter((v) => !v.ok).length;
  const rest = verdicts.length - measured.length;
  const shown = measured.length > 0 ? `${table.toString()}\n` : "";
  return `${shown}${measured.length} measured, ${missed} missed, ${rest} not measured`;
}
