/** `pnpm bench`: see the README. */
import { writeFile } from "node:fs/promises";
import { Presets, SingleBar } from "cli-progress";
import { judge } from "./bars.ts";
import { cautions, compareTable } from "./compare.ts";
import { OURS } from "./contenders.ts";
import { BenchError } from "./errors.ts";
import { HELP, parseCommand, type RunOptions } from "./options.ts";
import { expectWritable, type Report, type Result, readReport } from "./report.ts";
import { run } from "./run.ts";
import type { Listener } from "./runner.ts";
import { barTable, failures, suiteTable } from "./table.ts";

/** A bar on standard error, where it is a terminal. */
function progress(): Listener {
  const format = "{bar} {percentage} % | {eta_formatted} left | {doing}";
  const bar = new SingleBar({ format, hideCursor: true, etaBuffer: 50 }, Presets.shades_classic);
  const notes: string[] = [];
  return {
    begin: (total) => bar.start(total, 0, { doing: "" }),
    advance: (rows, doing) => bar.increment(rows, { doing }),
    note: (line) => notes.push(line),
    end: () => {
      bar.stop();
      notes.forEach((line) => {
        console.log(line);
      });
    },
  };
}

function print({ machine, versions, commit, settings, results }: Report): void {
  const of = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const load = machine.load?.join(" to ");
  console.log(`\n${machine.cpu}, ${machine.cores} cores, ${machine.system}, load ${load}`);
  console.log(
    `commit ${commit ?? "unknown"}; ${of.join(", ")}; ${settings.threads} thread${settings.threads > 1 ? "s" : ""}`,
  );
  for (const suite of new Set(results.map((r) => r.suite))) {
    console.log(suiteTable(suite, results));
  }
  if (results.some((r) => r.contender !== OURS))
    console.log("A peer's figure is its time over ours: above 1× we are faster.");
  failures(results).forEach((line) => {
    console.log(line);
  });
}

/** The first call in place of the others. */
const firstCall = (result: Result): Result => ({
  ...result,
  times: result.first === undefined ? [] : [result.first],
});

function check(report: Report): void {
  const verdicts = judge(report);
  console.log(barTable(verdicts));
  if (verdicts.some((v) => v.reached !== null && !v.ok)) process.exitCode = 1;
}

async function runAndPrint(options: RunOptions): Promise<void> {
  if (options.json !== null) await expectWritable(options.json);
  const report = await run(options, progress());
  print(options.first ? { ...report, results: report.results.map(firstCall) } : report);
  if (options.check) check(report);
  if (options.json !== null) await writeFile(options.json, `${JSON.stringify(report, null, 1)}\n`);
}

async function compare(before: string, after: string): Promise<void> {
  const [a, b] = [await readReport(before), await readReport(after)];
  cautions(a, b).forEach((line) => {
    console.log(line);
  });
  console.log(compareTable(a, b));
}

async function main(args: readonly string[]): Promise<void> {
  const command = parseCommand(args);
  if (command.command === "help") console.log(HELP);
  else if (command.command === "compare") await compare(command.before, command.after);
  else await runAndPrint(command.options);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
