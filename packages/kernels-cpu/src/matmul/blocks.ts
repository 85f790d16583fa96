import type { Heap } from "../memory/heap.ts";
import type { Element } from "./element.ts";
import type { Kernels } from "./kernels.ts";
import type { Multiply, Product } from "./product.ts";
import { TILE_BYTES, tileColumns, tileRows } from "./tile.ts";

/** Depth of panels: one of the right side stays in the first cache. */
const DEPTH = 256;
/** Rows of the left side that stay in the second cache; a multiple of every tile. */
const ROWS = 96;
/** Rows and columns that are packed at a time. */
const SIDE = 32 * ROWS;

/** Parts of equal size, none above `limit`. */
const evenly = (size: number, limit: number): number => Math.ceil(size / Math.ceil(size / limit));

const upTo = (size: number, multiple: number): number => Math.ceil(size / multiple) * multiple;

/** A side that is copied into panels, and what it holds. */
interface Packed {
  readonly start: number;
  /** The address of the matrix that is packed whole; −1 for none. */
  whole: number;
}

class Blocks {
  private readonly kernels: Kernels;
  private readonly product: Product;
  private readonly depth: number;
  private readonly left: Packed;
  private readonly right: Packed;
  private readonly tile: number;
  private readonly single: boolean;

  constructor(heap: Heap, kernels: Kernels, element: Element, product: Product) {
    const { m, k, n, bytes } = product;
    const depth = evenly(k, DEPTH);
    const panels = (side: number, tile: number): Packed => ({
      start: heap.scratch(upTo(Math.min(side, SIDE), tile) * depth * bytes),
      whole: -1,
    });
    this.kernels = kernels;
    this.product = product;
    this.depth = depth;
    this.left = panels(m, tileRows(element));
    this.right = panels(n, tileColumns(element));
    this.tile = heap.scratch(TILE_BYTES);
    this.single = k <= DEPTH && m <= SIDE && n <= SIDE;
  }

  multiply(a: number, b: number, c: number): void {
    const { k, left, right } = this.product;
    for (let p = 0; p < k; p += this.depth)
      this.layer(a + p * left.column, b + p * right.row, c, Math.min(this.depth, k - p), p > 0);
  }

  /** Writes or adds the product of `depth` columns by as many rows. */
  private layer(a: number, b: number, c: number, depth: number, adding: boolean): void {
    const { m, n, left, right, bytes } = this.product;
    for (let j = 0; j < n; j += SIDE) {
      const columns = Math.min(SIDE, n - j);
      if (this.isNew(this.right, b)) this.packRight(b + j * right.column, columns, depth);
      for (let i = 0; i < m; i += SIDE) {
        const rows = Math.min(SIDE, m - i);
        if (this.isNew(this.left, a)) this.packLeft(a + i * left.row, rows, depth);
        this.sweep(c + (i * n + j) * bytes, rows, columns, depth, adding);
      }
    }
  }

  /** Broadcast matrices are packed once. */
  private isNew(side: Packed, address: number): boolean {
    if (!this.single) return true;
    const known = side.whole === address;
    side.whole = address;
    return !known;
  }

  private packLeft(a: number, rows: number, depth: number): void {
    const { row, column } = this.product.left;
    this.kernels.packLeft(a, row, column, rows, depth, this.left.start);
  }

  private packRight(b: number, columns: number, depth: number): void {
    const { row, column } = this.product.right;
    this.kernels.packRight(b, column, row, columns, depth, this.right.start);
  }

  private sweep(c: number, rows: number, columns: number, depth: number, adding: boolean): void {
    const { n, bytes } = this.product;
    const { kernels, left, right, tile } = this;
    for (let i = 0; i < rows; i += ROWS) {
      const a = left.start + i * depth * bytes;
      const [at, height] = [c + i * n * bytes, Math.min(ROWS, rows - i)];
      kernels.sweep(a, right.start, at, height, columns, depth, n * bytes, Number(adding), tile);
    }
  }
}

/** A product by packed panels, block by block. */
export function blocked(
  heap: Heap,
  kernels: Kernels,
  element: Element,
  product: Product,
): Multiply {
  const blocks = new Blocks(heap, kernels, element, product);
  return (a, b, c) => blocks.multiply(a, b, c);
}
