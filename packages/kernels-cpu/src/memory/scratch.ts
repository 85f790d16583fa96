import { PAGE, pagesOf } from "./slab.ts";

interface Block {
  readonly start: number;
  readonly pages: number;
}

/** Where temporary space comes from. */
export interface Pages {
  place(pages: number): number;
  give(start: number, pages: number): void;
}

const BLOCK_PAGES = 16;

/** Temporary space of a kernel call: a stack that is emptied at once. */
export class Scratch {
  readonly #pages: Pages;
  readonly #blocks: Block[] = [];
  #top = 0;
  #end = 0;

  constructor(pages: Pages) {
    this.#pages = pages;
  }

  /** An address that is a multiple of 64. */
  take(bytes: number): number {
    const start = this.#top;
    const end = start + Math.ceil(bytes / 64) * 64;
    if (end > this.#end) return this.#more(bytes);
    this.#top = end;
    return start;
  }

  /** Gives everything back but the first block. */
  clear(): void {
    if (this.#blocks.length > 1) this.#shrink();
    const [first] = this.#blocks;
    if (first !== undefined) this.#top = first.start;
  }

  #more(bytes: number): number {
    const pages = Math.max(pagesOf(bytes), BLOCK_PAGES);
    const start = this.#pages.place(pages);
    this.#blocks.push({ start, pages });
    this.#top = start + Math.ceil(bytes / 64) * 64;
    this.#end = start + pages * PAGE;
    return start;
  }

  #shrink(): void {
    for (const { start, pages } of this.#blocks.splice(1)) this.#pages.give(start, pages);
    const { start, pages } = this.#blocks[0]!;
    this.#end = start + pages * PAGE;
  }
}
