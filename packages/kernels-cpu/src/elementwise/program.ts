import type { DType } from "@cotangent/core";
import { type Expr, type Shape, sizeOf, type View } from "@cotangent/core/extend";
import { math } from "../math/table.ts";
import type { CpuBuffer } from "../memory/cpuBuffer.ts";
import type { Heap } from "../memory/heap.ts";
import type { Call } from "../threads/crew.ts";
import { ModuleBuilder } from "../wasm/module.ts";
import {
  AXIS_WORDS,
  type Form,
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
import { eachPiece } from "./pieces.ts";
import { lanesOf, nodesOf } from "./render.ts";
import { type Rows, rowsOf, strideOf, writeAxes } from "./rows.ts";
import { Tiles } from "./tiles.ts";
import { type Origin, Parts, turnedIn } from "./turned.ts";

type Kernel = (...args: number[]) => void;

/** Kernels by the strides of their inputs. */
class Variants {
  kernel: Kernel | null = null;
  readonly next: Variants[] = [];
}

function planOf(outputs: readonly Expr[], relaxed: boolean): Plan {
  const nodes = [...nodesOf(outputs)];
  const inputs = nodes.filter(({ op }) => op === "input");
  return { outputs, inputs, lanes: lanesOf(nodes), relaxed };
}

function compile(heap: Heap, plan: Plan, strides: readonly Stride[], form: Form): Kernel {
  const builder = new ModuleBuilder();
  addKernel(builder, plan, strides, form);
  return heap.instantiate(builder).run as Kernel;
}

/** Additions from which on threads share the work, and what a transcendental function counts. */
const SHARED = 2 ** 20;
const FUNCTION = 16;

const workOf = (outputs: readonly Expr[]): number =>
  [...nodesOf(outputs)].reduce((sum, { op }) => sum + (op in math ? FUNCTION : 1), 0);

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

/** To spread numbers costs as much as a small kernel. */
function callWith(kernel: Kernel, a: readonly number[]): void {
  if (a.length === 3) kernel(a[0]!, a[1]!, a[2]!);
  else if (a.length === 4) kernel(a[0]!, a[1]!, a[2]!, a[3]!);
  else kernel(...a);
}

/** An input or output: its number in the call, and the bytes of an element. */
interface Operand {
  readonly number: number;
  readonly bytes: number;
  readonly type: DType;
}

const operandOf = ({ type }: Expr, number: number): Operand => ({
  number,
  bytes: BYTES_OF[type],
  type: type as DType,
});

/** The kernels of some expressions, and what calls them. */
export class Program {
  readonly #heap: Heap;
  readonly #plan: Plan;
  readonly #inputs: readonly Operand[];
  readonly #outputs: readonly Operand[];
  /** Whether the inputs are those of a call, in this order. */
  readonly #inOrder: boolean;
  /** Of an element of each input. */
  readonly #bytes: readonly number[];
  /** Words of the arguments of a call with one row. */
  readonly #fixed: number;
  /** Of an element, in additions. */
  readonly #work: number;
  readonly #tiles: Tiles;
  // By form.
  readonly #flat = new Variants();
  readonly #flatShort = new Variants();
  readonly #long = new Variants();
  readonly #short = new Variants();
  /** Of the inputs of a call, along a row. */
  readonly #strides: Stride[] = [];
  /** Of a flat call. */
  readonly #numbers: number[];

  constructor(heap: Heap, outputs: readonly Expr[], relaxed: boolean) {
    this.#heap = heap;
    this.#plan = planOf(outputs, relaxed);
    this.#inputs = this.#plan.inputs.map((expr) => operandOf(expr, expr.value));
    this.#outputs = outputs.map(operandOf);
    this.#bytes = this.#inputs.map(({ bytes }) => bytes);
    this.#fixed = fixedWords(this.#plan);
    this.#work = workOf(outputs);
    this.#tiles = new Tiles(heap, this.#plan);
    this.#numbers = new Array<number>(1 + this.#outputs.length + this.#inputs.length).fill(0);
    this.#inOrder = this.#inputs.every(({ number }, k) => number === k);
  }

  run(all: readonly View[], shape: Shape): CpuBuffer[] {
    const size = sizeOf(shape);
    this.#heap.begin();
    const results = this.#allocate(size);
    if (size === 0) return results;
    const used = this.#inputs;
    const isUsed = this.#inOrder && all.length === used.length;
    const inputs = isUsed ? all : used.map(({ number }) => all[number]!);
    if (this.#isShared(size)) this.#callTogether(inputs, results, shape);
    else if (this.#isFlat(inputs, size)) this.#callFlat(inputs, results, size);
    else this.#callRows(inputs, results, rowsOf(shape, inputs));
    return results;
  }

  #allocate(size: number): CpuBuffer[] {
    const outputs = this.#outputs;
    const results = [this.#heap.allocate(size * outputs[0]!.bytes)];
    for (let k = 1; k < outputs.length; k++)
      results.push(this.#heap.allocate(size * outputs[k]!.bytes));
    return results;
  }

  /** Finds the strides of inputs of one row; false where they have more. */
  #isFlat(inputs: readonly View[], size: number): boolean {
    const isShort = size < this.#plan.lanes;
    const count = this.#inputs.length;
    for (let k = 0; k < count; k++) {
      const stride = flatStride(inputs[k]!);
      if (stride === null) return false;
      this.#strides[k] = strideOf(size === 1 ? 0 : stride, isShort);
    }
    return true;
  }

  /** Whether other threads help. */
  #isShared(size: number): boolean {
    return this.#heap.team.size > 1 && size * this.#work >= SHARED;
  }

  #callTogether(inputs: readonly View[], results: readonly CpuBuffer[], shape: Shape): void {
    const rows = rowsOf(shape, inputs);
    if (turnedIn(rows) !== null) {
      this.#callRows(inputs, results, rows);
      return;
    }
    this.#heap.team.together((call) => {
      eachPiece(rows, inputs, (piece, origins, first) =>
        this.#call(piece, origins, results, first, call),
      );
    });
  }

  #callRows(inputs: readonly View[], results: readonly CpuBuffer[], rows: Rows): void {
    const turned = turnedIn(rows);
    if (turned === null) this.#call(rows, inputs, results, 0, null);
    else if (!this.#callTiles(inputs, results, rows))
      new Parts(this.#heap, inputs, rows, turned).each((part, origins, first) =>
        this.#call(part, origins, results, first, null),
      );
  }

  #callTiles(inputs: readonly View[], results: readonly CpuBuffer[], rows: Rows): boolean {
    const addresses = inputs.map((view, k) => this.#addressOf(view, k));
    return this.#tiles.run(
      rows,
      addresses,
      results.map((buffer) => this.#heap.address(buffer)),
    );
  }

  #callFlat(inputs: readonly View[], results: readonly CpuBuffer[], size: number): void {
    const heap = this.#heap;
    const numbers = this.#numbers;
    let n = 0;
    numbers[n++] = size;
    for (let k = 0; k < results.length; k++) numbers[n++] = heap.address(results[k]!);
    for (let k = 0; k < this.#inputs.length; k++) numbers[n++] = this.#addressOf(inputs[k]!, k);
    const isShort = size < this.#plan.lanes;
    callWith(this.#kernel(isShort ? this.#flatShort : this.#flat, true, isShort), numbers);
  }

  /** Where an input begins; a number gets a place. */
  #addressOf({ buffer, offset, fill }: View, k: number): number {
    const { bytes, type } = this.#inputs[k]!;
    if (buffer !== null) return this.#heap.address(buffer as CpuBuffer) + offset * bytes;
    const address = this.#heap.scratch(bytes);
    this.#writeNumber(address >>> 2, fill, type);
    return address;
  }

  #call(
    rows: Rows,
    inputs: readonly Origin[],
    results: readonly CpuBuffer[],
    first: number,
    call: Call | null,
  ): void {
    const heap = this.#heap;
    const rowLength = rows.sizes[0]!;
    const isShort = rowLength < this.#plan.lanes;
    for (let k = 0; k < this.#inputs.length; k++)
      this.#strides[k] = strideOf(rows.steps[k]!, isShort);
    const kernel = this.#kernel(isShort ? this.#short : this.#long, false, isShort);
    const axes = rows.sizes.length - 1;
    const fixed = this.#fixed;
    const args = heap.scratch(4 * (fixed + axes * (AXIS_WORDS + this.#inputs.length)));
    const head = args >>> 2;
    this.#writeInputs(head + HEAD.words, inputs, rows.steps);
    this.#writeOutputs(head + fixed - results.length, results, first);
    const words = heap.i32();
    words[head + HEAD.rowLength] = rowLength;
    words[head + HEAD.axes] = axes;
    words[head + HEAD.first] = first;
    writeAxes(words, head + fixed, rows, this.#bytes);
    if (call === null) kernel(args);
    else call(kernel, args);
  }

  #kernel(all: Variants, flat: boolean, short: boolean): Kernel {
    let variants = all;
    const count = this.#inputs.length;
    for (let k = 0; k < count; k++) variants = variants.next[this.#strides[k]!] ??= new Variants();
    return (variants.kernel ??= compile(this.#heap, this.#plan, this.#strides, { flat, short }));
  }

  // An operand that is brought in may detach the views of the memory: so they are asked for anew.
  #writeInputs(start: number, inputs: readonly Origin[], steps: readonly number[]): void {
    const heap = this.#heap;
    const used = this.#inputs;
    for (let k = 0, word = start; k < used.length; k++, word += INPUT_WORDS) {
      const { bytes, type } = used[k]!;
      const { buffer, offset, fill } = inputs[k]!;
      let address = 4 * (word + 2);
      if (buffer === null) this.#writeNumber(word + 2, fill, type);
      else address = heap.address(buffer as CpuBuffer) + offset * bytes;
      const words = heap.i32();
      words[word] = address;
      words[word + 1] = steps[k]! * bytes;
    }
  }

  #writeOutputs(start: number, results: readonly CpuBuffer[], first: number): void {
    const heap = this.#heap;
    for (let k = 0; k < results.length; k++) {
      const address = heap.address(results[k]!) + first * this.#outputs[k]!.bytes;
      heap.i32()[start + k] = address;
    }
  }

  #writeNumber(word: number, value: number, type: DType): void {
    const heap = this.#heap;
    if (type === "float64") heap.f64()[word >> 1] = value;
    else if (type === "float32") heap.f32()[word] = value;
    else heap.i32()[word] = value;
  }
}
