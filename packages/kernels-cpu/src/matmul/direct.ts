import { type Code, doWhile, i32const, set } from "../wasm/code.ts";
import { add, advance, countDown, less, lesser, mul, sub } from "../wasm/integer.ts";
import type { ModuleBuilder } from "../wasm/module.ts";
import type { Element, Form } from "./element.ts";

const PARAMS = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;

function addForm(builder: ModuleBuilder, name: string, form: Form, bytes: number): void {
  builder.add(name, PARAMS, [], ({ params, local }) => {
    const [a, aRow, aColumn, b, bRow, bColumn, c, rows, columns, k] = params;
    const [x, y, depth, j] = [local("i32"), local("i32"), local("i32"), local("i32")];
    const sum = local(form.type);
    const dot: Code = [
      set(sum, form.zero),
      set(x, a),
      set(y, add(b, mul(j, bColumn))),
      set(depth, k),
      countDown(depth, [
        set(sum, form.multiplyAdd(form.splat(x), form.load(y), sum)),
        advance(x, aColumn),
        advance(y, bRow),
      ]),
    ];
    // The last vector overlaps the one before it instead of leaving a rest.
    const some = [
      set(j, lesser(j, sub(columns, form.count))),
      dot,
      form.store(add(c, mul(j, bytes)), sum),
      advance(j, form.count),
    ];
    return countDown(rows, [
      set(j, i32const(0)),
      doWhile(some, less(j, columns)),
      advance(a, aRow),
      advance(c, mul(columns, bytes)),
    ]);
  });
}

/**
 * Adds two functions `(a, aRow, aColumn, b, bRow, bColumn, c, rows, columns, k)` for small products without
 * packing, strides in bytes: `direct` for any, `directVectors` for at least a vector of columns whose rows
 * in `b` are adjacent elements.
 */
export function addDirect(builder: ModuleBuilder, { one, vector }: Element): void {
  addForm(builder, "direct", one, one.bytes);
  addForm(builder, "directVectors", vector, one.bytes);
}
