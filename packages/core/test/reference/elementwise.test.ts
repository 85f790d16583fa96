import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DType } from "../../src/dtype.ts";
import {
  type BinaryOp,
  constant,
  type Expr,
  index,
  input,
  s,
  select,
  type UnaryOp,
} from "../../src/expr.ts";
import { fillView, View } from "../../src/view.ts";
import {
  anyDtype,
  at,
  backend,
  dense,
  held,
  numeric,
  places,
  read,
  shapes,
  viewOf,
} from "./views.ts";

const run = (body: Expr, ...lists: number[][]): number[] => {
  const views = lists.map((list, i) => dense(typeOf(body, i) ?? "int32", [list.length], list));
  const [out] = backend.elementwise([body], views, [lists[0]!.length]);
  return read(out!, body.type as DType, [lists[0]!.length]);
};

/** The type of an input, where the expression has it. */
function typeOf(expr: Expr, number: number): DType | undefined {
  if (expr.op === "input" && expr.value === number) return expr.type as DType;
  return expr.args.map((arg) => typeOf(arg, number)).find((type) => type !== undefined);
}

const unary = (op: UnaryOp, type: DType, xs: number[]): number[] => run(s[op](input(0, type)), xs);
const binary = (op: BinaryOp, type: DType, xs: number[], ys: number[]): number[] =>
  run(s[op](input(0, type), input(1, type)), xs, ys);

