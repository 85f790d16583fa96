import type { DType } from "@cotangent/core";
import type { ScanOp } from "@cotangent/core/extend";
import { FOLDS } from "../reduce/folds.ts";
import { many } from "../reduce/kernel.ts";
import { compiled, type OfHeap, record } from "../strided/compiled.ts";
import { BYTES } from "../strided/elements.ts";
import { repeat, takeWhole } from "../strided/loops.ts";
import { type Code, i32const, load, set, store } from "../wasm/code.ts";
import type { Exports, ModuleBuilder } from "../wasm/module.ts";

/** `to`, `from`, the length of a line, its two steps, and how many vectors of lines lie side by side. */
const PARAMS = ["i32", "i32", "i32", "i32", "i32", "i32"] as const;

/** Vectors that run down together. */
const TOGETHER = 4;

function addColumns(builder: ModuleBuilder, operation: ScanOp, dtype: DType): void {
  const fold = FOLDS[operation][dtype];
  builder.add("columns", PARAMS, [], ({ params, local }) => {
    const [to, from, n, toStep, fromStep, count] = params;
    const [t, f, left, x] = [local("i32"), local("i32"), local("i32"), local("v128")];
    const carriers = Array.from({ length: TOGETHER }, () =>
      many(local, "v128", fold.starts.length),
    );
    const run = (vectors: number): Code => {
      const own = carriers.slice(0, vectors);
      const row = own.map((carried, i) => [
        [set(x, load("v128.load", f, 16 * i)), fold.take(carried, [x])],
        store("v128.store", t, fold.close(carried), 16 * i),
      ]);
      const body = [
        [set(t, to), set(f, from), set(left, n)],
        own.map((carried) => carried.map((c, k) => set(c, fold.starts[k]!))),
        repeat(left, row, [
          [t, toStep],
          [f, fromStep],
        ]),
      ];
      const width = i32const(16 * vectors);
      return takeWhole(count, vectors, body, [
        [to, width],
        [from, width],
      ]);
    };
    return [run(TOGETHER), run(1)];
  });
}

/** Scans of whole vectors of lines, by op and dtype. */
export const columnScans: {
  readonly [O in ScanOp]: { readonly [D in DType]: OfHeap<Exports[string]> };
} = record(["sum", "max", "min"], (operation) =>
  record(Object.keys(BYTES) as DType[], (dtype) =>
    compiled(
      (builder) => addColumns(builder, operation, dtype),
      ({ columns }) => columns!,
    ),
  ),
);
