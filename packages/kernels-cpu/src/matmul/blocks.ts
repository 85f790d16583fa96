import type { Heap } from "../memory/heap.ts";
import type { Call } from "../threads/crew.ts";
import type { Kernel } from "../threads/log.ts";
import type { Together } from "../threads/team.ts";
import { ROWS } from "./block.ts";
import type { Element } from "./element.ts";
import type { Kernels } from "./kernels.ts";
import type { Product } from "./product.ts";
import { TILE_BYTES, tileColumns, tileRows } from "./tile.ts";

/** Depth of panels: one of the right side stays in the first cache. */
const DEPTH = 256;
/** Rows and columns that are packed at a time. */
const SIDE = 32 * ROWS;
/** Rows or columns that one call packs, a multiple of every tile. */
const PIECE = 96;
/** Columns of the result that one call computes. */
const SPAN = 192;

export const upTo = (size: number, multiple: number): number =>
  Math.ceil(size / multiple) * multiple;

/** Parts of about equal size, multiples of `multiple`, none above `limit`. */
const evenly = (size: number, limit: number, multiple = 1): number =>
  upTo(size / Math.ceil(size / limit), multiple);

/** Whether each side is packed at once. */
export const isBlock = ({ m, k, n }: Product): boolean => k <= DEPTH && m <= SIDE && n <= SIDE;

/** What is multiplied at a time: addresses and sizes. */
interface Block {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** Whether to add to what is there. */
  readonly adding: boolean;
}

/** Lines of a side: bytes from one to the next, and from one element to the next. */
interface Lines {
  readonly pack: Kernel;
  readonly step: number;
  readonly inner: number;
}

/** Large products by packed panels, block by block, divided among threads. */
export class Blocks {
  private readonly team: Together;
  private readonly kernels: Kernels;
  private readonly product: Product;
  private readonly depth: number;
  /** Where the panels of the sides are. */
  private readonly left: number;
  private readonly right: number;
  /** Rows and columns that one call computes, and space for a tile of each. */
  private readonly rows: number;
  private readonly columns: number;
  private readonly tiles: number;

  constructor(heap: Heap, team: Together, kernels: Kernels, element: Element, product: Product) {
    const { m, k, n, bytes } = product;
    const [height, width] = [tileRows(element), tileColumns(element)];
    const [most, widest] = [Math.min(m, SIDE), Math.min(n, SIDE)];
    this.team = team;
    this.kernels = kernels;
    this.product = product;
    this.depth = evenly(k, DEPTH);
    this.left = heap.scratch(upTo(most, height) * this.depth * bytes);
    this.right = heap.scratch(upTo(widest, width) * this.depth * bytes);
    this.rows = evenly(most, ROWS, height);
    this.columns = evenly(widest, SPAN, width);
    const calls = Math.ceil(most / this.rows) * Math.ceil(widest / this.columns);
    this.tiles = heap.scratch(calls * TILE_BYTES);
  }

  multiply(a: number, b: number, c: number): void {
    const { k, left, right } = this.product;
    for (let p = 0; p < k; p += this.depth)
      this.layer(a + p * left.column, b + p * right.row, c, Math.min(this.depth, k - p), p > 0);
  }

  /** Writes or adds the product of `depth` columns by as many rows. */
  private layer(a: number, b: number, c: number, depth: number, adding: boolean): void {
    const { m, n, left, right, bytes } = this.product;
    for (let j = 0; j < n; j += SIDE)
      for (let i = 0; i < m; i += SIDE) {
        const [rows, columns] = [Math.min(SIDE, m - i), Math.min(SIDE, n - j)];
        const [x, y] = [a + i * left.row, b + j * right.column];
        const block = { a: x, b: y, c: c + (i * n + j) * bytes, rows, columns, depth, adding };
        this.team.together((call) => this.pack(call, block, i === 0));
        this.team.together((call) => this.sweep(call, block));
      }
  }

  private pack(call: Call, { a, b, rows, columns, depth }: Block, both: boolean): void {
    const { left, right } = this.product;
    const { packLeft, packRight } = this.kernels;
    const byRows = { pack: packLeft, step: left.row, inner: left.column };
    const byColumns = { pack: packRight, step: right.column, inner: right.row };
    this.packLines(call, byRows, a, rows, depth, this.left);
    if (both) this.packLines(call, byColumns, b, columns, depth, this.right);
  }

  private packLines(
    call: Call,
    { pack, step, inner }: Lines,
    from: number,
    count: number,
    depth: number,
    to: number,
  ): void {
    const pitch = depth * this.product.bytes;
    for (let i = 0; i < count; i += PIECE)
      call(pack, from + i * step, step, inner, Math.min(PIECE, count - i), depth, to + i * pitch);
  }

  private sweep(call: Call, { c, rows, columns, depth, adding }: Block): void {
    const { n, bytes } = this.product;
    const pitch = depth * bytes;
    let tile = this.tiles;
    for (let i = 0; i < rows; i += this.rows)
      for (let j = 0; j < columns; j += this.columns) {
        const [a, b] = [this.left + i * pitch, this.right + j * pitch];
        const [height, width] = [
          Math.min(this.rows, rows - i),
          Math.min(this.columns, columns - j),
        ];
        const at = c + (i * n + j) * bytes;
        const add = Number(adding);
        call(this.kernels.sweep, a, b, at, height, width, depth, n * bytes, add, tile);
        tile += TILE_BYTES;
      }
  }
}
