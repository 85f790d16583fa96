import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { build } from "esbuild";
import { rollup } from "rollup";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import webpack from "webpack";

// Uses one function of each entry module; the kernels come by a side effect.
const program = `import { tensor } from "@cotangent/core";
import { backendOf } from "@cotangent/core/extend";
import { jacobian } from "@cotangent/functional";
console.log(backendOf("cpu").name, JSON.stringify(jacobian((x) => x.mul(x), tensor([1, 2]))));`;

type Bundle = (entry: string, file: string) => Promise<unknown>;

const bundlers: Readonly<Record<string, Bundle>> = {
  esbuild: (entry, outfile) =>
    build({ entryPoints: [entry], outfile, bundle: true, format: "esm", minify: true }),
  rollup: async (entry, file) => {
    const bundle = await rollup({ input: entry, plugins: [nodeResolve()] });
    await bundle.write({ file, format: "esm" });
  },
  webpack: (entry, file) =>
    new Promise((resolve, reject) => {
      const output = { path: dirname(file), filename: basename(file) };
      webpack({ mode: "production", target: "node20", entry, output }, (error, stats) =>
        error || stats?.hasErrors()
          ? reject(error ?? new Error(stats?.toString()))
          : resolve(stats),
      );
    }),
};

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
      await bundle(join(folder, "program.mjs"), file);

      const printed = execFileSync(process.execPath, [file], { encoding: "utf8" });

      expect(printed).toBe("cpu-simd [[2,0],[0,4]]\n");
    });
});
