import { type Code, type Local, set } from "../wasm/code.ts";
import { add, advance, copies, countDown, mul, takeWhole } from "../wasm/integer.ts";
import type { ModuleBuilder, Scope } from "../wasm/module.ts";
import type { Element, Form } from "./element.ts";

/** Rows that are read side by side. */
const GROUP = 4;

const DOTS = ["i32", "i32", "i32", "i32", "i32", "i32"] as const;

/** `height` rows by x; few rows are summed up in several places at once, as additions take their time. */
function dotRows(element: Element, { params, local }: Scope<typeof DOTS>, height: number): Code {
  const [matrix, step, x, y, , k] = params;
  const { one, vector } = element;
  const [at, rest] = [local("i32"), local("i32")];
  const pointers = copies(height, () => local("i32"));
  const sums = copies(height, () => copies(GROUP / height, () => local("v128")));
  const totals = copies(height, () => [local(one.type)]);
  const terms = (form: Form, places: number, into: readonly (readonly Local[])[]): Code => {
    const factor = local(form.type);
    const place = (j: number): Code => [
      set(factor, form.load(at, j * form.bytes)),
      pointers.map((row, i) => {
        const sum = into[i]![j]!;
        return set(sum, form.multiplyAdd(form.load(row, j * form.bytes), factor, sum));
      }),
    ];
    const move = [...pointers, at].map((pointer) => advance(pointer, places * form.bytes));
    return takeWhole(rest, places * form.count, [copies(places, place), move]);
  };
  const total = ([own, ...others]: readonly Local[], i: number): Code => [
    others.map((sum) => set(own!, vector.add(own!, sum))),
    set(totals[i]![0]!, element.sum(own!)),
  ];
  return [
    sums.flat().map((sum) => set(sum, vector.zero)),
    pointers.map((row, i) => set(row, i > 0 ? add(pointers[i - 1]!, step) : matrix)),
    set(at, x),
    set(rest, k),
    terms(vector, GROUP / height, sums),
    terms(vector, 1, sums),
    sums.map(total),
    terms(one, 1, totals),
    totals.map(([sum], i) => one.store(y, sum!, i * one.bytes)),
    advance(matrix, mul(step, height)),
    advance(y, height * one.bytes),
  ];
}

/**
 * Adds `dots(matrix, step, x, y, rows, k)`: y = matrix · x, where rows of `k` adjacent elements are
 * `step` bytes apart.
 */
export function addDots(builder: ModuleBuilder, element: Element): void {
  builder.add("dots", DOTS, [], (scope) =>
    [GROUP, 1].map((height) => takeWhole(scope.params[4], height, dotRows(element, scope, height))),
  );
}

const COMBINE = ["i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;

/** y += the sum of the next `height` rows times their factors. */
function addRows(element: Element, { params, local }: Scope<typeof COMBINE>, height: number): Code {
  const [matrix, step, x, xStep, y, columns] = params;
  const [at, rest] = [local("i32"), local("i32")];
  const pointers = copies(height, () => local("i32"));
  const parts = [element.vector, element.one].map((form) => ({
    form,
    sum: local(form.type),
    factors: copies(height, () => local(form.type)),
  }));
  const next = (i: number): Code => [
    set(pointers[i]!, matrix),
    parts.map(({ form, factors }) => set(factors[i]!, form.splat(x))),
    advance(matrix, step),
    advance(x, xStep),
  ];
  return [
    copies(height, next),
    set(at, y),
    set(rest, columns),
    parts.map(({ form, sum, factors }) =>
      takeWhole(rest, form.count, [
        set(sum, form.load(at)),
        pointers.map((p, i) => set(sum, form.multiplyAdd(form.load(p), factors[i]!, sum))),
        form.store(at, sum),
        [...pointers, at].map((pointer) => advance(pointer, form.bytes)),
      ]),
    ),
  ];
}

/**
 * Adds `combine(matrix, step, x, xStep, y, columns, k)`: y = x · matrix, where `k` rows of adjacent
 * elements are `step` bytes apart and elements of x `xStep`.
 */
export function addCombine(builder: ModuleBuilder, element: Element): void {
  const { one } = element;
  builder.add("combine", COMBINE, [], (scope) => {
    const [, , , , y, columns, k] = scope.params;
    const [at, rest] = [scope.local("i32"), scope.local("i32")];
    return [
      set(at, y),
      set(rest, columns),
      countDown(rest, [one.store(at, one.zero), advance(at, one.bytes)]),
      [GROUP, 1].map((height) => takeWhole(k, height, addRows(element, scope, height))),
    ];
  });
}
