import { type Code, call, i32const, op, set, when } from "../wasm/code.ts";
import { advance, countDown, takeWhole } from "../wasm/integer.ts";
import type { ModuleBuilder, Scope } from "../wasm/module.ts";
import type { Float, Floats } from "./float.ts";

/** Vectors of a row that are worked on together. */
const WIDTH = 8;

const PARAMS = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;

/** A strip of columns, as wide as `width` of a form: each row takes from those before it. */
function strip(form: Floats, { params, local }: Scope<typeof PARAMS>, width: number): Code {
  const [t, tRow, tColumn, n, x, xStep, columns, unit] = params;
  const [row, at, to, from] = [local("i32"), local("i32"), local("i32"), local("i32")];
  const [done, rest, left, factor] = [local("i32"), local("i32"), local("i32"), local(form.type)];
  const sums = Array.from({ length: width }, () => local(form.type));
  const terms = [
    set(factor, form.splat(at)),
    sums.map((sum, i) =>
      set(sum, form.subtractProduct(factor, form.load(from, i * form.bytes), sum)),
    ),
    advance(at, tColumn),
    advance(from, xStep),
  ];
  const one = [
    set(at, row),
    set(from, x),
    set(rest, done),
    sums.map((sum, i) => set(sum, form.load(to, i * form.bytes))),
    takeWhole(rest, 1, terms),
    when(op("i32.eqz", unit), [
      set(factor, form.splat(at)),
      sums.map((sum) => set(sum, form.divide(sum, factor))),
    ]),
    sums.map((sum, i) => form.store(to, sum, i * form.bytes)),
    advance(row, tRow),
    advance(to, xStep),
    advance(done, 1),
  ];
  return takeWhole(columns, width * form.count, [
    set(row, t),
    set(to, x),
    set(done, i32const(0)),
    set(left, n),
    countDown(left, one),
    advance(x, width * form.bytes),
  ]);
}

/**
 * Adds `substitute(t, tRow, tColumn, n, x, xStep, columns, unit)`: x = T⁻¹x in its place, for a lower triangle
 * T of any strides and `n` rows of adjacent elements, in bytes. From the last row on, with negative strides,
 * the triangle is an upper one.
 */
export function addSubstitute(builder: ModuleBuilder, { one, vector }: Float): number {
  return builder.add("substitute", PARAMS, [], (scope) => [
    strip(vector, scope, WIDTH),
    strip(vector, scope, 1),
    strip(one, scope, 1),
  ]);
}

/**
 * Adds `substituteMany(t, tRow, tColumn, n, x, xStep, columns, unit, count, tMatrix, xMatrix)`, for `count`
 * matrices at two more strides.
 */
export function addSubstituteMany(builder: ModuleBuilder, substitute: number): void {
  const params = [...PARAMS, "i32", "i32", "i32"] as const;
  builder.add("substituteMany", params, [], ({ params }) => {
    const [t, , , , x, , , , count, tMatrix, xMatrix] = params;
    return countDown(count, [
      call(substitute, params.slice(0, PARAMS.length)),
      advance(t, tMatrix),
      advance(x, xMatrix),
    ]);
  });
}
