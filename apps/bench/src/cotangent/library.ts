import { scope, Tensor, tensor, version } from "@cotangent/core";
import "@cotangent/functional";
import { threads } from "@cotangent/kernels-cpu";
import { numbersOf } from "../inputs.ts";
import type { Library, Prepared } from "../library.ts";
import type { Input, Row } from "../row.ts";
import { ba } from "./ba.ts";
import { gmm } from "./gmm.ts";
import { jacobian } from "./jacobian.ts";
import { lstm } from "./lstm.ts";
import { memory } from "./memory.ts";
import { mlp } from "./mlp.ts";
import { ops } from "./ops.ts";
import type { Result, Tasks } from "./task.ts";

const tasks: Tasks = { ...ops, ...mlp, ...jacobian, ...gmm, ...ba, ...lstm, ...memory };

const inputOf = (input: Input, requiresGrad: boolean): Tensor =>
  tensor(numbersOf(input), { shape: input.shape, requiresGrad });

const tensorsIn = (result: Result): readonly Tensor[] =>
  result instanceof Tensor ? [result] : result.flatMap(tensorsIn);

function prepare(row: Row): Prepared | null {
  const task = tasks[row.task];
  if (task === undefined) return null;
  const { settings = {} } = row;
  const inputs = row.inputs.map((input) => inputOf(input, settings.recorded === 1));
  const run = task(inputs, settings);
  const freeing = (): void =>
    scope(() => {
      run();
    });
  const read = async () => {
    const leaves = tensorsIn(await run());
    return Promise.all(leaves.map((x) => x.data()));
  };
  return { call: row.large ? freeing : run, read };
}

/** Cotangent on whatever serves the cpu. */
export const cotangent = (): Library => ({
  versions: { cotangent: version },
  threads,
  prepare,
});

const AGE = 2 ** 30;

/** The same after it has allocated 1 GiB without a scope, in a loop that yields. */
export async function aged(): Promise<Library> {
  const x = tensor(new Float32Array(2 ** 18));
  for (let bytes = 0; bytes < AGE; bytes += 4 * x.size) {
    x.add(1);
    await new Promise((resolve) => setTimeout(resolve));
  }
  return cotangent();
}
