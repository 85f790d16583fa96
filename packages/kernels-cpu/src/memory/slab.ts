import type { Line } from "./line.ts";
import type { SizeClass } from "./sizeClass.ts";

/** The unit of placement, in bytes. */
export const PAGE = 4096;

export const pagesOf = (bytes: number): number => Math.ceil(bytes / PAGE) || 1;

/**
 * Memory of one large tensor, or of small ones of a size class; its tensors hold it. The ArrayBuffer
 * is where it goes when the cache is full, and makes the garbage collector feel its size.
 */
export class Slab {
  readonly line: Line;
  readonly home: ArrayBuffer;
  /** Whose slots it has; null for a large tensor. */
  of: SizeClass | null = null;
  readonly #free: number[] = [];
  #used = 0;

  constructor(line: Line, home: ArrayBuffer) {
    this.line = line;
    this.home = home;
  }

  /** Starts again, all free. */
  open(of: SizeClass | null): void {
    this.of = of;
    this.#used = 0;
    this.#free.length = 0;
  }

  /** The offset of `size` free bytes, -1 when all are taken. */
  take(size: number): number {
    if (this.#free.length > 0) return this.#free.pop()!;
    const offset = this.#used;
    if (offset + size > this.line.pages * PAGE) return -1;
    this.#used += size;
    return offset;
  }

  /** How many slots wait to be taken again. */
  give(offset: number): number {
    return this.#free.push(offset);
  }
}
