import { type Code, type Local, load, op, set, when } from "../wasm/code.ts";
import { add, advance, copies, countDown, mul, sub, takeWhole } from "../wasm/integer.ts";
import type { ModuleBuilder, Scope } from "../wasm/module.ts";
import type { Float, Floats } from "./float.ts";

/** Lines that are changed side by side. */
const GROUP = 4;

/** Divides `count` adjacent elements; both variables are used up. */
export const divideLine = (
  { one, vector }: Float,
  { at, count, by }: { readonly at: Local; readonly count: Local; readonly by: Local },
): Code =>
  [vector, one].map((form) =>
    takeWhole(count, form.count, [
      form.store(at, form.divide(form.load(at), form.spread(by))),
      advance(at, form.bytes),
    ]),
  );

const SUBTRACT = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;

type Subtract = Scope<typeof SUBTRACT>;

function subtractFrom({ one, vector }: Float, scope: Subtract, lines: number): Code {
  const [line, x, step, factors, factorStep, , count, slant] = scope.params;
  const [at, rest] = [scope.local("i32"), scope.local("i32")];
  const pointers = copies(lines, () => scope.local("i32"));
  const parts = [vector, one].map((form) => ({
    form,
    y: scope.local(form.type),
    factor: copies(lines, () => scope.local(form.type)),
  }));
  const changed = (form: Floats, y: Local, pointer: Local, factor: Local): Code =>
    form.store(pointer, form.subtractProduct(y, factor, form.load(pointer)));
  return [
    pointers.map((pointer, i) => [
      set(pointer, i > 0 ? add(pointers[i - 1]!, step) : x),
      parts.map(({ form, factor }) => set(factor[i]!, form.splat(factors))),
      advance(factors, factorStep),
    ]),
    set(at, line),
    set(rest, count),
    parts.map(({ form, y, factor }) =>
      takeWhole(rest, form.count, [
        set(y, form.load(at)),
        pointers.map((pointer, i) => changed(form, y, pointer, factor[i]!)),
        [at, ...pointers].map((pointer) => advance(pointer, form.bytes)),
      ]),
    ),
    advance(count, mul(slant, -lines)),
    advance(line, mul(slant, lines * one.bytes)),
    advance(x, mul(add(step, mul(slant, one.bytes)), lines)),
  ];
}

/**
 * Adds `subtract(line, x, step, factors, factorStep, lines, count, slant)`: takes multiples of a line of
 * `count` adjacent elements off the lines from `x` on, steps in bytes. With a slant of 1 each group of lines
 * begins as many elements later, as in a triangle.
 */
export function addSubtract(builder: ModuleBuilder, float: Float): number {
  return builder.add("subtract", SUBTRACT, [], (scope) =>
    [GROUP, 1].map((lines) => takeWhole(scope.params[5], lines, subtractFrom(float, scope, lines))),
  );
}

/** Exchanges elements of one size, and moves on. */
function exchange(form: Floats, a: Local, b: Local, x: Local): Code {
  return [
    set(x, form.load(a)),
    form.store(a, form.load(b)),
    form.store(b, x),
    advance(a, form.bytes),
    advance(b, form.bytes),
  ];
}

const SWAP = ["i32", "i32", "i32", "i32", "i32"] as const;

/**
 * Adds `swapRows(at, step, pivots, count, columns)`: exchanges each of `count` rows with the one that is as
 * many rows below as the int32 at `pivots` says.
 */
export function addSwapRows(builder: ModuleBuilder, { one, vector }: Float): number {
  return builder.add("swapRows", SWAP, [], ({ params, local }) => {
    const [at, step, pivots, count, columns] = params;
    const [a, b, rest, below] = [local("i32"), local("i32"), local("i32"), local("i32")];
    const swap = [
      set(a, at),
      set(b, add(at, mul(below, step))),
      set(rest, columns),
      [vector, one].map((form) =>
        takeWhole(rest, form.count, exchange(form, a, b, local(form.type))),
      ),
    ];
    return countDown(count, [
      set(below, load("i32.load", pivots)),
      when(below, swap),
      advance(at, step),
      advance(pivots, 4),
    ]);
  });
}

/** Adds `clearAbove(at, n)`: zeros above the diagonal of a row-major matrix. */
export function addClearAbove(builder: ModuleBuilder, { one, vector }: Float): number {
  return builder.add("clearAbove", ["i32", "i32"], [], ({ params, local }) => {
    const [at, n] = params;
    const [to, rest, above, step] = [local("i32"), local("i32"), local("i32"), local("i32")];
    const zeros = [vector, one].map((form) =>
      takeWhole(rest, form.count, [form.store(to, form.zero), advance(to, form.bytes)]),
    );
    return [
      set(above, n),
      set(step, mul(add(n, 1), one.bytes)),
      countDown(above, [
        set(to, add(at, one.bytes)),
        set(rest, sub(above, 1)),
        zeros,
        advance(at, step),
      ]),
    ];
  });
}

/** Adds `negate(at, vectors)`. */
export function addNegate(builder: ModuleBuilder, { type, vector }: Float): number {
  const negative = type === "f32" ? "f32x4.neg" : "f64x2.neg";
  return builder.add("negate", ["i32", "i32"], [], ({ params: [at, vectors] }) =>
    countDown(vectors, [
      vector.store(at, op(negative, vector.load(at))),
      advance(at, vector.bytes),
    ]),
  );
}
