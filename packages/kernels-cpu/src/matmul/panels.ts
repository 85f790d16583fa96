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
import { add, advance, countDown, less, lesser, mul, sub, takeWhole } from "../wasm/integer.ts";
import type { ModuleBuilder } from "../wasm/module.ts";
import type { Element } from "./element.ts";

/** Adds `gather(from, step, count, to, pitch)`: copies elements between strides in bytes. */
export function addGather(builder: ModuleBuilder, { one }: Element): number {
  const params = ["i32", "i32", "i32", "i32", "i32"] as const;
  return builder.add("gather", params, [], ({ params }) => {
    const [from, step, count, to, pitch] = params;
    return countDown(count, [
      one.store(to, one.load(from)),
      advance(from, step),
      advance(to, pitch),
    ]);
  });
}

/** Which rows make a panel, and what copies single elements. */
export interface Panel {
  readonly name: string;
  readonly element: Element;
  readonly rows: number;
  readonly gather: number;
}

const PARAMS = ["i32", "i32", "i32", "i32", "i32", "i32"] as const;

/** Row `i` of `width`, or the last one: what comes of repeated rows is never stored. */
const rowAt = (from: Local, step: Local, width: Local, i: Value): Value =>
  add(from, mul(lesser(i, sub(width, 1)), step));

/** One panel of any strides: `(from, step, inner, width, k, to)`. */
export function addGathered(builder: ModuleBuilder, panel: Panel): number {
  const { name, element, rows, gather } = panel;
  return builder.add(`${name}Gathered`, PARAMS, [], ({ params, local }) => {
    const [from, step, inner, width, k, to] = params;
    const row = local("i32");
    const source = rowAt(from, step, width, row);
    const target = add(to, mul(row, element.one.bytes));
    const pitch = i32const(rows * element.one.bytes);
    return [
      set(row, i32const(0)),
      doWhile([call(gather, [source, inner, k, target, pitch]), advance(row, 1)], less(row, rows)),
    ];
  });
}

/** The bytes of elements by number. */
const bytesOf = (size: number, numbers: readonly number[]): number[] =>
  numbers.flatMap((e) => Array.from({ length: size }, (_, i) => e * size + i));

/** The elements of two rows in pairs, by the bytes of one. */
const PAIRS: { readonly [bytes: number]: readonly (readonly number[])[] } = {
  4: [
    [0, 4, 1, 5],
    [2, 6, 3, 7],
  ],
  8: [
    [0, 2],
    [1, 3],
  ],
};

/** Two rows woven into pairs: the first half of them, then the second. */
const weave = ({ one }: Element, x: Local, y: Local): Value[] =>
  PAIRS[one.bytes]!.map((numbers) => shuffle(x, y, bytesOf(one.bytes, numbers)));

/** Writes the pairs of a vector `pitch` bytes apart. */
const storePairs = (
  { vector }: Element,
  at: Local,
  pairs: Local,
  pitch: number,
  offset: number,
): Code =>
  vector.count === 2
    ? store("v128.store", at, pairs, offset)
    : [storeLane64(0, at, pairs, offset), storeLane64(1, at, pairs, offset + pitch)];

/** One panel from rows of adjacent elements, two at a time: `(from, step, inner, width, k, to)`. */
export function addWoven(builder: ModuleBuilder, panel: Panel): number {
  const { name, element, rows, gather } = panel;
  const { bytes } = element.one;
  const { count } = element.vector;
  const pitch = rows * bytes;
  return builder.add(`${name}Woven`, PARAMS, [], ({ params, local }) => {
    const [from, step, inner, width, k, to] = params;
    const [row, x, y] = [local("i32"), local("i32"), local("i32")];
    const [at, rest] = [local("i32"), local("i32")];
    const [p, q, pairs] = [local("v128"), local("v128"), local("v128")];
    const vectors = [
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
      set(x, rowAt(from, step, width, row)),
      set(y, rowAt(from, step, width, add(row, 1))),
      set(at, add(to, mul(row, bytes))),
      set(rest, k),
      takeWhole(rest, count, vectors),
      when(rest, [
        call(gather, [x, inner, rest, at, i32const(pitch)]),
        call(gather, [y, inner, rest, add(at, bytes), i32const(pitch)]),
      ]),
      advance(row, 2),
    ];
    return [set(row, i32const(0)), doWhile(twoRows, less(row, rows))];
  });
}

/** Copies `size` bytes, a multiple of 8. */
const copyBytes = (from: Local, start: number, to: Local, size: number): Code => [
  Array.from({ length: size >> 4 }, (_, i) =>
    store("v128.store", to, load("v128.load", from, start + i * 16), i * 16),
  ),
  size & 8 ? store("i64.store", to, load("i64.load", from, start + size - 8), size - 8) : [],
];

/** Full panels side by side from columns of adjacent elements: `(from, inner, k, to)`. */
export function addCopied(builder: ModuleBuilder, panel: Panel, many: number): number {
  const pitch = panel.rows * panel.element.one.bytes;
  const params = ["i32", "i32", "i32", "i32"] as const;
  return builder.add(`${panel.name}Copied${many}`, params, [], ({ params, local }) => {
    const [from, inner, k, to] = params;
    const size = local("i32");
    const panels = [to, ...Array.from({ length: many - 1 }, () => local("i32"))];
    return [
      set(size, mul(k, pitch)),
      panels.slice(1).map((at, i) => set(at, add(panels[i]!, size))),
      countDown(k, [
        panels.map((at, i) => [copyBytes(from, i * pitch, at, pitch), advance(at, pitch)]),
        advance(from, inner),
      ]),
    ];
  });
}
