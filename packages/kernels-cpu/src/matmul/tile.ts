import {
  type Code,
  call,
  doWhile,
  i32const,
  type Local,
  op,
  select,
  set,
  tee,
  type Value,
  when,
  whileDo,
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
import type { Element } from "./element.ts";

const VECTOR = 16;
/** Bytes of a tile's row: two vectors. */
const ROW = 2 * VECTOR;

/** Products for each turn of the inner loop: counting costs a core that two threads share dearly. */
const STEPS = 4;

/** Columns of a tile. */
export const tileColumns = (element: Element): number => 2 * element.vector.count;

/** Rows of a tile: what 16 vector registers hold; without fusion each product takes one, too. */
export const tileRows = (element: Element): number => (element.fused ? 6 : 4);

/** Of any tile. */
export const TILE_BYTES: number = 6 * ROW;

/** Vector variables of a tile, by row. */
type Tile = readonly (readonly Local[])[];

/**
 * Writes, or adds, the valid part of a tile: `edge(tile, c, rows, columns, stride, adding)`, the stride in
 * bytes.
 */
function addEdge(builder: ModuleBuilder, element: Element): number {
  const { one } = element;
  const params = ["i32", "i32", "i32", "i32", "i32", "i32"] as const;
  return builder.add("edge", params, [], ({ params, local }) => {
    const [tile, c, rows, columns, stride, adding] = params;
    const [at, end, x] = [local("i32"), local("i32"), local(one.type)];
    const copy = [
      set(x, one.load(add(tile, at))),
      when(adding, set(x, one.add(x, one.load(add(c, at))))),
      one.store(add(c, at), x),
    ];
    const row = [
      set(at, i32const(0)),
      doWhile(copy, less(tee(at, add(at, one.bytes)), end)),
      advance(tile, ROW),
      advance(c, stride),
    ];
    return [set(end, mul(columns, one.bytes)), countDown(rows, row)];
  });
}

/** Visits each vector of the tile at `at`, row by row. */
const eachVector = (
  tile: Tile,
  at: Local,
  stride: Value,
  visit: (sum: Local, offset: number) => Code,
): Code =>
  tile.map((row, i) => [
    i > 0 ? advance(at, stride) : [],
    row.map((sum, j) => visit(sum, j * VECTOR)),
  ]);

/** Addresses in both panels, an element of the left and a row of the right. */
interface Inner {
  readonly a: Local;
  readonly b: Local;
  readonly x: Local;
  readonly y: readonly Local[];
}

/** Adds `steps` columns of the left panel at `a` times as many rows of the right one at `b`, and goes on. */
function addProducts(element: Element, sums: Tile, { a, b, x, y }: Inner, steps: number): Code {
  const { one, vector } = element;
  const column = tileRows(element) * one.bytes;
  const product = (step: number): Code => [
    y.map((part, j) => set(part, vector.load(b, step * ROW + j * VECTOR))),
    sums.map((row, i) => [
      set(x, vector.splat(a, step * column + i * one.bytes)),
      row.map((sum, j) => set(sum, vector.multiplyAdd(x, y[j]!, sum))),
    ]),
  ];
  return [
    Array.from({ length: steps }, (_, step) => product(step)),
    advance(a, steps * column),
    advance(b, steps * ROW),
  ];
}

const PARAMS = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;

/** Heights of tiles: the last rows take a lower one. */
const heightsOf = (element: Element): number[] =>
  [6, 4, 2].filter((height) => height <= tileRows(element));

/**
 * `rows` × `columns` of the product from packed panels of depth `k`, where columns fit into one or two
 * vectors: `strip(a, b, c, rows, columns, k, stride, adding, tile)`. A partial tile goes through memory
 * at `tile`.
 */
function addStrip(builder: ModuleBuilder, element: Element, edge: number, width: 1 | 2): number {
  return builder.add(`strip${width}`, PARAMS, [], ({ params, local }) => {
    const [a, b, c, rows, columns, k, stride, adding, tile] = params;
    const vectors = (): Local[] => Array.from({ length: width }, () => local("v128"));
    const all = Array.from({ length: tileRows(element) }, vectors);
    const inner = { a, b: local("i32"), x: local("v128"), y: vectors() };
    const [depth, full, at, step] = [local("i32"), local("i32"), local("i32"), local("i32")];
    const tileOf = (sums: Tile): Code => [
      set(full, both(less(sums.length - 1, rows), equal(columns, width * element.vector.count))),
      set(at, c),
      when(
        both(full, adding),
        eachVector(sums, at, stride, (sum, o) => set(sum, element.vector.load(at, o))),
        sums.flat().map((sum) => set(sum, element.vector.zero)),
      ),
      set(inner.b, b),
      set(depth, k),
      takeWhole(depth, STEPS, addProducts(element, sums, inner, STEPS)),
      takeWhole(depth, 1, addProducts(element, sums, inner, 1)),
      set(at, select(full, c, tile)),
      set(step, select(full, stride, i32const(ROW))),
      eachVector(sums, at, step, (sum, o) => element.vector.store(at, sum, o)),
      when(
        op("i32.eqz", full),
        call(edge, [tile, c, lesser(rows, sums.length), columns, stride, adding]),
      ),
      advance(c, mul(stride, sums.length)),
      advance(rows, -sums.length),
    ];
    return heightsOf(element).map((height) =>
      whileDo(less(height - 2, rows), tileOf(all.slice(0, height))),
    );
  });
}

/**
 * Adds `sweep(a, b, c, rows, columns, k, stride, adding, tile)`: the left panels at `a` by the right panels
 * at `b`, all of depth `k`, written or added to `c`, whose rows are `stride` bytes apart. `tile` is memory
 * for one tile.
 */
export function addSweep(builder: ModuleBuilder, element: Element): number {
  const edge = addEdge(builder, element);
  const narrow = addStrip(builder, element, edge, 1);
  const wide = addStrip(builder, element, edge, 2);
  const width = tileColumns(element);
  return builder.add("sweep", PARAMS, [], ({ params }) => {
    const [a, b, c, rows, columns, k, stride, adding, tile] = params;
    const one = (strip: number): Code =>
      call(strip, [a, b, c, rows, lesser(columns, width), k, stride, adding, tile]);
    return doWhile(
      [
        when(less(element.vector.count, columns), one(wide), one(narrow)),
        advance(b, mul(k, ROW)),
        advance(c, ROW),
      ],
      less(0, tee(columns, sub(columns, width))),
    );
  });
}
