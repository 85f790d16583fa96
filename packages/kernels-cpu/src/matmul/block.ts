import { call, doWhile, i32const, set, tee, when } from "../wasm/code.ts";
import { advance, less, lesser, mul, sub } from "../wasm/integer.ts";
import type { ModuleBuilder } from "../wasm/module.ts";
import type { Element } from "./element.ts";

/** Rows of the left side that stay in the second cache; a multiple of every tile. */
export const ROWS = 96;

const PARAMS = [
  ...["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"],
  ...["i32", "i32", "i32", "i32", "i32", "i32", "i32"],
] as const;

/** The numbers of functions. */
interface Parts {
  readonly packLeft: number;
  readonly packRight: number;
  readonly sweep: number;
}

/**
 * Adds `block(a, aRow, aColumn, b, bRow, bColumn, c, m, k, n, x, y, tile, newLeft, newRight)`: the product
 * of two blocks, strides in bytes, with space for panels at `x` and `y`, where those that are not new are
 * already.
 */
export function addBlock(builder: ModuleBuilder, element: Element, parts: Parts): void {
  const { bytes } = element.one;
  builder.add("block", PARAMS, [], ({ params, local }) => {
    const [a, aRow, aColumn, b, bRow, bColumn, c, m, k, n, x, y, tile, newLeft, newRight] = params;
    const stride = local("i32");
    const rows = lesser(m, ROWS);
    return [
      when(newLeft, call(parts.packLeft, [a, aRow, aColumn, m, k, x])),
      when(newRight, call(parts.packRight, [b, bColumn, bRow, n, k, y])),
      set(stride, mul(n, bytes)),
      doWhile(
        [
          call(parts.sweep, [x, y, c, rows, n, k, stride, i32const(0), tile]),
          advance(x, mul(k, ROWS * bytes)),
          advance(c, mul(stride, ROWS)),
        ],
        less(0, tee(m, sub(m, ROWS))),
      ),
    ];
  });
}
