import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as core from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import * as wasm from "@tensorflow/tfjs-backend-wasm";
import { numbersOf } from "../inputs.ts";
import type { Library, Prepared } from "../library.ts";
import type { Row } from "../row.ts";
import { tasks } from "./tfjsTasks.ts";

/** It has no float64. */
function prepare(row: Row): Prepared | null {
  const make = tasks[row.task];
  if (make === undefined || row.inputs.some((input) => input.dtype === "float64")) return null;
  const inputs = row.inputs.map((input) =>
    core.tensor(numbersOf(input) as Float32Array, [...input.shape], "float32"),
  );
  const run = make(inputs, row.settings ?? {});
  const call = (): void => {
    core.tidy(() => {
      run();
    });
  };
  const read = () => Promise.all([run()].flat().map((x) => x.data() as Promise<Float32Array>));
  return { call, read };
}

/** TensorFlow.js on one of its backends, `wasm` or `cpu`. */
export async function tfjs(backend: string): Promise<Library> {
  const main = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
  const { registerGradients } = await import("./tfjsGradients.ts");
  await registerGradients();
  wasm.setWasmPaths(`${dirname(main)}/`);
  if (!(await core.setBackend(backend))) throw new Error(`tfjs: there is no backend ${backend}`);
  await core.ready();
  return { versions: { tfjs: core.version_core }, prepare };
}
