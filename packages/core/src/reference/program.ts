import type { HostArray } from "../dtype.ts";
import type { Expr, ScalarType } from "../expr.ts";
import { isContiguous, type Shape, sizeOf } from "../shape.ts";
import type { View } from "../view.ts";
import { zeros } from "./arrays.ts";
import { dataOf, type HostBuffer, type HostMemory } from "./memory.ts";
import { binaryLoop, copy, select, unaryLoop } from "./scalars.ts";
import { type Row, walk } from "./walk.ts";

/** Elements that go through all steps before the next ones do. */
const BLOCK = 1024;

type Step = (n: number) => void;

/** Rows of all kinds have one hidden class, which the loops need to be fast; so what else there is stands beside. */
interface Input {
  readonly row: Row;
  readonly number: number;
  /** One element, for an input that is a number. */
  readonly scalar: HostArray;
}

interface Output {
  readonly row: Row;
  readonly type: ScalarType;
}

const NOTHING = new Uint8Array(0);
const pools: { [T in ScalarType]?: HostArray[] } = {};

/** Registers are shared by all programs: nothing in them outlives a run. */
function register(type: ScalarType, number: number): Row {
  const pool = (pools[type] ??= []);
  return { data: (pool[number] ??= zeros(type, BLOCK)), at: 0, step: 1 };
}

const empty = (): Row => ({ data: NOTHING, at: 0, step: 1 });
const scalar = (type: ScalarType, value: number): HostArray => zeros(type, 1).fill(value);

function open({ row, type }: Output, size: number): HostArray {
  row.at = 0;
  row.data = zeros(type, size);
  return row.data;
}

/** What the last run read and wrote must not live on. */
function release(list: readonly { readonly row: Row }[]): void {
  for (let k = 0; k < list.length; k++) list[k]!.row.data = NOTHING;
}

/** Points a row at a view; true when its elements are in row-major order. */
function bind({ row, scalar }: Input, view: View): boolean {
  if (view.buffer === null) {
    scalar[0] = view.fill;
    row.data = scalar;
    row.at = row.step = 0;
    return true;
  }
  row.data = dataOf(view);
  row.at = view.offset;
  row.step = 1;
  return isContiguous(view.shape, view.strides);
}

/** Expressions as a list of loops over rows: every node once, each into a register or an output. */
export class Program {
  readonly #steps: Step[] = [];
  readonly #inputs: Input[] = [];
  readonly #outputs: Output[];
  /** Where the value of a node is, and where that of an output will be. */
  readonly #rows = new Map<Expr, Row>();
  readonly #claims = new Map<Expr, Row>();
  #registers = 0;

  constructor(outputs: readonly Expr[]) {
    this.#outputs = outputs.map(({ type }) => ({ row: empty(), type }));
    outputs.forEach((expr, k) => {
      if (expr.args.length > 0) this.#claims.set(expr, this.#outputs[k]!.row);
    });
    outputs.forEach((expr, k) => {
      const row = this.#row(expr);
      const out = this.#outputs[k]!.row;
      if (row !== out) this.#steps.push((n) => copy(n, out, row));
    });
  }

  run(views: readonly View[], shape: Shape, memory: HostMemory): HostBuffer[] {
    const size = sizeOf(shape);
    const inputs = this.#inputs;
    const outputs = this.#outputs;
    const steps = this.#steps;
    const results = [memory.hold(open(outputs[0]!, size))];
    for (let k = 1; k < outputs.length; k++) results.push(memory.hold(open(outputs[k]!, size)));
    let dense = true;
    for (let k = 0; k < inputs.length; k++)
      if (!bind(inputs[k]!, views[inputs[k]!.number]!)) dense = false;
    if (dense && size <= BLOCK) for (let k = 0; k < steps.length; k++) steps[k]!(size);
    else if (dense) this.#blocks(size);
    else this.#walk(views, shape);
    release(inputs);
    release(outputs);
    return results;
  }

  #walk(views: readonly View[], shape: Shape): void {
    const rows = this.#inputs.map(({ row }) => row);
    const strides = this.#inputs.map(({ number }) => {
      const view = views[number]!;
      return view.buffer ? view.strides : new Array<number>(shape.length).fill(0);
    });
    walk(shape, rows, strides, (n) => this.#blocks(n));
  }

  #blocks(n: number): void {
    for (let rest = n; rest > 0; rest -= BLOCK) {
      const length = Math.min(rest, BLOCK);
      for (const step of this.#steps) step(length);
      for (const { row } of this.#inputs) row.at += length * row.step;
      for (const { row } of this.#outputs) row.at += length;
    }
  }

  #row(expr: Expr): Row {
    let row = this.#rows.get(expr);
    if (!row) this.#rows.set(expr, (row = this.#place(expr)));
    return row;
  }

  #place(expr: Expr): Row {
    const { op, type, value } = expr;
    if (op === "input") return this.#input(value, type);
    if (op === "const") return { data: scalar(type, value), at: 0, step: 0 };
    const args = expr.args.map((arg) => this.#row(arg));
    const out = this.#claims.get(expr) ?? register(type, this.#registers++);
    this.#steps.push(op === "index" ? this.#count(out) : stepOf(expr, out, args));
    return out;
  }

  #input(number: number, type: ScalarType): Row {
    const row = empty();
    this.#inputs.push({ row, number, scalar: zeros(type, 1) });
    return row;
  }

  #count(out: Row): Step {
    const first = this.#outputs[0]!.row;
    return (n) => {
      for (let i = 0; i < n; i++) out.data[i] = first.at + i;
    };
  }
}

function stepOf(expr: Expr, out: Row, [a, b, c]: readonly Row[]): Step {
  if (expr.op === "select") return (n) => select(n, out, a!, b!, c!);
  if (expr.args.length === 1) {
    const loop = unaryLoop(expr);
    return (n) => loop(n, out, a!);
  }
  const loop = binaryLoop(expr);
  return (n) => loop(n, out, a!, b!);
}

const single = new Map<Expr, Program>();
const several = new Map<string, Program>();

function cached<K>(programs: Map<K, Program>, key: K, outputs: readonly Expr[]): Program {
  let program = programs.get(key);
  if (!program) programs.set(key, (program = new Program(outputs)));
  return program;
}

/** The program of a list of expressions, made once. */
export const programOf = (outputs: readonly Expr[]): Program =>
  outputs.length === 1
    ? cached(single, outputs[0]!, outputs)
    : cached(several, outputs.map((expr) => expr.id).join(" "), outputs);
