/** The page: a form, and what came of it. */
import type { Report } from "../src/report.ts";
import type { Choice, Listener } from "../src/runner.ts";
import { suites } from "../src/suites/index.ts";
import { resultTable } from "./resultTable.ts";
import { runInPage } from "./runInPage.ts";

const find = <E extends HTMLElement>(selector: string): E => document.querySelector<E>(selector)!;

const form = find<HTMLFormElement>("#choice");
const stop = find<HTMLButtonElement>("#stop");
const progress = find<HTMLElement>("#progress");
const failure = find<HTMLElement>("#error");
const results = find<HTMLElement>("#results");
const exports = [find<HTMLButtonElement>("#copy"), find<HTMLButtonElement>("#save")] as const;

let report: Report | null = null;
let current = new AbortController();

const jsonOf = (): string => JSON.stringify(report, null, 1);

function suiteBox(name: string): HTMLLabelElement {
  const box = Object.assign(document.createElement("input"), {
    type: "checkbox",
    name: "suite",
    value: name,
    checked: name === "ops",
  });
  const label = document.createElement("label");
  label.append(box, ` ${name}`);
  return label;
}

function choice(): Choice {
  const data = new FormData(form);
  const quick = data.get("size") === "quick";
  const chosen = data.getAll("suite").map(String);
  return {
    suites: chosen.length > 0 ? chosen : Object.keys(suites),
    rows: String(data.get("rows")),
    quick,
    processes: quick ? 3 : 9,
    threads: 1,
  };
}

function say(line: string): void {
  failure.textContent = line;
  failure.hidden = line === "";
}

function listener(): Listener {
  const bar = progress.querySelector("progress")!;
  const text = progress.querySelector("output")!;
  return {
    begin: (total) => Object.assign(bar, { max: total, value: 0 }),
    advance: (rows, doing) => {
      bar.value += rows;
      text.textContent = doing;
    },
    note: say,
    end: () => {},
  };
}

function show(given: Report | null): void {
  report = given;
  const names = [...new Set(given?.results.map((r) => r.suite))];
  results.replaceChildren(...names.map((name) => resultTable(name, given!.results)));
  for (const button of exports) button.disabled = given === null;
}

function busy(on: boolean): void {
  find<HTMLButtonElement>("#run").disabled = on;
  stop.disabled = !on;
  progress.hidden = !on;
}

async function run(): Promise<void> {
  current = new AbortController();
  say("");
  show(null);
  busy(true);
  try {
    show(await runInPage(choice(), listener(), current.signal));
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
  busy(false);
}

async function copy(): Promise<void> {
  const [button] = exports;
  try {
    await navigator.clipboard.writeText(jsonOf());
    button.textContent = "Copied";
    setTimeout(() => Object.assign(button, { textContent: "Copy JSON" }), 1500);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}

function save(): void {
  const href = URL.createObjectURL(new Blob([jsonOf()], { type: "application/json" }));
  const download = `bench-${report!.date.slice(0, 10)}.json`;
  Object.assign(document.createElement("a"), { href, download }).click();
  URL.revokeObjectURL(href);
}

find("#suites").append(...Object.keys(suites).map(suiteBox));
find("#place").textContent =
  `${navigator.hardwareConcurrency} cores, ${crossOriginIsolated ? "" : "not "}cross-origin isolated`;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void run();
});
stop.addEventListener("click", () => current.abort(new Error("stopped")));
exports[0].addEventListener("click", copy);
exports[1].addEventListener("click", save);
