import type { DType } from "@cotangent/core";
import type { Heap } from "../memory/heap.ts";
import { compiled } from "../strided/compiled.ts";
import { BYTES } from "../strided/elements.ts";
import { add, advance, repeat, takeWhole } from "../strided/loops.ts";
import {
  type Code,
  i32const,
  type Local,
  load,
  op,
  set,
  store,
  type Value,
  when,
  whileDo,
} from "../wasm/code.ts";
import type { Exports, ModuleBuilder, Scope } from "../wasm/module.ts";
import {
  closeAcross,
  FOLDS,
  type Fold,
  type FoldOp,
  loadOne,
  loadSplat,
  storeFirst,
} from "./folds.ts";

const OPS: readonly FoldOp[] = ["sum", "max", "min"];
const DTYPES = Object.keys(BYTES) as DType[];
/** `to`, `from`, the length of a line, and then what tells apart lines. */
const PARAMS = ["i32", "i32", "i32", "i32", "i32"] as const;

/** Vectors of one line that are joined before they are carried. */
const JOINED = 8;
/** Lines, and vectors of each, that the columns of a tile take at a time. */
const LINES = 4;
const TILE = 4;

const many = (local: Scope["local"], type: "i32" | "v128", n: number): Local[] =>
  Array.from({ length: n }, () => local(type));

/** Joins neighbours, then the joined ones, and so on. */
function joinAll(fold: Fold, values: readonly Value[]): Value {
  if (values.length === 1) return values[0]!;
  const half = values.length / 2;
  return fold.join(joinAll(fold, values.slice(0, half)), joinAll(fold, values.slice(half)));
}

/** Folds lines that lie side by side, `step` bytes from one to the next. */
function addRows(builder: ModuleBuilder, operation: FoldOp, dtype: DType): void {
  const fold = FOLDS[operation][dtype];
  const bytes = BYTES[dtype];
  const lanes = 16 / bytes;
  builder.add(`rows${operation}${dtype}`, PARAMS, [], ({ params, local }) => {
    const [to, from, n, count, step] = params;
    const [at, left] = [local("i32"), local("i32")];
    const x = local("v128");
    const carriers = many(local, "v128", fold.carriers);
    const taking = (elements: number, value: Value): Code =>
      takeWhole(
        left,
        elements,
        [set(x, value), fold.carry(carriers, x)],
        [[at, i32const(elements * bytes)]],
      );
    const vectors = Array.from({ length: JOINED }, (_, i) => load("v128.load", at, 16 * i));
    const [across, total] = closeAcross(fold, carriers);
    const row = [
      [set(at, from), set(left, n), carriers.map((c) => set(c, fold.start))],
      taking(JOINED * lanes, joinAll(fold, vectors)),
      taking(lanes, load("v128.load", at)),
      taking(1, loadOne(operation, dtype, at)),
      [across, storeFirst(dtype, to, total)],
    ];
    return repeat(count, row, [
      [to, i32const(bytes)],
      [from, step],
    ]);
  });
}

/** Folds `n` lines, `step` bytes from one to the next, into one line of `count` elements. */
function addColumns(builder: ModuleBuilder, operation: FoldOp, dtype: DType): void {
  const fold = FOLDS[operation][dtype];
  const bytes = BYTES[dtype];
  builder.add(`columns${operation}${dtype}`, PARAMS, [], ({ params, local }) => {
    const [to, from, n, count, step] = params;
    const left = local("i32");
    const lines = many(local, "i32", LINES);
    const first = lines[0]!;
    const x = local("v128");
    const all = many(local, "v128", TILE * fold.carriers);
    const tile = (
      vectors: number,
      elements: number,
      read: (at: Value, i: number) => Value,
      write: (x: Value, i: number) => Code,
    ): Code => {
      const carriersOf = (i: number): Local[] =>
        all.slice(i * fold.carriers, (i + 1) * fold.carriers);
      const each = (f: (i: number) => Code): Code =>
        Array.from({ length: vectors }, (_, i) => f(i));
      const take = (value: Value, i: number): Code => [set(x, value), fold.carry(carriersOf(i), x)];
      const body = [
        set(first, from),
        set(left, n),
        each((i) => carriersOf(i).map((c) => set(c, fold.start))),
        takeWhole(
          left,
          LINES,
          [
            lines.slice(1).map((line, i) => set(line, add(lines[i]!, step))),
            each((i) =>
              take(
                joinAll(
                  fold,
                  lines.map((line) => read(line, i)),
                ),
                i,
              ),
            ),
            set(first, lines[LINES - 1]!),
          ],
          [[first, step]],
        ),
        takeWhole(
          left,
          1,
          each((i) => take(read(first, i), i)),
          [[first, step]],
        ),
        each((i) => write(fold.close(carriersOf(i)), i)),
      ];
      const width = i32const(elements * bytes);
      return takeWhole(count, elements, body, [
        [to, width],
        [from, width],
      ]);
    };
    const lanes = 16 / bytes;
    const vector = (at: Value, i: number): Value => load("v128.load", at, 16 * i);
    const put = (value: Value, i: number): Code => store("v128.store", to, value, 16 * i);
    return [
      tile(TILE, TILE * lanes, vector, put),
      tile(1, lanes, vector, put),
      tile(
        1,
        1,
        (at) => loadSplat(dtype, at),
        (value) => storeFirst(dtype, to, value),
      ),
    ];
  });
}

