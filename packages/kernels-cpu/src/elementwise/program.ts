import type { DType } from "@cotangent/core";
import { type Expr, type Shape, sizeOf, type View } from "@cotangent/core/extend";
import type { CpuBuffer } from "../memory/cpuBuffer.ts";
import type { Heap } from "../memory/heap.ts";
import { addressOf } from "../strided/elements.ts";
import { instantiate, ModuleBuilder } from "../wasm/module.ts";
import {
  AXIS_WORDS,
  fixedWords,
  HEAD,
  INPUT_WORDS,
  ONE,
  type Plan,
  type Stride,
  ZERO,
} from "./arguments.ts";
import { BYTES_OF } from "./body.ts";
import { addKernel } from "./kernel.ts";
import { lanesOf, nodesOf } from "./render.ts";
import { type Rows, rowsOf, strideOf, writeAxes } from "./rows.ts";

type Kernel = (args: number) => void;

/** Kernels by the strides of their inputs. */
class Variants {
  kernel: Kernel | null = null;
  readonly next: Variants[] = [];
}

function planOf(outputs: readonly Expr[]): Plan {
  const nodes = [...nodesOf(outputs)];
  return { outputs, inputs: nodes.filter(({ op }) => op === "input"), lanes: lanesOf(nodes) };
}

function compile(heap: Heap, plan: Plan, strides: readonly Stride[], isShort: boolean): Kernel {
  const builder = new ModuleBuilder();
  addKernel(builder, plan, strides, isShort);
  return instantiate(builder, heap.memory, heap.limits).run as Kernel;
}

/** Whether all elements are one. */
function isStill({ strides, shape }: View): boolean {
  for (let i = 0; i < strides.length; i++) if (strides[i] !== 0 && shape[i] !== 1) return false;
  return true;
}

/** The stride of a view whose elements are one row; null where they are not. */
function flatStride(view: View): Stride | null {
  const { shape, strides } = view;
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== step) return isStill(view) ? ZERO : null;
    step *= shape[i]!;
  }
  return view.buffer === null ? ZERO : ONE;
}

/** The kernels of some expressions, and what calls them. */
export class Program {
  readonly #heap: Heap;
  readonly #plan: Plan;
  readonly #types: readonly DType[];
  readonly #long = new Variants();
  readonly #short = new Variants();
  /** What `#place` writes for a call. */
  readonly #strides: Stride[] = [];
  readonly #steps: number[] = [];
  readonly #addresses: number[] = [];

  constructor(heap: Heap, outputs: readonly Expr[]) {
    this.#heap = heap;
    this.#plan = planOf(outputs);
    this.#types = outputs.map(({ type }) => type as DType);
  }

  run(inputs: readonly View[], shape: Shape): CpuBuffer[] {
    const size = sizeOf(shape);
    this.#heap.begin();
    const results: CpuBuffer[] = [];
    for (const type of this.#types) results.push(this.#heap.allocate(size * BYTES_OF[type]));
    if (size === 0) return results;
    const rows = this.#isFlat(inputs, size) ? null : this.#strided(inputs, shape);
    this.#call(inputs, results, rows?.inner.size ?? size, rows);
    return results;
  }

  /** Finds the strides of inputs of one row. */
  #isFlat(inputs: readonly View[], size: number): boolean {
    const used = this.#plan.inputs;
    const isShort = size < this.#plan.lanes;
    for (let k = 0; k < used.length; k++) {
      const stride = flatStride(inputs[used[k]!.value]!);
      if (stride === null) return false;
      this.#steps[k] = size === 1 ? 0 : stride;
      this.#strides[k] = strideOf(this.#steps[k]!, isShort);
    }
    return true;
  }

  /** Finds those of any inputs. */
  #strided(inputs: readonly View[], shape: Shape): Rows {
    const rows = rowsOf(
      shape,
      this.#plan.inputs.map(({ value }) => inputs[value]!),
    );
    const isShort = rows.inner.size < this.#plan.lanes;
    rows.inner.steps.forEach((step, k) => {
      this.#steps[k] = step;
      this.#strides[k] = strideOf(step, isShort);
    });
    return rows;
  }

  #call(
    inputs: readonly View[],
    results: readonly CpuBuffer[],
    rowLength: number,
    rows: Rows | null,
  ): void {
    const kernel = this.#kernel(rowLength < this.#plan.lanes);
    const args = this.#place(inputs, results, rows?.outer.length ?? 0);
    const words = this.#heap.i32();
    const head = args >> 2;
    words[head + HEAD.rowLength] = rowLength;
    words[head + HEAD.axes] = rows?.outer.length ?? 0;
    this.#writeOperands(words, head + HEAD.words, inputs);
    if (rows) writeAxes(words, head + fixedWords(this.#plan), rows, this.#plan.inputs);
    kernel(args);
  }

  #kernel(isShort: boolean): Kernel {
    let variants = isShort ? this.#short : this.#long;
    const count = this.#plan.inputs.length;
    for (let k = 0; k < count; k++) variants = variants.next[this.#strides[k]!] ??= new Variants();
    return (variants.kernel ??= compile(this.#heap, this.#plan, this.#strides, isShort));
  }

  /** Brings all operands in, which may move memory; then space for the arguments. */
  #place(inputs: readonly View[], results: readonly CpuBuffer[], axes: number): number {
    const { inputs: used } = this.#plan;
    const heap = this.#heap;
    for (let k = 0; k < used.length; k++) {
      const view = inputs[used[k]!.value]!;
      this.#addresses[k] = view.buffer === null ? -1 : addressOf(heap, view);
    }
    for (let k = 0; k < results.length; k++)
      this.#addresses[used.length + k] = heap.address(results[k]!);
    return heap.scratch(4 * (fixedWords(this.#plan) + axes * (AXIS_WORDS + used.length)));
  }

  #writeOperands(words: Int32Array, start: number, inputs: readonly View[]): void {
    const { inputs: used, outputs } = this.#plan;
    let word = start;
    for (let k = 0; k < used.length; k++, word += INPUT_WORDS) {
      const { type, value } = used[k]!;
      const view = inputs[value]!;
      const isNumber = view.buffer === null;
      if (isNumber) this.#writeNumber(words, word + 2, view.fill, type as DType);
      words[word] = isNumber ? 4 * (word + 2) : this.#addresses[k]!;
      words[word + 1] = this.#steps[k]! * BYTES_OF[type];
    }
    for (let k = 0; k < outputs.length; k++) words[word++] = this.#addresses[used.length + k]!;
  }

  #writeNumber(words: Int32Array, word: number, value: number, type: DType): void {
    if (type === "float64") this.#heap.f64()[word >> 1] = value;
    else if (type === "float32") this.#heap.f32()[word] = value;
    else words[word] = value;
  }
}
