import type { Expr } from "@cotangent/core/extend";
import type { LanesOptions } from "../math/lanes.ts";
import { math } from "../math/table.ts";
import {
  type Code,
  doWhile,
  i32const,
  type Local,
  load,
  op,
  set,
  store,
  type Value,
  v128const,
  when,
  whileDo,
} from "../wasm/code.ts";
import { add, advance, lesser, mul, sub } from "../wasm/integer.ts";
import type { ModuleBuilder, Scope } from "../wasm/module.ts";
import { loadEach, loadRow, loadSplat, storeEach, storeRow } from "./access.ts";
import {
  AXIS_WORDS,
  type Form,
  fixedWords,
  HEAD,
  OTHER,
  type Plan,
  type Stride,
  ZERO,
} from "./arguments.ts";
import { Body, BYTES_OF } from "./body.ts";
import { blockGiven, type Given, numbersGiven } from "./given.ts";
import { nodesOf, renderBody } from "./render.ts";

/** A pointer that runs along a row. */
interface Cursor {
  readonly expr: Expr;
  readonly at: Local;
  /** Bytes from one element to the next. */
  readonly step: Value;
  /** Bytes from one vector to the next. */
  readonly stride: Value;
  /** What comes to `at` for each lane. */
  readonly reach: readonly Value[];
  /** The value, where a row has one only. */
  readonly splat: Local | null;
}

/** Up to how many expressions a body is light, and how many vectors of such a one are computed at a time. */
const LIGHT = 5;
const TOGETHER = 4;

const IOTA = new Uint8Array(Int32Array.of(0, 1, 2, 3).buffer);

const bytesOf = ({ type }: Expr): Value => i32const(BYTES_OF[type]);

/** Writes a kernel for rows with the given strides. */
class KernelWriter {
  private readonly plan: Plan;
  private readonly form: Form;
  private readonly scope: Scope;
  private readonly body: Body;
  private readonly given: Given;
  /** Runs once, before all. */
  private readonly start: Code[] = [];
  /** The number of the first element of a vector, where that matters. */
  private count: Local | null = null;
  private readonly inputs: readonly Cursor[];
  private readonly outputs: readonly Local[];

  constructor(plan: Plan, strides: readonly Stride[], form: Form, options: LanesOptions) {
    const { scope } = options;
    this.plan = plan;
    this.form = form;
    this.scope = scope;
    this.body = new Body(plan.lanes, options);
    this.given = form.flat
      ? numbersGiven(scope, plan)
      : blockGiven(scope, plan, (x) => this.variable(x));
    this.inputs = plan.inputs.map((expr, k) => this.cursor(expr, k, strides[k]!));
    this.outputs = plan.outputs.map((_, k) => this.given.output(k));
  }

  write(): Code {
    const row = [this.splats(), this.form.short ? this.shortRow() : this.longRow()];
    return [this.start, this.body.before, this.form.flat ? row : this.eachRow(row)];
  }

  private variable(x: Value): Local {
    const local = this.scope.local(x.type);
    this.start.push(set(local, x));
    return local;
  }

  private cursor(expr: Expr, k: number, stride: Stride): Cursor {
    const { plan, scope, given } = this;
    const at = given.input(k);
    const bytes = stride * BYTES_OF[expr.type];
    const splat = stride === ZERO ? scope.local("v128") : null;
    if (stride !== OTHER)
      return {
        expr,
        at,
        splat,
        reach: [],
        step: i32const(bytes),
        stride: i32const(bytes * plan.lanes),
      };
    const step = given.step(k);
    const whole = this.variable(mul(step, i32const(plan.lanes)));
    return { expr, at, splat, step, stride: whole, reach: this.reach(step) };
  }

  /** In a short row lanes too many read the last element again. */
  private reach(step: Value): Value[] {
    const last = sub(this.given.rowLength, i32const(1));
    return Array.from({ length: this.plan.lanes }, (_, k) => {
      const lane = i32const(k);
      return k === 0 ? lane : this.variable(mul(step, this.form.short ? lesser(lane, last) : lane));
    });
  }

  private splats(): Code {
    return this.inputs.map(({ splat, expr, at }) =>
      splat === null ? [] : set(splat, loadSplat(this.body, expr.type, at)),
    );
  }

  private read({ expr, at, splat, reach }: Cursor, ahead: number): Value {
    if (splat !== null) return splat;
    if (reach.length === 0) return loadRow(this.body, expr.type, at, ahead);
    const addresses = reach.map((offset, k) => (k === 0 ? at : add(at, offset)));
    return loadEach(this.body, expr.type, addresses);
  }

  private values(ahead = 0): Value[] {
    const cursors = new Map(this.inputs.map((cursor) => [cursor.expr, cursor]));
    return renderBody(this.body, this.plan.outputs, {
      input: (expr) => this.read(cursors.get(expr)!, ahead),
      index: () => this.index(),
    });
  }

  private index(): Value {
    this.count ??= this.given.first();
    return op("i32x4.add", op("i32x4.splat", this.count), this.variable(v128const(IOTA)));
  }

