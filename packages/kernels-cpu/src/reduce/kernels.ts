import type { DType } from "@cotangent/core";
import { compiled, type OfHeap, record } from "../strided/compiled.ts";
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
  FOLDS,
  type Fold,
  type FoldOp,
  loadOne,
  loadSplat,
  type Quick,
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

/** Runs the quicker way of a fold where there is one, and the other one only in doubt. */
function inDoubt(fold: Fold, doubt: (quick: Quick) => Value, run: (way: Fold) => Code): Code {
  const { quick } = fold;
  return quick === undefined ? run(fold) : [run(quick), when(doubt(quick), run(fold))];
}

/** Variables for either way. */
const carriersOf = ({ starts, quick }: Fold): number =>
  Math.max(starts.length, quick?.starts.length ?? 0);

/** Folds lines that lie side by side, `step` bytes from one to the next. */
function addRows(builder: ModuleBuilder, operation: FoldOp, dtype: DType): void {
  const fold = FOLDS[operation][dtype];
  const bytes = BYTES[dtype];
  const lanes = 16 / bytes;
  builder.add("rows", PARAMS, [], ({ params, local }) => {
    const [to, from, n, count, step] = params;
    const [at, left] = [local("i32"), local("i32")];
    const vectors = many(local, "v128", JOINED);
    const all = many(local, "v128", carriersOf(fold));
    const run = (way: Fold): Code => {
      const carriers = all.slice(0, way.starts.length);
      const taking = (elements: number, values: readonly Value[]): Code => {
        const xs = vectors.slice(0, values.length);
        const body = [xs.map((x, i) => set(x, values[i]!)), way.take(carriers, xs)];
        return takeWhole(left, elements, body, [[at, i32const(elements * bytes)]]);
      };
      return [
        [set(at, from), set(left, n), carriers.map((c, i) => set(c, way.starts[i]!))],
        taking(
          JOINED * lanes,
          vectors.map((_, i) => load("v128.load", at, 16 * i)),
        ),
        taking(lanes, [load("v128.load", at)]),
        taking(1, [loadOne(operation, dtype, at)]),
        [way.across(carriers), storeFirst(dtype, to, way.close(carriers))],
      ];
    };
    const row = inDoubt(fold, (quick) => quick.doubt(all), run);
    return repeat(count, row, [
      [to, i32const(bytes)],
      [from, step],
    ]);
  });
}

/** How a tile reads the elements of its columns and writes their results. */
interface Access {
  readonly vectors: number;
  readonly elements: number;
  read(at: Value, vector: number): Value;
  write(x: Value, vector: number): Code;
}

/** Folds `n` lines, `step` bytes from one to the next, into one line of `count` elements. */
function addColumns(builder: ModuleBuilder, operation: FoldOp, dtype: DType): void {
  const fold = FOLDS[operation][dtype];
  const bytes = BYTES[dtype];
  builder.add("columns", PARAMS, [], ({ params, local }) => {
    const [to, from, n, count, step] = params;
    const left = local("i32");
    const lines = many(local, "i32", LINES);
    const first = lines[0]!;
    const xs = many(local, "v128", LINES);
    const each = carriersOf(fold);
    const all = many(local, "v128", TILE * each);
    const tile = ({ vectors, elements, read, write }: Access): Code => {
      const numbers = Array.from({ length: vectors }, (_, i) => i);
      const run = (way: Fold): Code => {
        const own = (i: number): Local[] => all.slice(i * each, i * each + way.starts.length);
        const taking = (pointers: readonly Local[]): Code =>
          numbers.map((i) => [
            pointers.map((pointer, k) => set(xs[k]!, read(pointer, i))),
            way.take(own(i), xs.slice(0, pointers.length)),
          ]);
        const next = lines.slice(1).map((line, i) => set(line, add(lines[i]!, step)));
        const four = [next, taking(lines), set(first, lines[LINES - 1]!)];
        return [
          [set(first, from), set(left, n)],
          numbers.map((i) => own(i).map((c, k) => set(c, way.starts[k]!))),
          takeWhole(left, LINES, four, [[first, step]]),
          takeWhole(left, 1, taking([first]), [[first, step]]),
          numbers.map((i) => write(way.close(own(i)), i)),
        ];
      };
      const doubt = (quick: Quick): Value =>
        numbers
          .map((i) => quick.doubt(all.slice(i * each, (i + 1) * each)))
          .reduce((a, b) => op("i32.or", a, b));
      const body = inDoubt(fold, doubt, run);
      const width = i32const(elements * bytes);
      return takeWhole(count, elements, body, [
        [to, width],
        [from, width],
      ]);
    };
    const lanes = 16 / bytes;
    const side = (vectors: number): Access => ({
      vectors,
      elements: vectors * lanes,
      read: (at, i) => load("v128.load", at, 16 * i),
      write: (x, i) => store("v128.store", to, x, 16 * i),
    });
    const single: Access = {
      vectors: 1,
      elements: 1,
      read: (at) => loadSplat(dtype, at),
      write: (x) => storeFirst(dtype, to, x),
    };
    return [tile(side(TILE)), tile(side(1)), tile(single)];
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
  builder.add("find", [...PARAMS, "i32"], [], ({ params, local }) => {
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

/** Folds, by op and dtype. */
export const folds: { readonly [O in FoldOp]: { readonly [D in DType]: OfHeap<Pair> } } = record(
  OPS,
  (operation) =>
    record(DTYPES, (dtype) =>
      compiled(
        (builder) => {
          addRows(builder, operation, dtype);
          addColumns(builder, operation, dtype);
        },
        ({ rows, columns }) => ({ rows: rows!, columns: columns! }),
      ),
    ),
);

/** What finds the best of each line, by dtype. */
export const finders: { readonly [D in DType]: OfHeap<Kernel> } = record(DTYPES, (dtype) =>
  compiled(
    (builder) => addFind(builder, dtype),
    ({ find }) => find!,
  ),
);
