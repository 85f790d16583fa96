import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { build } from "esbuild";
import { rollup } from "rollup";
import { afterAll, describe, expect, it } from "vitest";
import webpack from "webpack";

const folder = mkdtempSync(fileURLToPath(new URL("./bundle-", import.meta.url)));
const entry = join(folder, "program.mjs");
afterAll(() => rmSync(folder, { recursive: true }));

// Uses one function of each entry module; the kernels come by a side effect.
writeFileSync(
  entry,
  `import { tensor } from "@cotangent/core";
import { backendOf } from "@cotangent/core/extend";
import { jacobian } from "@cotangent/functional";
console.log(backendOf("cpu").name, JSON.stringify(jacobian((x) => x.mul(x), tensor([1, 2]))));`,
);

const bundlers: Readonly<Record<string, (file: string) => Promise<unknown>>> = {
  esbuild: (outfile) =>
    build({ entryPoints: [entry], outfile, bundle: true, format: "esm", minify: true }),
  rollup: async (file) => {
    const bundle = await rollup({ input: entry, plugins: [nodeResolve()] });
    await bundle.write({ file, format: "esm" });
  },
  webpack: (file) =>
    new Promise((resolve, reject) => {
      const output = { path: folder, filename: file.slice(folder.length + 1) };
      webpack({ mode: "production", target: "node20", entry, output }, (error, stats) =>
        error || stats?.hasErrors()
          ? reject(error ?? new Error(stats?.toString()))
          : resolve(stats),
      );
    }),
};

// Bundles what is published, so it runs after the build, in CI.
describe.runIf(process.env.COTANGENT_BUILT)("a bundle of a two-line program", () => {
  for (const [name, bundle] of Object.entries(bundlers))
    it(`by ${name} runs on the kernels`, async () => {
      const file = join(folder, `${name}.mjs`);
      await bundle(file);

      const printed = execFileSync(process.execPath, [file], { encoding: "utf8" });

      expect(printed).toBe("cpu-simd [[2,0],[0,4]]\n");
    });
});
