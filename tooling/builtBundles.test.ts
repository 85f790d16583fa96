import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundlers } from "./bundlers.ts";

// Uses one function of each entry module; the kernels come by a side effect.
const program = `import { tensor } from "@cotangent/core";
import { backendOf } from "@cotangent/core/extend";
import { jacobian } from "@cotangent/functional";
console.log(backendOf("cpu").name, JSON.stringify(jacobian((x) => x.mul(x), tensor([1, 2]))));`;

// Bundles what is published, so it runs after the build, in CI.
describe.runIf(process.env.COTANGENT_BUILT)("a bundle of a two-line program", () => {
  let folder: string;
  beforeAll(() => {
    // Inside of the workspace, so that the packages resolve.
    folder = mkdtempSync(fileURLToPath(new URL("./bundle-", import.meta.url)));
    writeFileSync(join(folder, "program.mjs"), program);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  for (const [name, bundle] of Object.entries(bundlers))
    it(`by ${name} runs on the kernels`, async () => {
      const file = join(folder, `${name}.mjs`);
      await bundle(join(folder, "program.mjs"), file, "node");

      const printed = execFileSync(process.execPath, [file], { encoding: "utf8" });

      expect(printed).toBe("cpu-simd [[2,0],[0,4]]\n");
    });
});
