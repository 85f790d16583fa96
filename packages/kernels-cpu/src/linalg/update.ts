import { upTo } from "../matmul/blocks.ts";
import type { Matrix } from "../matmul/product.ts";
import { TILE_BYTES, tileColumns, tileRows } from "../matmul/tile.ts";
import type { Heap } from "../memory/heap.ts";
import { BLOCK } from "./blocks.ts";
import type { Kernels } from "./kernels.ts";

/** Rows of the left side that stay in the first cache; a multiple of every tile. */
const ROWS = 96;

/** What a product is taken off: an address, and the bytes between rows of adjacent elements. */
export interface Target {
  readonly at: number;
  readonly step: number;
  readonly rows: number;
  readonly columns: number;
  /** Only what is on and below the diagonal counts. */
  readonly lower?: boolean;
}

/** C −= A·B for C up to a size, and at most a block of columns in A. */
export class Update {
  readonly #kernels: Kernels;
  readonly #left: number;
  readonly #right: number;
  readonly #tile: number;

  constructor(heap: Heap, kernels: Kernels, columns: number) {
    const { element, one } = kernels.float;
    this.#kernels = kernels;
    this.#left = heap.scratch(ROWS * BLOCK * one.bytes);
    this.#right = heap.scratch(upTo(columns, tileColumns(element)) * BLOCK * one.bytes);
    this.#tile = heap.scratch(TILE_BYTES);
  }

  subtract({ at, step, rows, columns, lower }: Target, a: Matrix, b: Matrix, depth: number): void {
    const { run } = this.#kernels;
    run.packRight(b.at, b.column, b.row, columns, depth, this.#right);
    for (let i = 0; i < rows; i += ROWS) {
      const height = Math.min(ROWS, rows - i);
      const width = lower ? i + height : columns;
      this.#packNegative(a.at + i * a.row, a, height, depth);
      const [left, right, c] = [this.#left, this.#right, at + i * step];
      run.sweep(left, right, c, height, width, depth, step, 1, this.#tile);
    }
  }

  #packNegative(at: number, { row, column }: Matrix, height: number, depth: number): void {
    const { run, float } = this.#kernels;
    run.packLeft(at, row, column, height, depth, this.#left);
    const bytes = upTo(height, tileRows(float.element)) * depth * float.one.bytes;
    run.negate(this.#left, Math.ceil(bytes / 16));
  }
}
