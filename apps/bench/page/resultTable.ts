import { cellsOfOurs, hasNotes } from "../src/cells.ts";
import { OURS } from "../src/contenders.ts";
import type { Result } from "../src/report.ts";

function rowOf(tag: "th" | "td", [name, ...cells]: readonly string[]): HTMLTableRowElement {
  const row = document.createElement("tr");
  const head = document.createElement("th");
  head.textContent = name!;
  row.append(head);
  for (const text of cells) {
    const cell = document.createElement(tag);
    cell.textContent = text;
    row.append(cell);
  }
  return row;
}

/** The rows of a suite, as the terminal shows them. */
export function resultTable(suite: string, results: readonly Result[]): HTMLTableElement {
  const of = results.filter((r) => r.suite === suite);
  const columns = hasNotes(of) ? 2 : 1;
  const table = document.createElement("table");
  table.createTHead().append(rowOf("th", [suite, ...[OURS, ""].slice(0, columns)]));
  const body = table.createTBody();
  for (const result of of) {
    const row = rowOf("td", [result.row, ...cellsOfOurs(result).slice(0, columns)]);
    row.classList.toggle("bad", result.status !== "ok");
    body.append(row);
  }
  return table;
}
