/** Up to this many, moving elements one by one is the fastest. */
const SMALL = 48;
/** From here on, fewer passes with longer tables of counts pay. */
const LARGE = 1 << 14;

/** A word of each key, and the number of the key, in the same order. */
interface Deck {
  readonly numbers: Int32Array;
  readonly words: readonly Int32Array[];
  /** Where the keys of the other deck go. */
  readonly places: Int32Array;
}

const deckOf = (n: number, words: number): Deck => ({
  numbers: new Int32Array(n),
  words: Array.from({ length: words }, () => new Int32Array(n)),
  places: new Int32Array(n),
});

/** Sorts keys of one or two words, the lower one first, with their numbers, stably. */
export class Order {
  #deck: Deck;
  #spare: Deck;
  readonly #length: number;
  readonly #digit: number;
  readonly #counts: Int32Array;

  constructor(n: number, words: number) {
    this.#length = n;
    this.#deck = deckOf(n, words);
    this.#spare = deckOf(n, words);
    this.#digit = n >= LARGE ? 11 : 8;
    this.#counts = new Int32Array(1 << this.#digit);
  }

  /** Where the keys are to be written, word by word, before `sorted`. */
  get words(): readonly Int32Array[] {
    return this.#deck.words;
  }

  /** The numbers of the keys, ascending; valid until the next call. */
  sorted(): Int32Array {
    const { numbers, words } = this.#deck;
    for (let i = 0; i < this.#length; i++) numbers[i] = i;
    if (this.#length <= SMALL) this.#insert(numbers);
    else
      for (let word = 0; word < words.length; word++)
        for (let shift = 0; shift < 32; shift += this.#digit) this.#distribute(word, shift);
    return this.#deck.numbers;
  }

  #insert(numbers: Int32Array): void {
    for (let i = 1; i < numbers.length; i++) {
      let at = i;
      for (; at > 0 && this.#isLess(i, numbers[at - 1]!); at--) numbers[at] = numbers[at - 1]!;
      numbers[at] = i;
    }
  }

  #isLess(i: number, j: number): boolean {
    const { words } = this.#deck;
    for (let k = words.length - 1; k >= 0; k--) {
      const [a, b] = [words[k]![i]! >>> 0, words[k]![j]! >>> 0];
      if (a !== b) return a < b;
    }
    return false;
  }

  /** One pass of a radix sort, from the lowest digit up; a digit that all keys share costs a count. */
  #distribute(word: number, shift: number): void {
    const counts = this.#counts;
    const mask = counts.length - 1;
    const keys = this.#deck.words[word]!;
    counts.fill(0);
    for (let i = 0; i < keys.length; i++) counts[(keys[i]! >>> shift) & mask]!++;
    if (counts[(keys[0]! >>> shift) & mask] === keys.length) return;
    for (let digit = 0, start = 0; digit <= mask; digit++) {
      const count = counts[digit]!;
      counts[digit] = start;
      start += count;
    }
    deal(this.#deck, this.#spare, keys, shift, counts);
    [this.#deck, this.#spare] = [this.#spare, this.#deck];
  }
}

/** Moves every key to the next place of its digit. */
function deal(from: Deck, to: Deck, keys: Int32Array, shift: number, starts: Int32Array): void {
  const mask = starts.length - 1;
  const places = to.places;
  for (let i = 0; i < keys.length; i++) places[i] = starts[(keys[i]! >>> shift) & mask]!++;
  scatter(to.numbers, from.numbers, places);
  for (let k = 0; k < to.words.length; k++) scatter(to.words[k]!, from.words[k]!, places);
}

function scatter(to: Int32Array, from: Int32Array, places: Int32Array): void {
  for (let i = 0; i < from.length; i++) to[places[i]!] = from[i]!;
}
