import {
  type Code,
  call,
  doWhile,
  i32const,
  type Local,
  load,
  set,
  shuffle,
  store,
  storeLane64,
  type Value,
  when,
} from "../wasm/code.ts";
import {
  add,
  advance,
  both,
  countDown,
  equal,
  less,
  lesser,
  mul,
  sub,
  takeWhole,
} from "../wasm/integer.ts";
import type { ModuleBuilder } from "../wasm/module.ts";
import { type Element, loadOne, storeOne } from "./element.ts";

/** Adds `gather(from, step, count, to, pitch)`: copies elements between strides in bytes. */
export function addGather(builder: ModuleBuilder, element: Element): number {
  const params = ["i32", "i32", "i32", "i32", "i32"] as const;
  return builder.add("gather", params, [], ({ params }) => {
    const [from, step, count, to, pitch] = params;
    return countDown(count, [
      storeOne(element, to, loadOne(element, from)),
      advance(from, step),
      advance(to, pitch),
    ]);
  });
}

/** The bytes of elements by number. */
const bytesOf = (size: number, numbers: readonly number[]): number[] =>
  numbers.flatMap((e) => Array.from({ length: size }, (_, i) => e * size + i));

const PAIRS = {
  4: [
    [0, 4, 1, 5],
    [2, 6, 3, 7],
  ],
  2: [
    [0, 2],
    [1, 3],
  ],
} as const;

/** Two rows woven into pairs: the first half of them, then the second. */
const weave = ({ bytes, count }: Element, x: Local, y: Local): Value[] =>
  PAIRS[count].map((numbers) => shuffle(x, y, bytesOf(bytes, numbers)));

/** Writes the pairs of a vector `pitch` bytes apart. */
const storePairs = (
  { count }: Element,
  at: Local,
  pairs: Local,
  pitch: number,
  offset: number,
): Code =>
  count === 2
    ? store("v128.store", at, pairs, offset)
    : [storeLane64(0, at, pairs, offset), storeLane64(1, at, pairs, offset + pitch)];

/** Reads and writes `count` adjacent elements. */
function copyRow({ bytes }: Element, from: Local, to: Local, count: number): Code {
  const size = count * bytes;
  const vectors = Array.from({ length: size >> 4 }, (_, i) => i * 16);
  return [
    vectors.map((o) => store("v128.store", to, load("v128.load", from, o), o)),
    size & 8 ? store("i64.store", to, load("i64.load", from, size - 8), size - 8) : [],
  ];
}

/**
 * Adds `name(from, step, inner, width, k, to)`: copies a matrix of `width` × `k` elements, with strides
 * `step` and `inner` in bytes, into panels: `panel` rows, column by column. A last panel that is not
 * full repeats its last row, as what comes of it is never stored.
 */
export function addPack(
  builder: ModuleBuilder,
  element: Element,
  name: string,
  panel: number,
  gather: number,
): void {
  const { bytes, count } = element;
  const pitch = panel * bytes;
  const params = ["i32", "i32", "i32", "i32", "i32", "i32"] as const;
  builder.add(name, params, [], ({ params, local }) => {
    const [from, step, inner, width, k, to] = params;
    const [x, y, at, rest, row] = [
      local("i32"),
      local("i32"),
      local("i32"),
      local("i32"),
      local("i32"),
    ];
    const [p, q, pairs] = [local("v128"), local("v128"), local("v128")];
    const rowAt = (i: Value): Value => add(from, mul(lesser(i, sub(width, 1)), step));
    const eachRow = (stride: number, body: Code): Code => [
      set(row, i32const(0)),
      doWhile([body, advance(row, stride)], less(row, panel)),
    ];
    const woven = [
      set(p, load("v128.load", x)),
      set(q, load("v128.load", y)),
      weave(element, p, q).map((half, h) => [
        set(pairs, half),
        storePairs(element, at, pairs, pitch, (h * pitch * count) / 2),
      ]),
      advance(x, 16),
      advance(y, 16),
      advance(at, count * pitch),
    ];
    const twoRows = [
      set(x, rowAt(row)),
      set(y, rowAt(add(row, 1))),
      set(at, add(to, mul(row, bytes))),
      set(rest, k),
      takeWhole(rest, count, woven),
      when(rest, [
        call(gather, [x, inner, rest, at, i32const(pitch)]),
        call(gather, [y, inner, rest, add(at, bytes), i32const(pitch)]),
      ]),
    ];
    const oneRow = call(gather, [rowAt(row), inner, k, add(to, mul(row, bytes)), i32const(pitch)]);
    const columns = [
      set(x, from),
      set(at, to),
      set(rest, k),
      countDown(rest, [copyRow(element, x, at, panel), advance(x, inner), advance(at, pitch)]),
    ];
    const full = both(equal(step, bytes), less(panel - 1, width));
    const one = [
      when(equal(inner, bytes), eachRow(2, twoRows), [when(full, columns, eachRow(1, oneRow))]),
      advance(from, mul(step, panel)),
      advance(to, mul(k, pitch)),
      advance(width, -panel),
    ];
    return doWhile(one, less(0, width));
  });
}