  /** Moves all pointers by a number of elements; to be asked for after the values. */
  private move(elements: Value): Code {
    const { inputs, outputs, plan, count } = this;
    return [
      outputs.map((at, k) => advance(at, mul(elements, bytesOf(plan.outputs[k]!)))),
      inputs.map(({ at, step, splat }) => (splat ? [] : advance(at, mul(elements, step)))),
      count ? advance(count, elements) : [],
    ];
  }

  /** The same by whole vectors. */
  private moveOn(vectors: number): Code {
    const { inputs, outputs, plan, count } = this;
    const elements = vectors * plan.lanes;
    const by = (stride: Value): Value => (vectors === 1 ? stride : mul(stride, i32const(vectors)));
    return [
      outputs.map((at, k) => advance(at, i32const(elements * BYTES_OF[plan.outputs[k]!.type]))),
      inputs.map(({ at, stride, splat }) => (splat ? [] : advance(at, by(stride)))),
      count ? advance(count, i32const(elements)) : [],
    ];
  }

  /** What computes one vector, `ahead` vectors on. */
  private vector(ahead: number): Code {
    const { plan, outputs, body } = this;
    const stores = this.values(ahead).map((value, k) =>
      storeRow(body, plan.outputs[k]!.type, outputs[k]!, value, ahead),
    );
    return [body.code.splice(0), stores];
  }

  /** Vectors that one turn of the inner loop takes: several, where counting costs as much as computing. */
  private vectorsPerTurn(): number {
    const { plan, inputs } = this;
    const nodes = [...nodesOf(plan.outputs)];
    const isCheap = ({ op, type }: Expr): boolean =>
      BYTES_OF[type] * plan.lanes === 16 && op !== "index" && !(op in math);
    const isLight = nodes.length <= LIGHT && nodes.every(isCheap);
    return isLight && inputs.every(({ reach }) => reach.length === 0) ? TOGETHER : 1;
  }

  /** The last vector overlaps the one before it, so that there is no tail. */
  private longRow(): Code {
    const { plan, outputs, scope } = this;
    const { rowLength } = this.given;
    const [first] = outputs as [Local];
    const bytes = BYTES_OF[plan.outputs[0]!.type];
    const [end, rest] = [scope.local("i32"), scope.local("i32")];
    const fits = (vectors: number): Value =>
      op("i32.le_u", add(first, i32const(vectors * bytes * plan.lanes)), end);
    const taking = (vectors: number): Code => {
      const code = Array.from({ length: vectors }, (_, ahead) => this.vector(ahead));
      return whileDo(fits(vectors), [code, this.moveOn(vectors)]);
    };
    const many = this.vectorsPerTurn();
    return [
      set(end, add(first, mul(rowLength, i32const(bytes)))),
      doWhile(
        [
          many > 1 ? taking(many) : [],
          taking(1),
          set(rest, op("i32.div_u", sub(end, first), i32const(bytes))),
          when(rest, this.move(sub(rest, i32const(plan.lanes)))),
        ],
        rest,
      ),
    ];
  }

  private shortRow(): Code {
    const { plan, outputs, body } = this;
    const { rowLength } = this.given;
    const stores = this.values().map((value, k) =>
      storeEach(body, plan.outputs[k]!.type, outputs[k]!, value).map((code, lane) =>
        when(op("i32.gt_u", rowLength, i32const(lane)), code),
      ),
    );
    return [body.code, stores, this.move(rowLength)];
  }

  private eachRow(row: Code): Code {
    const more = this.scope.local("i32");
    return doWhile([row, this.nextRow(more)], more);
  }

  /** Sets the pointers to the next row, if there is one. */
  private nextRow(more: Local): Code {
    const { plan, scope, inputs } = this;
    const args = scope.params[0]!;
    const words = AXIS_WORDS + inputs.length;
    const [axis, left, axes] = [scope.local("i32"), scope.local("i32"), scope.local("i32")];
    const take = inputs.map(({ at }, k) => advance(at, load("i32.load", axis, 4 * (2 + k))));
    return [
      set(axis, add(args, i32const(4 * fixedWords(plan)))),
      set(axes, load("i32.load", args, 4 * HEAD.axes)),
      set(more, i32const(0)),
      whileDo(axes, [
        set(left, sub(load("i32.load", axis, 4), i32const(1))),
        when(
          left,
          [store("i32.store", axis, left, 4), take, set(more, i32const(1)), set(axes, i32const(0))],
          [
            store("i32.store", axis, load("i32.load", axis), 4),
            advance(axis, i32const(4 * words)),
            set(axes, sub(axes, i32const(1))),
          ],
        ),
      ]),
    ];
  }
}

/**
 * Adds the kernel of a plan as `run`: of the block of arguments, or, where it is flat, of the length of a row, the
 * addresses of the outputs and those of the inputs.
 */
export function addKernel(
  builder: ModuleBuilder,
  plan: Plan,
  strides: readonly Stride[],
  form: Form,
): void {
  const { inputs, outputs, relaxed } = plan;
  const count = form.flat ? 1 + outputs.length + inputs.length : 1;
  const params = new Array<"i32">(count).fill("i32");
  builder.add("run", params, [], (scope) =>
    new KernelWriter(plan, strides, form, { builder, scope, relaxed }).write(),
  );
}
