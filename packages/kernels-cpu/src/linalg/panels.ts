import {
  type Code,
  call,
  i32const,
  type Local,
  leave,
  op,
  set,
  store,
  type Value,
  when,
  whileDo,
} from "../wasm/code.ts";
import { add, advance, less, lesser, mul, sub } from "../wasm/integer.ts";
import type { ModuleBuilder, Scope } from "../wasm/module.ts";
import type { Float } from "./float.ts";
import { divideLine } from "./lines.ts";

/** A panel holds columns of a matrix as lines: `panel`, the bytes between them, and how many rows and columns. */
const CHOLESKY = ["i32", "i32", "i32", "i32"] as const;

/** Where a panel is worked on: at a diagonal element, with so many rows and columns left. */
interface Place {
  readonly diagonal: Local;
  readonly step: Local;
  readonly rows: Local;
  readonly columns: Local;
}

/** Runs a body at each diagonal element. */
const alongDiagonal = ({ one }: Float, place: Place, body: Code): Code => {
  const { diagonal, step, rows, columns } = place;
  return whileDo(less(0, lesser(rows, columns)), [
    body,
    advance(diagonal, add(step, one.bytes)),
    advance(rows, -1),
    advance(columns, -1),
  ]);
};

/** Divides what is below the diagonal. */
function divideBelow(
  float: Float,
  local: Scope["local"],
  { diagonal, rows }: Place,
  by: Local,
): Code {
  const [at, count] = [local("i32"), local("i32")];
  return [
    set(at, add(diagonal, float.one.bytes)),
    set(count, sub(rows, 1)),
    divideLine(float, { at, count, by }),
  ];
}

/**
 * Adds `choleskyPanel(panel, step, rows, columns)`: the number of the first pivot that is not positive, which
 * stays on the diagonal, or −1. What is above the diagonal comes out as anything.
 */
export function addCholeskyPanel(builder: ModuleBuilder, float: Float, subtract: number): number {
  const { type, one } = float;
  return builder.add("choleskyPanel", CHOLESKY, ["i32"], ({ params, local }) => {
    const [diagonal, step, rows, columns] = params;
    const [pivot, number] = [local(type), local("i32")];
    const below = add(diagonal, one.bytes);
    const right = add(below, step);
    const bytes = i32const(one.bytes);
    const place = { diagonal, step, rows, columns };
    return [
      alongDiagonal(float, place, [
        set(pivot, one.load(diagonal)),
        when(op("i32.eqz", op(`${type}.gt`, pivot, one.zero)), leave(number)),
        set(pivot, op(`${type}.sqrt`, pivot)),
        one.store(diagonal, pivot),
        divideBelow(float, local, place, pivot),
        call(subtract, [
          ...[below, right, step, below, bytes],
          ...[sub(columns, 1), sub(rows, 1), i32const(1)],
        ]),
        advance(number, 1),
      ]),
      i32const(-1).code,
    ];
  });
}

/** The row, counted from the diagonal, with the largest element of the column; the first of equals. */
function findLargest(
  { type, one }: Float,
  local: Scope["local"],
  { diagonal, rows }: Place,
  best: Local,
): Code {
  const [at, i, x, top] = [local("i32"), local("i32"), local(type), local(type)];
  const size = op(`${type}.abs`, one.load(at));
  return [
    set(best, i32const(0)),
    set(i, i32const(1)),
    set(top, op(`${type}.abs`, one.load(diagonal))),
    set(at, add(diagonal, one.bytes)),
    whileDo(less(i, rows), [
      set(x, size),
      when(op(`${type}.gt`, x, top), [set(top, x), set(best, i)]),
      advance(at, one.bytes),
      advance(i, 1),
    ]),
  ];
}

/** Exchanges the element at a row with the one `below` it, in every column. */
function swapInColumns(
  { type, one }: Float,
  local: Scope["local"],
  { step }: Place,
  row: Local,
  below: Value,
  width: Local,
): Code {
  const [a, b, i, x] = [local("i32"), local("i32"), local("i32"), local(type)];
  return [
    set(a, row),
    set(b, add(row, mul(below, one.bytes))),
    set(i, i32const(0)),
    whileDo(less(i, width), [
      set(x, one.load(a)),
      one.store(a, one.load(b)),
      one.store(b, x),
      advance(a, step),
      advance(b, step),
      advance(i, 1),
    ]),
  ];
}

const LU = ["i32", "i32", "i32", "i32", "i32"] as const;

/**
 * Adds `luPanel(panel, step, rows, columns, pivots)`: with partial pivoting; at `pivots`, int32 numbers say
 * how many rows below each the one was with which it was exchanged.
 */
export function addLuPanel(builder: ModuleBuilder, float: Float, subtract: number): number {
  const { type, one } = float;
  return builder.add("luPanel", LU, [], ({ params, local }) => {
    const [row, step, rows, columns, pivots] = params;
    const [diagonal, width, best, pivot] = [local("i32"), local("i32"), local("i32"), local(type)];
    const place = { diagonal, step, rows, columns };
    const right = add(diagonal, step);
    return [
      set(diagonal, row),
      set(width, columns),
      alongDiagonal(float, place, [
        findLargest(float, local, place, best),
        store("i32.store", pivots, best),
        advance(pivots, 4),
        when(best, swapInColumns(float, local, place, row, best, width)),
        advance(row, one.bytes),
        set(pivot, one.load(diagonal)),
        when(op(`${type}.ne`, pivot, one.zero), [
          divideBelow(float, local, place, pivot),
          call(subtract, [
            ...[add(diagonal, one.bytes), add(right, one.bytes), step, right, step],
            ...[sub(columns, 1), sub(rows, 1), i32const(0)],
          ]),
        ]),
      ]),
    ];
  });
}
