import type { Heap } from "../memory/heap.ts";
import type { Element } from "./element.ts";
import type { Kernels } from "./kernels.ts";
import type { Multiply, Product } from "./product.ts";
import { tileColumns, tileRows } from "./tile.ts";

/** Depth of panels: one of the right side stays in the first cache. */
const DEPTH = 256;
/** Rows of the left side that stay in the second cache; a multiple of every tile. */
const ROWS = 96;
/** Rows and columns that are packed at a time. */
const SIDE = 32 * ROWS;

/** Parts of equal size, none above `limit`. */
const evenly = (size: number, limit: number): number => Math.ceil(size / Math.ceil(size / limit));

const upTo = (size: number, multiple: number): number => Math.ceil(size / multiple) * multiple;

/** A product of packed panels, block by block. */
export function blocked(
  heap: Heap,
  kernels: Kernels,
  element: Element,
  { m, k, n, left, right }: Product,
): Multiply {
  const { bytes } = element.one;
  const depth = evenly(k, DEPTH);
  const size = (side: number, tile: number): number =>
    upTo(Math.min(side, SIDE), tile) * depth * bytes;
  const tile = heap.scratch(256);
  const panelsLeft = heap.scratch(size(m, tileRows(element)));
  const panelsRight = heap.scratch(size(n, tileColumns(element)));
  const stride = n * bytes;
  const oneBlock = depth === k && m <= SIDE && n <= SIDE;
  // Matrices that are packed already: broadcast ones are packed once.
  let [packedLeft, packedRight] = [-1, -1];

  const sweep = (
    c: number,
    rows: number,
    columns: number,
    inner: number,
    adding: boolean,
  ): void => {
    for (let i = 0; i < rows; i += ROWS) {
      const height = Math.min(ROWS, rows - i);
      const panels = panelsLeft + i * inner * bytes;
      const at = c + i * stride;
      kernels.sweep(panels, panelsRight, at, height, columns, inner, stride, Number(adding), tile);
    }
  };
  const block = (a: number, b: number, c: number, inner: number, adding: boolean): void => {
    for (let j = 0; j < n; j += SIDE) {
      const columns = Math.min(SIDE, n - j);
      if (!oneBlock || b !== packedRight)
        kernels.packRight(
          b + j * right.column,
          right.column,
          right.row,
          columns,
          inner,
          panelsRight,
        );
      for (let i = 0; i < m; i += SIDE) {
        const rows = Math.min(SIDE, m - i);
        if (!oneBlock || a !== packedLeft)
          kernels.packLeft(a + i * left.row, left.row, left.column, rows, inner, panelsLeft);
        sweep(c + i * stride + j * bytes, rows, columns, inner, adding);
      }
    }
    [packedLeft, packedRight] = [a, b];
  };
  return (a, b, c) => {
    for (let p = 0; p < k; p += depth)
      block(a + p * left.column, b + p * right.row, c, Math.min(depth, k - p), p > 0);
  };
}
