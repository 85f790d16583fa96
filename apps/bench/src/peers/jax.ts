import * as jax from "@jax-js/jax";
import { numbersOf } from "../inputs.ts";
import type { Library, Prepared } from "../library.ts";
import type { Row } from "../row.ts";
import { type Arrays, eagerOnly, type Tree, tasks } from "./jaxTasks.ts";

/** The npm package says its version nowhere else. */
const VERSION = "0.1.25";

const leaves = (tree: Tree): Arrays => (tree instanceof jax.Array ? [tree] : tree.flatMap(leaves));

/** Functions consume their arguments, so each call hands out references of its own. */
function prepare(row: Row, jit: boolean): Prepared | null {
  const make = tasks[row.task];
  if (make === undefined || (jit && eagerOnly.has(row.task))) return null;
  const f = make(row.settings ?? {});
  const run = jit ? (jax.jit(f as (...args: jax.Array[]) => jax.Array[]) as typeof f) : f;
  const setup = row.inputs.map((input) =>
    jax.numpy.array(numbersOf(input), { shape: [...input.shape], dtype: jax.numpy[input.dtype] }),
  );
  const call = async (): Promise<void> => {
    const results = leaves(run(...setup.map((x) => x.ref)));
    await jax.blockUntilReady(results);
    for (const x of results) x.dispose();
  };
  const read = () => Promise.all(leaves(run(...setup.map((x) => x.ref))).map((x) => x.data()));
  return { call, read };
}

/** jax-js on its WebAssembly backend, op by op or with each task compiled as a whole. */
export async function jaxLibrary(jit: boolean): Promise<Library> {
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  return { versions: { "jax-js": VERSION }, prepare: (row) => prepare(row, jit) };
}
