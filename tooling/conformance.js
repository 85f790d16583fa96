/** The conformance suite on what is built, without a test runner: for versions of Node that the runner lacks. */
import "@cotangent/functional";
import { conformance } from "@cotangent/core/testing";

const tests = [];
const titles = [];
const it = (title, run) => tests.push({ title: [...titles, title].join(": "), run });
const describe = (title, body) => {
  titles.push(title);
  body();
  titles.pop();
};
conformance({ describe, it: Object.assign(it, { skip: () => {} }) });

let failed = 0;
for (const { title, run } of tests)
  try {
    await run();
  } catch (error) {
    failed++;
    console.error(`${title}\n${error.stack}\n`);
  }
console.log(`${tests.length - failed} passed, ${failed} failed in Node ${process.version}`);
process.exitCode = failed > 0 ? 1 : 0;
