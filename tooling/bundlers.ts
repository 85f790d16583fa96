import { basename, dirname } from "node:path";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { build } from "esbuild";
import { rollup } from "rollup";
import webpack from "webpack";

/** Where a bundle is to run. */
type Place = "node" | "web";

type Bundle = (entry: string, file: string, place: Place) => Promise<unknown>;

export const bundlers: Readonly<Record<string, Bundle>> = {
  esbuild: (entry, outfile, place) =>
    build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      format: "esm",
      minify: true,
      platform: place === "node" ? "node" : "browser",
    }),
  rollup: async (entry, file, place) => {
    const bundle = await rollup({
      input: entry,
      plugins: [nodeResolve({ browser: place === "web" })],
    });
    await bundle.write({ file, format: "esm" });
  },
  webpack: (entry, file, place) =>
    new Promise((resolve, reject) => {
      const output = { path: dirname(file), filename: basename(file) };
      const target = place === "node" ? "node20" : "web";
      webpack({ mode: "production", target, entry, output }, (error, stats) =>
        error || stats?.hasErrors()
          ? reject(error ?? new Error(stats?.toString()))
          : resolve(stats),
      );
    }),
};
