import { call, i32const, leave, set, type Value, when } from "../wasm/code.ts";
import { add, advance, countDown, less, mul } from "../wasm/integer.ts";
import type { ModuleBuilder } from "../wasm/module.ts";
import type { Float } from "./float.ts";

const PARAMS = ["i32", "i32", "i32", "i32"] as const;

/** What the kernels of whole matrices call. */
interface Parts {
  readonly transpose: number;
  readonly panel: number;
}

/**
 * Adds `choleskyMany(at, n, count, panel)`: factors of `count` matrices in their place, one after the other in
 * `panel`. Its result is −1, or n times the number of the first matrix that has none plus that of its pivot.
 */
export function addCholeskyMany(
  builder: ModuleBuilder,
  { one }: Float,
  { transpose, panel, clearAbove }: Parts & { readonly clearAbove: number },
): void {
  builder.add("choleskyMany", PARAMS, ["i32"], ({ params, local }) => {
    const [at, n, count, lines] = params;
    const [step, first, failed] = [local("i32"), local("i32"), local("i32")];
    const factorize: Value = { type: "i32", code: call(panel, [lines, step, n, n]) };
    return [
      set(step, mul(n, one.bytes)),
      countDown(count, [
        call(transpose, [lines, step, at, step, n, n]),
        set(failed, factorize),
        when(less(-1, failed), leave(add(first, failed))),
        call(transpose, [at, step, lines, step, n, n]),
        call(clearAbove, [at, n]),
        advance(at, mul(n, step)),
        advance(first, n),
      ]),
      i32const(-1).code,
    ];
  });
}

/** Adds `luMany(at, n, count, panel, pivots)`, as `choleskyMany`. */
export function addLuMany(
  builder: ModuleBuilder,
  { one }: Float,
  { transpose, panel }: Parts,
): void {
  builder.add("luMany", [...PARAMS, "i32"], [], ({ params, local }) => {
    const [at, n, count, lines, pivots] = params;
    const step = local("i32");
    return [
      set(step, mul(n!, one.bytes)),
      countDown(count!, [
        call(transpose, [lines!, step, at!, step, n!, n!]),
        call(panel, [lines!, step, n!, n!, pivots!]),
        call(transpose, [at!, step, lines!, step, n!, n!]),
        advance(at!, mul(n!, step)),
        advance(pivots!, mul(n!, 4)),
      ]),
    ];
  });
}
