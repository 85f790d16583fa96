import type { Expr } from "@cotangent/core/extend";
import type { Heap } from "../memory/heap.ts";
import { eachPlace } from "../strided/axes.ts";
import { ModuleBuilder } from "../wasm/module.ts";
import { ONE, OTHER, type Plan, type Stride, ZERO } from "./arguments.ts";
import { BYTES_OF } from "./body.ts";
import { nodesOf } from "./render.ts";
import { axesFrom, type Rows } from "./rows.ts";
import { addTiles, TILE_HEAD, TILE_INPUT } from "./tileKernel.ts";

type Kernel = (args: number) => void;

/** Up to how many expressions a body is written out for every row of a tile. */
const MOST = 16;

/** Whether all values of a body fill whole vectors, and it can do without the number of the element. */
function isTileable({ outputs, lanes }: Plan): boolean {
  const nodes = [...nodesOf(outputs)];
  const fits = ({ op, type }: Expr): boolean => op !== "index" && BYTES_OF[type] * lanes === 16;
  return nodes.length <= MOST && nodes.every(fits);
}

/** The strides of inputs along a row, OTHER for those whose neighbours lie along the next axis; null elsewhere. */
function stridesIn({ sizes, steps }: Rows, lanes: number): Stride[] | null {
  const operands = steps.length / sizes.length;
  if (sizes.length < 2 || sizes[0]! < lanes || sizes[1]! < lanes) return null;
  const strides: Stride[] = [];
  for (let k = 0; k < operands; k++) {
    const step = steps[k]!;
    if (step !== 0 && step !== 1 && steps[operands + k] !== 1) return null;
    strides.push(step === 0 ? ZERO : step === 1 ? ONE : OTHER);
  }
  return strides;
}

/** Work in square tiles that are turned in registers, for a plan that allows it. */
export class Tiles {
  readonly #heap: Heap;
  readonly #plan: Plan;
  readonly #isTileable: boolean;
  readonly #kernels = new Map<string, Kernel>();

  constructor(heap: Heap, plan: Plan) {
    this.#heap = heap;
    this.#plan = plan;
    this.#isTileable = isTileable(plan);
  }

  /** Computes rows, of which the addresses of inputs and outputs are given, and says whether they allow it. */
  run(rows: Rows, inputs: readonly number[], outputs: readonly number[]): boolean {
    const strides = this.#isTileable ? stridesIn(rows, this.#plan.lanes) : null;
    if (strides === null) return false;
    const kernel = this.#kernel(strides);
    const bytes = this.#plan.inputs.map(({ type }) => BYTES_OF[type]);
    const size = rows.sizes[0]! * rows.sizes[1]!;
    const args = this.#heap.scratch(4 * (TILE_HEAD + TILE_INPUT * inputs.length + outputs.length));
    const words = this.#heap.i32().subarray(args >>> 2);
    const around = axesFrom(rows)
      .slice(2)
      .reverse()
      .map((axis) => ({ ...axis, steps: axis.steps.map((step, k) => step * bytes[k]!) }));
    let first = 0;
    eachPlace(around, inputs, (at) => {
      words.set(this.#arguments(rows, at, outputs, first));
      kernel(args);
      first += size;
    });
    return true;
  }

  #arguments(
    { sizes, steps }: Rows,
    inputs: readonly number[],
    outputs: readonly number[],
    first: number,
  ): number[] {
    const plan = this.#plan;
    const sides = inputs.flatMap((address, k) => {
      const bytes = BYTES_OF[plan.inputs[k]!.type];
      return [address, steps[inputs.length + k]! * bytes, steps[k]! * bytes];
    });
    const ends = outputs.map((address, k) => address + first * BYTES_OF[plan.outputs[k]!.type]);
    return [sizes[1]!, sizes[0]!, ...sides, ...ends];
  }

  #kernel(strides: readonly Stride[]): Kernel {
    const key = strides.join();
    let kernel = this.#kernels.get(key);
    if (kernel === undefined) {
      const builder = new ModuleBuilder();
      addTiles(builder, this.#plan, strides);
      kernel = this.#heap.instantiate(builder).run as Kernel;
      this.#kernels.set(key, kernel);
    }
    return kernel;
  }
}
