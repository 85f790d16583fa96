import type { Exports } from "../wasm/module.ts";
import { LOG_WORDS } from "./control.ts";

/** A function of a module. */
export type Kernel = (...args: number[]) => unknown;

/** A module; `first` is the number of its first function once other threads were told of it, −1 before. */
interface Source {
  readonly bytes: Uint8Array;
  readonly kernels: readonly Kernel[];
  first: number;
}

/** The modules that other threads can run: what they have to compile, and the numbers of the functions. */
export class Log {
  /** First how many words are used, then for each module its length and its bytes. Untouched pages cost nothing. */
  readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(4 * LOG_WORDS);
  readonly #words: Int32Array = new Int32Array(this.buffer);
  readonly #sources: Map<Kernel, Source> = new Map();
  readonly #kernels: Kernel[] = [];

  constructor() {
    this.#words[0] = 1;
  }

  add(bytes: Uint8Array, exports: Exports): void {
    const source = { bytes, kernels: Object.values(exports), first: -1 };
    for (const kernel of source.kernels) this.#sources.set(kernel, source);
  }

  /** The number of a function; −1 where it has none: its module is unknown, or found no room. */
  number(kernel: Kernel): number {
    const source = this.#sources.get(kernel);
    if (source === undefined) return -1;
    if (source.first < 0) this.#tell(source);
    return source.first < 0 ? -1 : source.first + source.kernels.indexOf(kernel);
  }

  kernel(number: number): Kernel {
    return this.#kernels[number]!;
  }

  #tell(source: Source): void {
    const { length } = source.bytes;
    const at = this.#words[0]!;
    const end = at + 1 + Math.ceil(length / 4);
    if (end > LOG_WORDS) return;
    this.#words[at] = length;
    new Uint8Array(this.buffer).set(source.bytes, 4 * (at + 1));
    Atomics.store(this.#words, 0, end);
    source.first = this.#kernels.length;
    this.#kernels.push(...source.kernels);
  }
}
