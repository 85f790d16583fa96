import {
  type Code,
  doWhile,
  i32const,
  load,
  set,
  store,
  type Value,
  v128const,
  when,
} from "../wasm/code.ts";
import { add, advance, both, countDown, equal, less, lesser, mul, sub } from "../wasm/integer.ts";
import type { ModuleBuilder } from "../wasm/module.ts";
import {
  type Element,
  loadOne,
  multiplyAdd,
  multiplyAddOne,
  storeOne,
  zeroOne,
} from "./element.ts";

/**
 * Adds `direct(a, aRow, aColumn, b, bRow, bColumn, c, rows, columns, k)`: a small product without
 * packing, strides in bytes. Vectors where rows of `b` are adjacent elements.
 */
export function addDirect(builder: ModuleBuilder, element: Element): void {
  const { bytes, count, type } = element;
  const params = Array(10).fill("i32") as [
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
  ];
  builder.add("direct", params, [], ({ params, local }) => {
    const [a, aRow, aColumn, b, bRow, bColumn, c, rows, columns, k] = params;
    const [x, y, depth, j] = [local("i32"), local("i32"), local("i32"), local("i32")];
    const [sum, sums] = [local(type), local("v128")];
    const dot = (begin: Value, body: Code): Code => [
      set(x, a),
      set(y, begin),
      set(depth, k),
      countDown(depth, [body, advance(x, aColumn), advance(y, bRow)]),
    ];
    const at = add(c, mul(j, bytes));
    const one = [
      set(sum, zeroOne(element)),
      dot(
        add(b, mul(j, bColumn)),
        set(sum, multiplyAddOne(element, loadOne(element, x), loadOne(element, y), sum)),
      ),
      storeOne(element, at, sum),
      advance(j, 1),
    ];
    // The last vector overlaps the one before it instead of leaving a rest.
    const vector = [
      set(j, lesser(j, sub(columns, count))),
      set(sums, v128const(new Uint8Array(16))),
      dot(
        add(b, mul(j, bytes)),
        set(sums, multiplyAdd(element, load(element.splat, x), load("v128.load", y), sums)),
      ),
      store("v128.store", at, sums),
      advance(j, count),
    ];
    const eachColumn = (body: Code): Code => doWhile(body, less(j, columns));
    return countDown(rows, [
      set(j, i32const(0)),
      when(
        both(equal(bColumn, bytes), less(count - 1, columns)),
        eachColumn(vector),
        eachColumn(one),
      ),
      advance(a, aRow),
      advance(c, mul(columns, bytes)),
    ]);
  });
}