describe("elementwise", () => {
  it("computes an expression at every place of any views", () => {
    const cases = fc
      .tuple(numeric, shapes())
      .chain(([type, shape]) =>
        fc.tuple(viewOf(type, shape), viewOf(type, shape), viewOf("bool", shape)),
      );
    fc.assert(
      fc.property(cases, ([a, b, c]) => {
        const [x, y] = [input(0, a.dtype), input(1, a.dtype)];
        const body = select(input(2, "bool"), s.sub(x, y), s.max(x, y));

        const [out] = backend.elementwise([body], [a, b, c], a.shape);

        const expected = places(a.shape).map((p) =>
          held(a.dtype, at(c, p) ? at(a, p) - at(b, p) : Math.max(at(a, p), at(b, p))),
        );
        expect(read(out!, a.dtype, a.shape)).toEqual(expected);
      }),
    );
  });

  it("copies any view of any dtype", () => {
    const cases = fc.tuple(anyDtype, shapes()).chain(([type, shape]) => viewOf(type, shape));
    fc.assert(
      fc.property(cases, (view) => {
        const [out] = backend.elementwise([input(0, view.dtype)], [view], view.shape);

        const expected = places(view.shape).map((p) => at(view, p));
        expect(read(out!, view.dtype, view.shape)).toEqual(expected);
      }),
    );
  });

  it("takes numbers beside views that are not row-major", () => {
    const cases = shapes().chain((shape) => viewOf("float32", shape));
    fc.assert(
      fc.property(cases, fc.float(), (view, factor) => {
        const body = s.mul(input(0, "float32"), input(1, "float32"));
        const number = fillView("float32", "cpu", view.shape, factor);

        const [out] = backend.elementwise([body], [view, number], view.shape);

        const expected = places(view.shape).map((p) => Math.fround(at(view, p) * factor));
        expect(read(out!, "float32", view.shape)).toEqual(expected);
      }),
    );
  });

  it("returns several outputs, of which one may be part of another", () => {
    const x = input(0, "float64");
    const square = s.square(x);

    const outs = backend.elementwise(
      [s.add(square, 1), square, x, constant(7, "float64"), square],
      [dense("float64", [2], [2, 3])],
      [2],
    );

    const rows = outs.map((out) => read(out, "float64", [2]));
    expect(rows).toEqual([
      [5, 10],
      [4, 9],
      [2, 3],
      [7, 7],
      [4, 9],
    ]);
  });

  it("goes through more elements than one block has", () => {
    const n = 5000;
    const list = Array.from({ length: n }, (_, i) => i / 7);
    const x = input(0, "float64");

    const out = run(s.add(s.mul(x, 2), s.cast(index(), "float64")), list);

    expect(out).toEqual(list.map((v, i) => v * 2 + i));
  });

  it("counts elements in logical order under any strides", () => {
    const x = dense("int32", [2, 3], [0, 0, 0, 0, 0, 0]);
    const transposed = new View("int32", "cpu", [3, 2], [1, 3], 0, x.buffer, 0);

    const body = s.add(input(0, "int32"), s.cast(index(), "int32"));
    const [out] = backend.elementwise([body], [transposed], [3, 2]);

    expect(read(out!, "int32", [3, 2])).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("rounds to float32 at every node", () => {
    const x = input(0, "float32");

    const [out] = run(s.sub(s.add(x, 1), 1), [2 ** -25]);

    expect(out).toBe(0);
  });
});

describe("scalar ops", () => {
  it("round halves to even", () => {
    const xs = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999999999999994, 3.2, NaN, Infinity];
    expect(unary("round", "float64", xs)).toEqual([0, 2, 2, -0, -2, -2, 0, 3, NaN, Infinity]);
  });

  it("give rem the sign of the divisor", () => {
    const [xs, ys] = [
      [5, -5, 5, -5, -1, 1],
      [3, 3, -3, -3, Infinity, 0],
    ];
    expect(binary("rem", "float64", xs, ys)).toEqual([2, 1, -1, -2, Infinity, NaN]);
    expect(binary("rem", "int32", [5, -5, 5, -5, 7], [3, 3, -3, -3, 0])).toEqual([2, 1, -1, -2, 0]);
  });

  it("wrap int32", () => {
    const big = 2147483647;
    expect(binary("add", "int32", [big], [1])).toEqual([-2147483648]);
    expect(binary("mul", "int32", [big, 123456789], [big, 987654321])).toEqual([1, -67153019]);
    const power = Number(BigInt.asIntN(32, 3n ** 40n));
    expect(binary("pow", "int32", [3, 3, -1, -1, 2, 0], [4, 40, -3, -2, -1, 0])).toEqual([
      81,
      power,
      -1,
      1,
      0,
      1,
    ]);
    expect(unary("neg", "int32", [-2147483648])).toEqual([-2147483648]);
  });

  it("truncate the quotient of int32, and give 0 for a divisor of 0", () => {
    expect(binary("div", "int32", [7, -7, 7, -2147483648], [2, 2, 0, -1])).toEqual([
      3, -3, 0, -2147483648,
    ]);
  });

  it("let NaN win in min and max", () => {
    expect(binary("max", "float64", [NaN, 1, 2], [1, NaN, 3])).toEqual([NaN, NaN, 3]);
    expect(binary("min", "float64", [NaN, 1, 2], [1, NaN, 3])).toEqual([NaN, NaN, 2]);
  });

  it("take powers as C does", () => {
    const [xs, ys] = [
      [1, -1, -1, NaN, 0, -8],
      [NaN, Infinity, -Infinity, 0, -1, 1 / 3],
    ];
    expect(binary("pow", "float64", xs, ys)).toEqual([1, 1, 1, 1, Infinity, NaN]);
  });

  it("compare to bools and combine them", () => {
    expect(binary("le", "float64", [1, 2, NaN], [2, 1, NaN])).toEqual([1, 0, 0]);
    expect(binary("ne", "float64", [1, NaN], [1, NaN])).toEqual([0, 1]);
    expect(unary("not", "bool", [0, 1])).toEqual([1, 0]);
    expect(binary("xor", "bool", [0, 0, 1, 1], [0, 1, 0, 1])).toEqual([0, 1, 1, 0]);
    expect(binary("add", "bool", [0, 1, 1], [0, 0, 1])).toEqual([0, 1, 1]);
    expect(binary("mul", "bool", [0, 1, 1], [0, 0, 1])).toEqual([0, 0, 1]);
    expect(binary("lt", "bool", [0, 1, 1], [1, 0, 1])).toEqual([1, 0, 0]);
  });

  it("give sign 0 at zeros and NaN", () => {
    const out = run(s.sign(input(0, "float64")), [-3, -0, 0, 2, NaN]);
    expect(out).toEqual([-1, 0, 0, 1, 0]);
  });

  it("cast by truncation, saturated, and to bool by ≠ 0", () => {
    const x = input(0, "float64");
    const list = [1.9, -1.9, 3e9, -3e9, NaN, Infinity];
    expect(run(s.cast(x, "int32"), list)).toEqual([1, -1, 2147483647, -2147483648, 0, 2147483647]);
    expect(run(s.cast(x, "bool"), [0, -0, 0.1, NaN])).toEqual([0, 0, 1, 1]);
    expect(run(s.cast(input(0, "bool"), "float32"), [0, 1])).toEqual([0, 1]);
  });

  it("treat uint32 as unsigned", () => {
    const [x, y] = [s.cast(input(0, "int32"), "uint32"), s.cast(input(1, "int32"), "uint32")];
    const float = (expr: Expr): Expr => s.cast(expr, "float64");
    const pairs = fc.array(fc.tuple(fc.integer(), fc.integer()), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(pairs, (list) => {
        const [xs, ys] = [list.map(([a]) => a), list.map(([, b]) => b)];
        const big = (f: (a: bigint, b: bigint) => bigint): number[] =>
          list.map(([a, b]) => Number(BigInt.asUintN(32, f(BigInt(a >>> 0), BigInt(b >>> 0)))));

        expect(run(float(s.mulhi(x, y)), xs, ys)).toEqual(big((a, b) => (a * b) >> 32n));
        expect(run(float(s.mul(x, y)), xs, ys)).toEqual(big((a, b) => a * b));
        expect(run(float(s.add(x, y)), xs, ys)).toEqual(big((a, b) => a + b));
        expect(run(float(s.rem(x, y)), xs, ys)).toEqual(big((a, b) => (b ? a % b : 0n)));
        expect(run(float(s.div(x, y)), xs, ys)).toEqual(big((a, b) => (b ? a / b : 0n)));
        expect(run(float(s.shr(x, 7)), xs, ys)).toEqual(big((a) => a >> 7n));
        const maxima = list.map(([a, b]) => Math.max(a >>> 0, b >>> 0));
        expect(run(float(s.max(x, y)), xs, ys)).toEqual(maxima);
        expect(run(s.lt(x, y), xs, ys)).toEqual(list.map(([a, b]) => Number(a >>> 0 < b >>> 0)));
      }),
    );
  });
});
