import type { Heap } from "../memory/heap.ts";

/** Columns that are factorized, or rows that are solved for, at a time. */
export const BLOCK = 32;

/** Up to this size a matrix is one block. */
export const SMALL = 48;

/** The bytes between lines of a panel: not a power of two, which would fill few sets of a cache. */
export const lineStep = (n: number, bytes: number): number =>
  n <= SMALL ? n * bytes : Math.ceil((n * bytes) / 64) * 64 + 64;

/** Space for a panel of matrices of a size. */
export const panelOf = (heap: Heap, n: number, bytes: number): number =>
  heap.scratch(Math.min(n, SMALL) * lineStep(n, bytes));

/** A block column on its way through a matrix. */
export interface Block {
  /** How many rows and columns come before it, how many columns it has, how many come after it. */
  readonly start: number;
  readonly width: number;
  readonly rest: number;
}

export function* blocksOf(n: number): Iterable<Block> {
  for (let start = 0; start < n; start += BLOCK) {
    const width = Math.min(BLOCK, n - start);
    yield { start, width, rest: n - start - width };
  }
}
