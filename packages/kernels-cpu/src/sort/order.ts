/** Below this, moving elements one by one is the fastest. */
const SMALL = 48;
const DIGIT = 11;
const RADIX = 1 << DIGIT;

const counts = new Uint32Array(RADIX);

/** The order that sorts lines of `n` keys of one or two words, stably. */
export class Order {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  readonly #words: readonly Uint32Array[];
  #order: Int32Array;
  #spare: Int32Array;

  constructor(n: number, words: number) {
    this.high = new Uint32Array(n);
    this.low = new Uint32Array(words === 2 ? n : 0);
    this.#words = words === 2 ? [this.low, this.high] : [this.high];
    this.#order = new Int32Array(n);
    this.#spare = new Int32Array(n);
  }

  /** The numbers of the keys, ascending; valid until the next call. */
  sorted(): Int32Array {
    for (let i = 0; i < this.#order.length; i++) this.#order[i] = i;
    if (this.#order.length <= SMALL) this.#insert();
    else
      for (const word of this.#words)
        for (let shift = 0; shift < 32; shift += DIGIT) this.#distribute(word, shift);
    return this.#order;
  }

  #insert(): void {
    const order = this.#order;
    for (let i = 1; i < order.length; i++) {
      let at = i;
      for (; at > 0 && this.#isLess(i, order[at - 1]!); at--) order[at] = order[at - 1]!;
      order[at] = i;
    }
  }

  #isLess(i: number, j: number): boolean {
    const [a, b] = [this.high[i]!, this.high[j]!];
    return a !== b ? a < b : this.low.length > 0 && this.low[i]! < this.low[j]!;
  }

  /** One pass of a radix sort, from the lowest digit up; a digit that all keys share costs a count. */
  #distribute(word: Uint32Array, shift: number): void {
    const [from, to] = [this.#order, this.#spare];
    counts.fill(0);
    for (let i = 0; i < word.length; i++) counts[(word[i]! >>> shift) & (RADIX - 1)]!++;
    if (counts[(word[0]! >>> shift) & (RADIX - 1)] === word.length) return;
    for (let digit = 0, start = 0; digit < RADIX; digit++) {
      const count = counts[digit]!;
      counts[digit] = start;
      start += count;
    }
    for (let i = 0; i < from.length; i++) {
      const digit = (word[from[i]!]! >>> shift) & (RADIX - 1);
      to[counts[digit]!++] = from[i]!;
    }
    [this.#order, this.#spare] = [to, from];
  }
}
