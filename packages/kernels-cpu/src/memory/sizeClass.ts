import type { Slab } from "./slab.ts";

/** Larger tensors have a slab of their own. */
export const SMALL = 16384;

/** Small tensors whose sizes round up to the same multiple of 16. */
export class SizeClass {
  readonly size: number;
  /** Where slots are taken from. */
  current: Slab;
  /** Others with free slots. Full slabs are in nobody's hands but their tensors'. */
  readonly #partial: Set<Slab> = new Set();

  constructor(size: number, none: Slab) {
    this.size = size;
    this.current = none;
  }

  /** Goes on with another slab that has free slots, if there is one. */
  turn(): boolean {
    for (const slab of this.#partial) {
      this.#partial.delete(slab);
      this.current = slab;
      return true;
    }
    return false;
  }

  give(slab: Slab, offset: number): void {
    if (slab.give(offset) === 1 && slab !== this.current) this.#partial.add(slab);
  }

  forget(slab: Slab): void {
    this.#partial.delete(slab);
  }
}

/** 16, 32, …, 128, then four steps to each doubling: at most a fifth is wasted. */
const step = (size: number): number => Math.max(16, 2 ** (Math.floor(Math.log2(size)) - 2));

/** A size class for each multiple of 16 up to SMALL. */
export function sizeClasses(none: Slab): readonly SizeClass[] {
  const classes: SizeClass[] = [];
  let last = new SizeClass(16, none);
  for (let size = 0; size <= SMALL; size += 16) {
    if (size > last.size) last = new SizeClass(last.size + step(last.size), none);
    classes.push(last);
  }
  return classes;
}