const EQUALS = {
  float32: ["f32x4.eq", "f32x4.ne"],
  float64: ["f64x2.eq", "f64x2.ne"],
  int32: ["i32x4.eq", "i32x4.ne"],
  bool: ["i8x16.eq", "i8x16.ne"],
} as const;

/** Where each line has its best element, which is given; NaN is the best where there is one. */
function addFind(builder: ModuleBuilder, dtype: DType): void {
  const bytes = BYTES[dtype];
  const lanes = 16 / bytes;
  const [eq, ne] = EQUALS[dtype];
  builder.add(`find${dtype}`, [...PARAMS, "i32"], [], ({ params, local }) => {
    const [to, from, n, count, step, best] = params;
    const [at, left, rest] = [local("i32"), local("i32"), local("i32")];
    const [x, wanted] = [local("v128"), local("v128")];
    const matches = op("v128.any_true", op("v128.or", op(eq, x, wanted), op(ne, x, x)));
    const look = (value: Value, found: Code, otherwise: Code): Code => [
      set(x, value),
      when(matches, found, otherwise),
    ];
    const skip = [advance(at, i32const(16)), set(left, op("i32.sub", left, i32const(lanes)))];
    const row = [
      [set(at, from), set(left, n), set(rest, i32const(0))],
      set(wanted, loadSplat(dtype, best)),
      whileDo(
        op("i32.ge_u", left, i32const(lanes)),
        look(load("v128.load", at), [set(rest, left), set(left, i32const(0))], skip),
      ),
      set(left, op("i32.or", left, rest)),
      whileDo(
        left,
        look(loadSplat(dtype, at), set(left, i32const(0)), advance(at, i32const(bytes))),
      ),
      store("i32.store", to, op("i32.div_u", op("i32.sub", at, from), i32const(bytes))),
    ];
    return repeat(count, row, [
      [to, i32const(4)],
      [from, step],
      [best, i32const(bytes)],
    ]);
  });
}

export type Kernel = Exports[string];

/** Of lines that lie side by side, and of lines that lie behind one another. */
interface Pair {
  readonly rows: Kernel;
  readonly columns: Kernel;
}

/** Folds by op and dtype, and what finds where the best is, by dtype. */
interface Folds {
  readonly folds: { readonly [O in FoldOp]: { readonly [D in DType]: Pair } };
  readonly find: { readonly [D in DType]: Kernel };
}

/** A value for each name. */
const record = <K extends string, T>(names: readonly K[], value: (name: K) => T) =>
  Object.fromEntries(names.map((name) => [name, value(name)])) as { readonly [N in K]: T };

export const kernelsOf: (heap: Heap) => Folds = compiled(
  (builder) => {
    for (const dtype of DTYPES) {
      addFind(builder, dtype);
      for (const operation of OPS) {
        addRows(builder, operation, dtype);
        addColumns(builder, operation, dtype);
      }
    }
  },
  (exports) => ({
    folds: record(OPS, (operation) =>
      record(DTYPES, (dtype) => ({
        rows: exports[`rows${operation}${dtype}`]!,
        columns: exports[`columns${operation}${dtype}`]!,
      })),
    ),
    find: record(DTYPES, (dtype) => exports[`find${dtype}`]!),
  }),
);
