import type { LanesOptions } from "../math/lanes.ts";
import { transpose } from "../move/kernels.ts";
import { type Code, i32const, type Local, load, set, type Value, whileDo } from "../wasm/code.ts";
import { add, advance, less, lesser, mul, sub } from "../wasm/integer.ts";
import type { ModuleBuilder, Scope } from "../wasm/module.ts";
import { loadRow, loadSplat, storeRow } from "./access.ts";
import { OTHER, type Plan, type Stride, ZERO } from "./arguments.ts";
import { Body, BYTES_OF } from "./body.ts";
import { renderBody } from "./render.ts";

/** Words of the arguments: the rows, the columns, and for each input an address and its steps in bytes. */
export const TILE_HEAD = 2;
export const TILE_INPUT = 3;

/** Rows of tiles that are taken together: as many as use up a cache line of what is turned. */
const BLOCK = 16;

/** An operand: its address at the first element, and the bytes from row to row and from column to column. */
interface Side {
  readonly start: Local;
  readonly down: Value;
  readonly along: Value;
  /** Where it is read or written next. */
  readonly at: Local;
}

/** Writes a kernel that computes square tiles; inputs of stride OTHER lie along the columns and are turned in registers. */
class TileWriter {
  private readonly plan: Plan;
  private readonly strides: readonly Stride[];
  private readonly scope: Scope;
  private readonly body: Body;
  private readonly start: Code[] = [];
  private readonly rows: Local;
  private readonly columns: Local;
  private readonly inputs: readonly Side[];
  private readonly outputs: readonly Side[];

  constructor(plan: Plan, strides: readonly Stride[], options: LanesOptions) {
    this.plan = plan;
    this.strides = strides;
    this.scope = options.scope;
    this.body = new Body(plan.lanes, options);
    [this.rows, this.columns] = [this.word(0), this.word(1)];
    this.inputs = plan.inputs.map((_, k) => {
      const word = TILE_HEAD + TILE_INPUT * k;
      return this.side(this.word(word), this.word(word + 1), this.word(word + 2));
    });
    const first = TILE_HEAD + TILE_INPUT * plan.inputs.length;
    this.outputs = plan.outputs.map(({ type }, k) => {
      const bytes = i32const(BYTES_OF[type]);
      return this.side(this.word(first + k), this.variable(mul(this.columns, bytes)), bytes);
    });
  }

  private variable(x: Value): Local {
    const local = this.scope.local(x.type);
    this.start.push(set(local, x));
    return local;
  }

  private word(n: number): Local {
    return this.variable(load("i32.load", this.scope.params[0]!, 4 * n));
  }

  private side(start: Local, down: Value, along: Value): Side {
    return { start, down, along, at: this.scope.local("i32") };
  }

  /** Tiles at the edges overlap those before them. */
  write(): Code {
    const { scope, rows, columns, plan } = this;
    const lanes = i32const(plan.lanes);
    const [top, row, column, end] = Array.from({ length: 4 }, () => scope.local("i32")) as [
      Local,
      Local,
      Local,
      Local,
    ];
    const tile = this.tile(lesser(row, sub(rows, lanes)), lesser(column, sub(columns, lanes)));
    const along = (at: Local, limit: Value, step: number, body: Code): Code =>
      whileDo(less(at, limit), [body, advance(at, step)]);
    const strip = [set(row, top), along(row, end, plan.lanes, tile)];
    const block = [
      set(end, lesser(add(top, BLOCK), rows)),
      set(column, i32const(0)),
      along(column, columns, plan.lanes, strip),
    ];
    return [this.start, this.body.before, set(top, i32const(0)), along(top, rows, BLOCK, block)];
  }

  private tile(row: Value, column: Value): Code {
    const { inputs, outputs, plan, scope } = this;
    const [r, c] = [scope.local("i32"), scope.local("i32")];
    const go = ({ at, start, down, along }: Side): Code =>
      set(at, add(start, add(mul(r, down), mul(c, along))));
    const turned = inputs.map((_, k) => this.turned(k));
    const lines = Array.from({ length: plan.lanes }, (_, i) =>
      this.line((k) => turned[k]?.vectors[i] ?? this.read(k)),
    );
    return [
      [set(r, row), set(c, column)],
      [...inputs, ...outputs].map(go),
      turned.map((input) => input?.code ?? []),
      lines,
    ];
  }

  /** Reads a tile of an input that lies along the columns, and turns it; null where it lies along the rows. */
  private turned(k: number): { readonly code: Code; readonly vectors: readonly Local[] } | null {
    if (this.strides[k] !== OTHER) return null;
    const { plan, scope, body } = this;
    const { at, along } = this.inputs[k]!;
    const { type } = plan.inputs[k]!;
    const many = (): Local[] => Array.from({ length: plan.lanes }, () => scope.local("v128"));
    const columns = many();
    const [turning, vectors] = transpose(columns, many(), BYTES_OF[type]);
    const reads = columns.map((x) => [set(x, loadRow(body, type, at, 0)), advance(at, along)]);
    return { code: [reads, turning], vectors };
  }

  private read(k: number): Value {
    const { at } = this.inputs[k]!;
    const { type } = this.plan.inputs[k]!;
    return this.strides[k] === ZERO
      ? loadSplat(this.body, type, at)
      : loadRow(this.body, type, at, 0);
  }

  /** One row of a tile. */
  private line(input: (k: number) => Value): Code {
    const { plan, body, inputs, outputs, strides } = this;
    const values = renderBody(body, plan.outputs, {
      input: (expr) => input(plan.inputs.indexOf(expr)),
      index: () => i32const(0),
    });
    const stores = values.map((value, k) =>
      storeRow(body, plan.outputs[k]!.type, outputs[k]!.at, value, 0),
    );
    const next = [...inputs.filter((_, k) => strides[k] !== OTHER), ...outputs];
    return [body.code.splice(0), stores, next.map(({ at, down }) => advance(at, down))];
  }
}

/** Adds the kernel of a plan in tiles as `run(arguments)`. */
export function addTiles(builder: ModuleBuilder, plan: Plan, strides: readonly Stride[]): void {
  builder.add("run", ["i32"], [], (scope) =>
    new TileWriter(plan, strides, { builder, scope, relaxed: plan.relaxed }).write(),
  );
}
