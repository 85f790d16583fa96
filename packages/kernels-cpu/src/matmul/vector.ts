import { type Code, load, op, set, store, v128const } from "../wasm/code.ts";
import { add, advance, countDown, mul, takeWhole } from "../wasm/integer.ts";
import type { ModuleBuilder } from "../wasm/module.ts";
import {
  type Element,
  loadOne,
  multiplyAdd,
  multiplyAddOne,
  storeOne,
  sumLanes,
  zeroOne,
} from "./element.ts";

const VECTOR = 16;
/** Rows that are read side by side. */
const GROUP = 4;

const upTo = <T>(n: number, make: (i: number) => T): T[] =>
  Array.from({ length: n }, (_, i) => make(i));

/**
 * Adds `dots(matrix, step, x, y, rows, k)`: y = matrix · x, where rows of `k` adjacent elements are
 * `step` bytes apart.
 */
export function addDots(builder: ModuleBuilder, element: Element): void {
  const { count, bytes } = element;
  const params = ["i32", "i32", "i32", "i32", "i32", "i32"] as const;
  builder.add("dots", params, [], ({ params, local }) => {
    const [matrix, step, x, y, rows, k] = params;
    const [at, rest] = [local("i32"), local("i32")];
    const pointers = upTo(GROUP, () => local("i32"));
    const sums = upTo(GROUP, () => local("v128"));
    const ones = upTo(GROUP, () => local(element.type));
    const factor = local("v128");
    /** `height` rows; a single one is summed in several places at once. */
    const group = (height: number): Code => {
      const across = GROUP / height;
      const move = (by: number): Code => [
        pointers.slice(0, height).map((pointer) => advance(pointer, by)),
        advance(at, by),
      ];
      const vectors = (many: number): Code => [
        upTo(many, (j) => [
          set(factor, load("v128.load", at, j * VECTOR)),
          upTo(height, (i) => {
            const sum = sums[i * many + j]!;
            const row = load("v128.load", pointers[i]!, j * VECTOR);
            return set(sum, multiplyAdd(element, row, factor, sum));
          }),
        ]),
        move(many * VECTOR),
      ];
      const total = (i: number): Code => {
        const own = sums[i * across]!;
        const more = sums.slice(i * across + 1, (i + 1) * across);
        return [
          more.map((sum) => set(own, op(`${element.lanes}.add`, own, sum))),
          set(ones[i]!, sumLanes(element, own)),
        ];
      };
      const single = upTo(height, (i) =>
        set(
          ones[i]!,
          multiplyAddOne(element, loadOne(element, pointers[i]!), loadOne(element, at), ones[i]!),
        ),
      );
      return [
        sums.map((sum) => set(sum, v128const(new Uint8Array(VECTOR)))),
        upTo(height, (i) => set(pointers[i]!, i > 0 ? add(pointers[i - 1]!, step) : matrix)),
        set(at, x),
        set(rest, k),
        takeWhole(rest, across * count, vectors(across)),
        across > 1 ? takeWhole(rest, count, vectors(1)) : [],
        upTo(height, total),
        takeWhole(rest, 1, [single, move(bytes)]),
        upTo(height, (i) => storeOne(element, i > 0 ? add(y, i * bytes) : y, ones[i]!)),
        advance(matrix, mul(step, height)),
        advance(y, height * bytes),
      ];
    };
    return [takeWhole(rows, GROUP, group(GROUP)), takeWhole(rows, 1, group(1))];
  });
}

/**
 * Adds `combine(matrix, step, x, xStep, y, columns, k)`: y = x · matrix, where `k` rows of adjacent
 * elements are `step` bytes apart and elements of x `xStep`.
 */
export function addCombine(builder: ModuleBuilder, element: Element): void {
  const { count, bytes, type } = element;
  const params = ["i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;
  builder.add("combine", params, [], ({ params, local }) => {
    const [matrix, step, x, xStep, y, columns, k] = params;
    const [at, rest] = [local("i32"), local("i32")];
    const pointers = upTo(GROUP, () => local("i32"));
    const factors = upTo(GROUP, () => local("v128"));
    const scalars = upTo(GROUP, () => local(type));
    const sum = local("v128");
    const one = local(type);
    const group = (height: number): Code => {
      const move = (by: number): Code => [
        pointers.slice(0, height).map((pointer) => advance(pointer, by)),
        advance(at, by),
      ];
      const vector = [
        set(sum, load("v128.load", at)),
        upTo(height, (i) =>
          set(sum, multiplyAdd(element, load("v128.load", pointers[i]!), factors[i]!, sum)),
        ),
        store("v128.store", at, sum),
        move(VECTOR),
      ];
      const single = [
        set(one, loadOne(element, at)),
        upTo(height, (i) =>
          set(one, multiplyAddOne(element, loadOne(element, pointers[i]!), scalars[i]!, one)),
        ),
        storeOne(element, at, one),
        move(bytes),
      ];
      return [
        upTo(height, (i) => [
          set(pointers[i]!, matrix),
          set(factors[i]!, load(element.splat, x)),
          set(scalars[i]!, loadOne(element, x)),
          advance(matrix, step),
          advance(x, xStep),
        ]),
        set(at, y),
        set(rest, columns),
        takeWhole(rest, count, vector),
        takeWhole(rest, 1, single),
      ];
    };
    const clear = [
      set(at, y),
      set(rest, columns),
      countDown(rest, [storeOne(element, at, zeroOne(element)), advance(at, bytes)]),
    ];
    return [clear, takeWhole(k, GROUP, group(GROUP)), takeWhole(k, 1, group(1))];
  });
}
