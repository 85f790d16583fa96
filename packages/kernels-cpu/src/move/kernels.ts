import { compiled, type OfHeap } from "../strided/compiled.ts";
import { repeat, takeWhole } from "../strided/loops.ts";
import {
  type Code,
  i32const,
  type Local,
  load,
  op,
  set,
  shuffle,
  store,
  type Value,
} from "../wasm/code.ts";
import { advance } from "../wasm/integer.ts";
import type { ModuleBuilder } from "../wasm/module.ts";
import { type Kernel, type Kind, type Pairs, pairsBy } from "./kinds.ts";

/** Two axes of two operands: `to`, `from`, then for each axis its size and the two steps in bytes. */
const PARAMS = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;

const sixteen = i32const(16);

/** Moves `bytes` bytes that lie side by side; `to`, `from` and `bytes` are used up. */
export const moveRow = (kind: Kind, to: Local, from: Local, bytes: Local): Code => [
  takeWhole(bytes, 16, kind.vector(to, from), [
    [to, sixteen],
    [from, sixteen],
  ]),
  takeWhole(bytes, kind.bytes, kind.cell(to, from), [
    [to, i32const(kind.bytes)],
    [from, i32const(kind.bytes)],
  ]),
];

type Inner = (to: Local, from: Local, count: Local, steps: readonly Value[]) => Code;

/** A kernel that runs `inner` along the last axis, at every place of the other. */
function addKernel(builder: ModuleBuilder, name: string, inner: Inner): void {
  builder.add(name, PARAMS, [], ({ params, local }) => {
    const [to, from, n, toStep, fromStep, count, ...steps] = params;
    const [t, f, left] = [local("i32"), local("i32"), local("i32")];
    const body = [set(t, to), set(f, from), set(left, count), inner(t, f, left, steps)];
    return repeat(n, body, [
      [to, toStep],
      [from, fromStep],
    ]);
  });
}

const cells =
  (kind: Kind): Inner =>
  (to, from, count, steps) =>
    repeat(count, kind.cell(to, from), [
      [to, steps[0]!],
      [from, steps[1]!],
    ]);

const rows =
  (kind: Kind): Inner =>
  (to, from, count) => [
    set(count, op("i32.mul", count, i32const(kind.bytes))),
    moveRow(kind, to, from, count),
  ];

/** Two vectors lane by lane: their first halves, or their second. */
function interleave(a: Value, b: Value, bytes: number, half: 0 | 1): Value {
  const order = Array.from({ length: 16 }, (_, i) => {
    const lane = Math.floor(i / bytes);
    return (lane % 2) * 16 + half * 8 + Math.floor(lane / 2) * bytes + (i % bytes);
  });
  return shuffle(a, b, order);
}

/** Transposes as many vectors as each has lanes, by interleaving halves; returns where they are then. */
export function transpose(
  x: readonly Local[],
  y: readonly Local[],
  bytes: number,
): [Code, typeof x] {
  const half = x.length / 2;
  const code: Code[] = [];
  let [from, to] = [x, y];
  for (let width = half; width >= 1; width /= 2) {
    for (let i = 0; i < half; i++)
      for (const part of [0, 1] as const)
        code.push(set(to[2 * i + part]!, interleave(from[i]!, from[i + half]!, bytes, part)));
    [from, to] = [to, from];
  }
  return [code, from];
}

/** A transpose in square tiles: `from` runs along the first axis, `to` along the second, and both sizes are whole tiles. */
function addTiles(builder: ModuleBuilder, bytes: number): void {
  const lanes = 16 / bytes;
  builder.add("tiles", PARAMS, [], ({ params, local }) => {
    const [to, from, n, toStep, , count, , fromStep] = params;
    const [t, f, left, at] = [local("i32"), local("i32"), local("i32"), local("i32")];
    const vectors = (): Local[] => Array.from({ length: lanes }, () => local("v128"));
    const x = vectors();
    const [turn, turned] = transpose(x, vectors(), bytes);
    const tile = [
      x.map((vector) => [set(vector, load("v128.load", f)), advance(f, fromStep)]),
      turn,
      set(at, t),
      turned.map((vector) => [store("v128.store", at, vector), advance(at, toStep)]),
    ];
    const strip = [
      set(t, to),
      set(f, from),
      set(left, count),
      takeWhole(left, lanes, tile, [[t, sixteen]]),
    ];
    return takeWhole(n, lanes, strip, [
      [to, op("i32.mul", toStep, i32const(lanes))],
      [from, sixteen],
    ]);
  });
}

export const moves: Pairs = pairsBy((builder, kind) => {
  addKernel(builder, "cells", cells(kind));
  addKernel(builder, "rows", rows(kind));
});

const tilesOf = (bytes: number): OfHeap<Kernel> =>
  compiled(
    (builder) => addTiles(builder, bytes),
    ({ tiles }) => tiles!,
  );

/** Transposes, by the bytes of an element. */
export const tiles: { readonly [bytes: number]: OfHeap<Kernel> } = {
  1: tilesOf(1),
  4: tilesOf(4),
  8: tilesOf(8),
};
