import { sizeOf } from "@cotangent/core/extend";
import type { Heap } from "../memory/heap.ts";
import type { Call } from "../threads/crew.ts";
import { alone, type Together } from "../threads/team.ts";
import type { Element } from "./element.ts";
import type { Kernels } from "./kernels.ts";
import { eachPair, type Multiply, type Product } from "./product.ts";
import { NONE, Side } from "./side.ts";
import { TILE_BYTES, tileColumns, tileRows } from "./tile.ts";

/** Depth of panels: one of the right side stays in the first cache. */
const DEPTH = 256;
/** Rows of the left side that stay in the second cache; a multiple of every tile. */
const ROWS = 96;
/** Rows and columns that are packed at a time. */
const SIDE = 32 * ROWS;

const upTo = (size: number, multiple: number): number => Math.ceil(size / multiple) * multiple;

/** Parts of about equal size, multiples of `multiple`, none above `limit`. */
const evenly = (size: number, limit: number, multiple = 1): number =>
  upTo(size / Math.ceil(size / limit), multiple);

/** Columns of the result that one call computes. */
const SPAN = 192;

/** Multiplications of a product, and of all together, from which on other threads help. */
const EACH = 2 ** 17;
const ALL = 2 ** 20;

/** Bytes of panels, and products, at a time. */
const PANELS = 2 ** 22;
const MOST = 64;

const isShared = ({ team }: Heap, { m, k, n, batch }: Product): boolean => {
  const each = m * k * n;
  return team.size > 1 && each >= EACH && each * sizeOf(batch) >= ALL;
};

/** Whether each side is one block. */
const isSingle = ({ m, k, n }: Product): boolean => k <= DEPTH && m <= SIDE && n <= SIDE;

/** How many products threads begin at a time: those of one block need no order. */
function countOf(product: Product): number {
  const { m, k, n, bytes, batch } = product;
  if (!isSingle(product)) return 1;
  return Math.max(1, Math.min(sizeOf(batch), MOST, Math.floor(PANELS / (bytes * k * (m + n)))));
}

/** Addresses. */
interface Pair {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Where a block begins, and its size. */
interface Block {
  readonly i: number;
  readonly j: number;
  readonly p: number;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

class Blocks {
  private readonly kernels: Kernels;
  private readonly product: Product;
  private readonly team: Together;
  /** Products at a time. */
  private readonly count: number;
  private readonly depth: number;
  private readonly left: Side;
  private readonly right: Side;
  /** Rows and columns that one call computes. */
  private readonly rows: number;
  private readonly columns: number;
  /** Space for a tile of each call. */
  private readonly tiles: number;
  private readonly pairs: Pair[] = [];

  constructor(heap: Heap, kernels: Kernels, element: Element, product: Product) {
    const { m, k, n, bytes, left, right } = product;
    const [height, width] = [tileRows(element), tileColumns(element)];
    const [most, widest] = [Math.min(m, SIDE), Math.min(n, SIDE)];
    const shared = isShared(heap, product);
    const count = shared ? countOf(product) : 1;
    const depth = evenly(k, DEPTH);
    const rowsOf = { step: left.row, inner: left.column, bytes, pack: kernels.packLeft };
    const columnsOf = { step: right.column, inner: right.row, bytes, pack: kernels.packRight };
    this.kernels = kernels;
    this.product = product;
    this.team = shared ? heap.team : alone;
    this.count = count;
    this.depth = depth;
    this.left = new Side(heap, rowsOf, upTo(most, height) * depth, count);
    this.right = new Side(heap, columnsOf, upTo(widest, width) * depth, count);
    this.rows = evenly(most, ROWS, height);
    this.columns = evenly(widest, SPAN, width);
    const calls = count * Math.ceil(most / this.rows) * Math.ceil(widest / this.columns);
    this.tiles = heap.scratch(calls * TILE_BYTES);
  }

  /** Multiplies, now or with the next ones. */
  add(a: number, b: number, c: number): void {
    if (this.pairs.push({ a, b, c }) === this.count) this.flush();
  }

  flush(): void {
    const { m, k, n } = this.product;
    if (this.pairs.length === 0) return;
    for (let p = 0; p < k; p += this.depth) {
      const depth = Math.min(this.depth, k - p);
      for (let j = 0; j < n; j += SIDE) {
        const columns = Math.min(SIDE, n - j);
        for (let i = 0; i < m; i += SIDE)
          this.block({ i, j, p, rows: Math.min(SIDE, m - i), columns, depth });
      }
    }
    this.pairs.length = 0;
  }

  private block(block: Block): void {
    const { left, right, n, bytes } = this.product;
    const { i, j, p, rows, columns, depth } = block;
    const copies: Pair[] = [];
    const a = this.pairs.map((pair) => pair.a + i * left.row + p * left.column);
    const b = this.pairs.map((pair) => pair.b + p * right.row + j * right.column);
    this.team.together((call) => {
      this.left.take(a, rows, depth);
      this.right.take(b, columns, depth);
      this.pairs.forEach(({ c }, at) => {
        copies.push({
          a: this.left.copy(call, a[at]!),
          b: this.right.copy(call, b[at]!),
          c: c + (i * n + j) * bytes,
        });
      });
    });
    this.team.together((call) => {
      let tile = this.tiles;
      for (const copy of copies) tile = this.sweep(call, copy, block, tile);
    });
  }

  /** Returns the tile for the next call. */
  private sweep(call: Call, { a, b, c }: Pair, block: Block, first: number): number {
    const { rows, columns, depth, p } = block;
    const { kernels } = this;
    const { n, bytes } = this.product;
    let tile = first;
    for (let i = 0; i < rows; i += this.rows)
      for (let j = 0; j < columns; j += this.columns) {
        const [x, y, z] = [a + i * depth * bytes, b + j * depth * bytes, c + (i * n + j) * bytes];
        const [height, width] = [
          Math.min(this.rows, rows - i),
          Math.min(this.columns, columns - j),
        ];
        call(kernels.sweep, x, y, z, height, width, depth, n * bytes, Number(p > 0), tile);
        tile += TILE_BYTES;
      }
    return tile;
  }
}

/** A product of one block by one thread: small ones have to begin quickly. */
function oneBlock(
  heap: Heap,
  kernels: Kernels,
  element: Element,
  { m, k, n, left, right, bytes }: Product,
): Multiply {
  const x = heap.scratch(upTo(m, tileRows(element)) * k * bytes);
  const y = heap.scratch(upTo(n, tileColumns(element)) * k * bytes);
  const tile = heap.scratch(TILE_BYTES);
  let [known, knownRight] = [NONE, NONE];
  return (a, b, c) => {
    if (a !== known) kernels.packLeft(a, left.row, left.column, m, k, x);
    if (b !== knownRight) kernels.packRight(b, right.column, right.row, n, k, y);
    known = a;
    knownRight = b;
    for (let i = 0; i < m; i += ROWS) {
      const [from, to] = [x + i * k * bytes, c + i * n * bytes];
      kernels.sweep(from, y, to, Math.min(ROWS, m - i), n, k, n * bytes, 0, tile);
    }
  };
}

/** Products by packed panels, to `c` and behind it. */
export function packed(
  heap: Heap,
  kernels: Kernels,
  element: Element,
  product: Product,
  c: number,
): void {
  if (isSingle(product) && !isShared(heap, product)) {
    eachPair(product, c, oneBlock(heap, kernels, element, product));
    return;
  }
  const blocks = new Blocks(heap, kernels, element, product);
  eachPair(product, c, (...pair) => blocks.add(...pair));
  blocks.flush();
}
