import type { DType } from "@cotangent/core";
import { BYTES } from "../strided/elements.ts";
import { repeat } from "../strided/loops.ts";
import {
  type Code,
  i32const,
  load,
  op,
  set,
  store,
  type Value,
  when,
  whileDo,
} from "../wasm/code.ts";
import { advance } from "../wasm/integer.ts";
import type { ModuleBuilder } from "../wasm/module.ts";
import { loadSplat } from "./folds.ts";
import { PARAMS } from "./kernel.ts";

const EQUALS = {
  float32: ["f32x4.eq", "f32x4.ne"],
  float64: ["f64x2.eq", "f64x2.ne"],
  int32: ["i32x4.eq", "i32x4.ne"],
  bool: ["i8x16.eq", "i8x16.ne"],
} as const;

/** Where each line has its best element, which is given; NaN is the best where there is one. */
export function addFind(builder: ModuleBuilder, dtype: DType): void {
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
