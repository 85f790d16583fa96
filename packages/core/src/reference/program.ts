import type { HostArray } from "../dtype.ts";
import type { Expr, ScalarType } from "../expr.ts";
import { isContiguous, type Shape, sizeOf } from "../shape.ts";
import type { View } from "../view.ts";
import { dataOf } from "./memory.ts";
import { ARRAYS, binaryLoop, copy, select, unaryLoop } from "./scalars.ts";
import { type Row, walk } from "./walk.ts";

/** Elements that go through all steps before the next ones do. */
const BLOCK = 1024;

type Step = (n: number) => void;

interface InputRow extends Row {
  readonly number: number;
  /** One element, for an input that is a number. */
  readonly scalar: HostArray;
}

interface OutputRow extends Row {
  readonly array: new (length: number) => HostArray;
}

const NOTHING = new Uint8Array(0);
const pools: { [T in ScalarType]?: HostArray[] } = {};

/** Registers are shared by all programs: nothing in them outlives a run. */
function register(type: ScalarType, number: number): Row {
  const pool = (pools[type] ??= []);
  return { data: (pool[number] ??= new ARRAYS[type](BLOCK)), at: 0, step: 1 };
}

const scalar = (type: ScalarType, value: number): HostArray => new ARRAYS[type](1).fill(value);

/** Points a row at a view; true when its elements are in row-major order. */
function bind(row: InputRow, view: View): boolean {
  if (view.buffer === null) {
    row.scalar[0] = view.fill;
    row.data = row.scalar;
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
  readonly #inputs: InputRow[] = [];
  readonly #outputs: OutputRow[];
  /** Where the value of a node is, and where that of an output will be. */
  readonly #rows = new Map<Expr, Row>();
  readonly #claims = new Map<Expr, Row>();
  #registers = 0;

  constructor(outputs: readonly Expr[]) {
    this.#outputs = outputs.map(({ type }) => ({
      data: NOTHING,
      at: 0,
      step: 1,
      array: ARRAYS[type],
    }));
    outputs.forEach((expr, k) => {
      if (expr.args.length > 0) this.#claims.set(expr, this.#outputs[k]!);
    });
    outputs.forEach((expr, k) => {
      const row = this.#row(expr);
      const out = this.#outputs[k]!;
      if (row !== out) this.#steps.push((n) => copy(n, out, row));
    });
  }

  run(views: readonly View[], shape: Shape): HostArray[] {
    const size = sizeOf(shape);
    const results: HostArray[] = [];
    for (const out of this.#outputs) results.push(this.#open(out, size));
    let dense = true;
    for (const row of this.#inputs) dense = bind(row, views[row.number]!) && dense;
    if (dense) this.#blocks(size);
    else walk(shape, this.#inputs, this.#strides(views, shape.length), (n) => this.#blocks(n));
    for (const row of this.#inputs) row.data = NOTHING;
    for (const row of this.#outputs) row.data = NOTHING;
    return results;
  }

  #open(out: OutputRow, size: number): HostArray {
    out.at = 0;
    return (out.data = new out.array(size));
  }

  #strides(views: readonly View[], rank: number): (readonly number[])[] {
    return this.#inputs.map((row) => {
      const view = views[row.number]!;
      return view.buffer ? view.strides : new Array<number>(rank).fill(0);
    });
  }

  #blocks(n: number): void {
    for (let rest = n; rest > 0; rest -= BLOCK) {
      const length = Math.min(rest, BLOCK);
      for (const step of this.#steps) step(length);
      for (const row of this.#inputs) row.at += length * row.step;
      for (const row of this.#outputs) row.at += length;
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
    const row = { data: NOTHING, at: 0, step: 1, number, scalar: scalar(type, 0) };
    this.#inputs.push(row);
    return row;
  }

  #count(out: Row): Step {
    const first = this.#outputs[0]!;
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

const single: (Program | undefined)[] = [];
const several = new Map<string, Program>();

/** The program of a list of expressions, made once. */
export function programOf(outputs: readonly Expr[]): Program {
  if (outputs.length === 1) return (single[outputs[0]!.id] ??= new Program(outputs));
  const key = outputs.map((expr) => expr.id).join(" ");
  let program = several.get(key);
  if (!program) several.set(key, (program = new Program(outputs)));
  return program;
}
