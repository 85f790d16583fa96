const NONE = -1;

/** The bin of runs of 2^bin to 2^(bin + 1) − 1 pages. */
const binOf = (pages: number): number => 31 - Math.clz32(pages);

/** Runs of free pages in linked lists by size; neighbours join as soon as both are free. */
export class FreePages {
  /** Of a free run, at its first and at its last page; 0 elsewhere. */
  readonly #length: Int32Array;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #first: Int32Array = new Int32Array(32).fill(NONE);

  constructor(maximum: number) {
    this.#length = new Int32Array(maximum);
    this.#next = new Int32Array(maximum);
    this.#previous = new Int32Array(maximum);
  }

  /** The first of so many free pages in a row, which are free no longer; -1 when there are none. */
  take(pages: number): number {
    for (let bin = binOf(pages); bin < this.#first.length; bin++)
      for (let run = this.#first[bin]!; run !== NONE; run = this.#next[run]!)
        if (this.#length[run]! >= pages) return this.#cut(run, pages);
    return NONE;
  }

  give(start: number, pages: number): void {
    const before = this.#length[start - 1] ?? 0;
    const after = this.#length[start + pages] ?? 0;
    if (before > 0) this.#unlink(start - before);
    if (after > 0) this.#unlink(start + pages);
    this.#link(start - before, before + pages + after);
  }

  #cut(run: number, pages: number): number {
    const rest = this.#length[run]! - pages;
    this.#unlink(run);
    if (rest > 0) this.#link(run + pages, rest);
    return run;
  }

  #link(run: number, length: number): void {
    const bin = binOf(length);
    const next = this.#first[bin]!;
    this.#length[run] = length;
    this.#length[run + length - 1] = length;
    this.#next[run] = next;
    this.#previous[run] = NONE;
    if (next !== NONE) this.#previous[next] = run;
    this.#first[bin] = run;
  }

  #unlink(run: number): void {
    const length = this.#length[run]!;
    const next = this.#next[run]!;
    const previous = this.#previous[run]!;
    this.#length[run] = 0;
    this.#length[run + length - 1] = 0;
    if (next !== NONE) this.#previous[next] = previous;
    if (previous !== NONE) this.#next[previous] = next;
    else this.#first[binOf(length)] = next;
  }
}
