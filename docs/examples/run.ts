/** The tour: runs every example and prints a line for each; `--markdown` prints the README's table. */
import { writeFileSync } from "node:fs";
import { agrees, examples, markdown, measure, printed, within } from "./tour.ts";

const rows = Object.entries(examples).map(([name, example]) => measure(name, example));

for (const example of Object.values(examples)) {
  if (!example.drawing || !example.draw) continue;
  writeFileSync(new URL(example.drawing, import.meta.url), within(example, example.draw));
}

if (process.argv.includes("--markdown")) {
  console.log(markdown(rows));
} else {
  console.log(`\n${printed(rows)}`);
  console.log(`\n${rows.filter(agrees).length} of ${rows.length} examples are as expected`);
}
if (!rows.every(agrees)) process.exitCode = 1;
