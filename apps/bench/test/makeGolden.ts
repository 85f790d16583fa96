/**
 * Writes golden.json: what PyTorch computes in every row of every suite at its tiny size.
 *
 *     node --conditions=@cotangent/source apps/bench/test/makeGolden.ts
 */
import { writeFile } from "node:fs/promises";
import { contenders } from "../src/contenders.ts";
import { runProcess } from "../src/process.ts";
import { suites } from "../src/suites/index.ts";

const torch = contenders({ peers: ["torch"] })[1]!;
const lines: string[] = [];
for (const [name, suite] of Object.entries(suites)) {
  const request = { rows: suite("tiny"), budget: { time: 0, calls: 1 }, threads: 1 };
  const { versions, measured, complaint } = await runProcess(torch, request, () => {});
  if (versions === null) throw new Error(complaint);
  for (const { row, status, digest, message } of measured) {
    if (status === "failed") throw new Error(`${row}: ${message}`);
    if (status === "missing") console.warn(`${name} · ${row}: left out`);
    if (digest) lines.push(`${JSON.stringify(`${name} · ${row}`)}: ${JSON.stringify(digest)}`);
  }
}
await writeFile(`${import.meta.dirname}/golden.json`, `{\n${lines.join(",\n")}\n}\n`);
