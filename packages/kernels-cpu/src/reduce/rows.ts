import type { DType } from "@cotangent/core";
import { BYTES } from "../strided/elements.ts";
import { repeat, takeWhole } from "../strided/loops.ts";
import { type Code, i32const, type Local, load, set, type Value } from "../wasm/code.ts";
import type { ModuleBuilder, Scope } from "../wasm/module.ts";
import { FOLDS, type Fold, type FoldOp, loadOne, storeFirst } from "./folds.ts";
import { carriersOf, inDoubt, many, PARAMS } from "./kernel.ts";

/** Vectors of one line that are taken in at a time. */
const JOINED = 8;

/** Variables of a row: where it is, how much of it is left, and its next vectors. */
interface Row {
  readonly at: Local;
  readonly left: Local;
  readonly vectors: readonly Local[];
}

const rowOf = (local: Scope["local"]): Row => ({
  at: local("i32"),
  left: local("i32"),
  vectors: many(local, "v128", JOINED),
});

/** Takes the elements of a row in, as many at a time as there are. */
function takeRow(
  { at, left, vectors }: Row,
  way: Fold,
  carriers: readonly Local[],
  operation: FoldOp,
  dtype: DType,
): Code {
  const bytes = BYTES[dtype];
  const taking = (elements: number, values: readonly Value[]): Code => {
    const xs = vectors.slice(0, values.length);
    const body = [xs.map((x, i) => set(x, values[i]!)), way.take(carriers, xs)];
    return takeWhole(left, elements, body, [[at, i32const(elements * bytes)]]);
  };
  const side = vectors.map((_, i) => load("v128.load", at, 16 * i));
  return [
    taking((JOINED * 16) / bytes, side),
    taking(16 / bytes, side.slice(0, 1)),
    taking(1, [loadOne(operation, dtype, at)]),
  ];
}

/** Folds lines that lie side by side, `step` bytes from one to the next. */
export function addRows(builder: ModuleBuilder, operation: FoldOp, dtype: DType): void {
  const fold = FOLDS[operation][dtype];
  builder.add("rows", PARAMS, [], ({ params, local }) => {
    const [to, from, n, count, step] = params;
    const row = rowOf(local);
    const all = many(local, "v128", carriersOf(fold));
    const run = (way: Fold): Code => {
      const carriers = all.slice(0, way.starts.length);
      return [
        [set(row.at, from), set(row.left, n), carriers.map((c, i) => set(c, way.starts[i]!))],
        takeRow(row, way, carriers, operation, dtype),
        [way.across(carriers), storeFirst(dtype, to, way.close(carriers))],
      ];
    };
    const body = inDoubt(fold, (quick) => quick.doubt(all), run);
    return repeat(count, body, [
      [to, i32const(BYTES[dtype])],
      [from, step],
    ]);
  });
}
