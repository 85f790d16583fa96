import type { DType } from "@cotangent/core";
import { compiled, type OfHeap, record } from "../strided/compiled.ts";
import { BYTES } from "../strided/elements.ts";
import type { Exports } from "../wasm/module.ts";
import { addColumns } from "./columns.ts";
import { addFind } from "./find.ts";
import type { FoldOp } from "./folds.ts";
import { addRows } from "./rows.ts";

const OPS: readonly FoldOp[] = ["sum", "max", "min"];
const DTYPES = Object.keys(BYTES) as DType[];

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
