import type { Heap } from "../memory/heap.ts";
import type { Call } from "../threads/crew.ts";
import type { Kernel } from "../threads/log.ts";

/** Rows or columns that one call copies; a multiple of every tile. */
const PIECE = 96;

/** No address. */
export const NONE = -1;

/** One side of the products: rows of the left matrices, columns of the right ones. */
export interface Lines {
  /** Bytes from one line to the next, and from one element of a line to the next. */
  readonly step: number;
  readonly inner: number;
  /** Bytes of an element. */
  readonly bytes: number;
  readonly pack: Kernel;
}

/** Blocks of one side, copied into panels: what is broadcast is copied once. */
export class Side {
  private readonly lines: Lines;
  private readonly start: number;
  /** Bytes of a block. */
  private readonly size: number;
  /** The addresses of the blocks whose copies are here. */
  private readonly held: number[] = [];
  private count = 0;
  private depth = 0;

  /** Room for `count` blocks of up to `elements` elements. */
  constructor(heap: Heap, lines: Lines, elements: number, count: number) {
    this.lines = lines;
    this.size = elements * lines.bytes;
    this.start = heap.scratch(this.size * count);
    for (let i = 0; i < count; i++) this.held.push(NONE);
  }

  /** Makes room for blocks of `count` lines at these addresses; what is known of them stays. */
  take(addresses: readonly number[], count: number, depth: number): void {
    const { held } = this;
    const same = count === this.count && depth === this.depth;
    for (let i = 0; i < held.length; i++)
      if (!same || !addresses.includes(held[i]!)) held[i] = NONE;
    this.count = count;
    this.depth = depth;
  }

  /** Where the copy of a block is; calls what makes it, unless it is known. */
  copy(call: Call, from: number): number {
    const { held, start, size } = this;
    const known = held.indexOf(from);
    if (known >= 0) return start + known * size;
    const free = held.indexOf(NONE);
    held[free] = from;
    this.pack(call, from, start + free * size);
    return start + free * size;
  }

  private pack(call: Call, from: number, to: number): void {
    const { count, depth } = this;
    const { pack, step, inner, bytes } = this.lines;
    for (let i = 0; i < count; i += PIECE) {
      const at = to + i * depth * bytes;
      call(pack, from + i * step, step, inner, Math.min(PIECE, count - i), depth, at);
    }
  }
}
