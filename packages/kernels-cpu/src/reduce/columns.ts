import type { DType } from "@cotangent/core";
import { BYTES } from "../strided/elements.ts";
import { takeWhole } from "../strided/loops.ts";
import { type Code, i32const, type Local, load, op, set, store, type Value } from "../wasm/code.ts";
import { add } from "../wasm/integer.ts";
import type { ModuleBuilder } from "../wasm/module.ts";
import { FOLDS, type Fold, type FoldOp, loadSplat, type Quick, storeFirst } from "./folds.ts";
import { carriersOf, inDoubt, many, PARAMS } from "./kernel.ts";

/** Lines that a tile takes at a time, and its vectors of each. */
const LINES = 4;
const VECTORS = 4;

/** How a tile reads the elements of its columns and writes their results. */
interface Access {
  readonly vectors: number;
  readonly elements: number;
  read(at: Value, vector: number): Value;
  write(to: Value, x: Value, vector: number): Code;
}

const sideBySide = (vectors: number, dtype: DType): Access => ({
  vectors,
  elements: (vectors * 16) / BYTES[dtype],
  read: (at, i) => load("v128.load", at, 16 * i),
  write: (to, x, i) => store("v128.store", to, x, 16 * i),
});

const alone = (dtype: DType): Access => ({
  vectors: 1,
  elements: 1,
  read: (at) => loadSplat(dtype, at),
  write: (to, x) => storeFirst(dtype, to, x),
});

/** Variables: the lines that are next, how many are left, an element vector of each, and the carriers. */
interface Columns {
  readonly to: Local;
  readonly from: Local;
  readonly n: Local;
  readonly step: Local;
  readonly left: Local;
  readonly lines: readonly Local[];
  readonly xs: readonly Local[];
  readonly carriers: readonly (readonly Local[])[];
}

/** Folds the columns of one tile. */
function foldTile(
  { to, from, n, step, left, lines, xs, carriers }: Columns,
  { vectors, read, write }: Access,
  way: Fold,
): Code {
  const [first, last] = [lines[0]!, lines[LINES - 1]!];
  const tile = carriers.slice(0, vectors).map((list) => list.slice(0, way.starts.length));
  const taking = (pointers: readonly Local[]): Code =>
    tile.map((own, i) => [
      pointers.map((pointer, k) => set(xs[k]!, read(pointer, i))),
      way.take(own, xs.slice(0, pointers.length)),
    ]);
  const next = lines.slice(1).map((line, i) => set(line, add(lines[i]!, step)));
  return [
    [set(first, from), set(left, n)],
    tile.map((own) => own.map((c, k) => set(c, way.starts[k]!))),
    takeWhole(left, LINES, [next, taking(lines), set(first, last)], [[first, step]]),
    takeWhole(left, 1, taking([first]), [[first, step]]),
    tile.map((own, i) => write(to, way.close(own), i)),
  ];
}

/** Folds `n` lines into one line of `count` elements. */
export function addColumns(builder: ModuleBuilder, operation: FoldOp, dtype: DType): void {
  const fold = FOLDS[operation][dtype];
  builder.add("columns", PARAMS, [], ({ params, local }) => {
    const [to, from, n, count, step] = params;
    const columns: Columns = {
      ...{ to, from, n, step, left: local("i32") },
      lines: many(local, "i32", LINES),
      xs: many(local, "v128", LINES),
      carriers: Array.from({ length: VECTORS }, () => many(local, "v128", carriersOf(fold))),
    };
    const tiles = (access: Access): Code => {
      const own = columns.carriers.slice(0, access.vectors);
      const doubt = (quick: Quick): Value =>
        own.map((list) => quick.doubt(list)).reduce((a, b) => op("i32.or", a, b));
      const body = inDoubt(fold, doubt, (way) => foldTile(columns, access, way));
      const width = i32const(access.elements * BYTES[dtype]);
      return takeWhole(count, access.elements, body, [
        [to, width],
        [from, width],
      ]);
    };
    return [sideBySide(VECTORS, dtype), sideBySide(1, dtype), alone(dtype)].map(tiles);
  });
}
