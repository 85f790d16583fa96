import { transpose } from "../move/kernels.ts";
import { type Code, type Local, set } from "../wasm/code.ts";
import { advance, mul, takeWhole } from "../wasm/integer.ts";
import type { ModuleBuilder, Scope } from "../wasm/module.ts";
import type { Float, Floats } from "./float.ts";

const PARAMS = ["i32", "i32", "i32", "i32", "i32", "i32"] as const;

/** Moves the next rows, as many as `form` holds, in squares and then column by column. */
function someRows({ params, local }: Scope<typeof PARAMS>, { one }: Float, form: Floats): Code {
  const [to, toStep, from, fromStep, rows, columns] = params;
  const [at, source, target, rest] = [local("i32"), local("i32"), local("i32"), local("i32")];
  const lines = (): Local[] => Array.from({ length: form.count }, () => local(form.type));
  const x = lines();
  const [turn, turned] = form === one ? [[], x] : transpose(x, lines(), one.bytes);
  const square = [
    set(source, at),
    x.map((line) => [set(line, form.load(source)), advance(source, fromStep)]),
    turn,
    turned.map((line) => [form.store(target, line), advance(target, toStep)]),
    advance(at, form.bytes),
  ];
  const column = [
    set(source, at),
    x.map((_, i) => [
      one.store(target, one.load(source), i * one.bytes),
      advance(source, fromStep),
    ]),
    advance(target, toStep),
    advance(at, one.bytes),
  ];
  return takeWhole(rows, form.count, [
    set(at, from),
    set(target, to),
    set(rest, columns),
    takeWhole(rest, form.count, square),
    form === one ? [] : takeWhole(rest, 1, column),
    advance(to, form.bytes),
    advance(from, mul(fromStep, form.count)),
  ]);
}

/**
 * Adds `transpose(to, toStep, from, fromStep, rows, columns)`: rows of adjacent elements become columns;
 * both steps, in bytes, are those between rows.
 */
export function addTranspose(builder: ModuleBuilder, float: Float): number {
  return builder.add("transpose", PARAMS, [], (scope) => [
    someRows(scope, float, float.vector),
    someRows(scope, float, float.one),
  ]);
}
