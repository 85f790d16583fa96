import { engine, type WasmMemory } from "../wasm/engine.ts";
import type { MemoryLimits } from "../wasm/module.ts";
import { FreePages } from "./freePages.ts";
import { type Line, LineQueue } from "./line.ts";
import { PAGE, type Slab } from "./slab.ts";

const WASM_PAGE = 65536;

/** WebAssembly memory as a write-back cache of slabs. */
export class Cache {
  readonly limits: MemoryLimits;
  readonly memory: WasmMemory;
  /** The number of the kernel call in progress, whose lines stay. */
  call = 1;
  u8: Uint8Array;
  i32: Int32Array;
  f32: Float32Array;
  f64: Float64Array;
  /** In WebAssembly pages. */
  readonly #size: number;
  readonly #free: FreePages;
  readonly #queue: LineQueue = new LineQueue();
  /** Resident slabs without tensors, by their number of pages. */
  readonly #vacant: Map<number, Slab[]> = new Map();
  #vacantPages = 0;

  constructor(size: number, maximum: number, shared: boolean) {
    this.#size = Math.ceil(size / WASM_PAGE);
    const initial = Math.min(this.#size, 16);
    this.limits = { initial, maximum: Math.ceil(maximum / WASM_PAGE), shared };
    this.memory = new engine.Memory(this.limits);
    this.#free = new FreePages((this.limits.maximum * WASM_PAGE) / PAGE);
    [this.u8, this.i32, this.f32, this.f64] = this.#views();
    this.#free.give(0, this.u8.length / PAGE);
  }

  /** The address of free pages. Makes room first by growth, up to the size of the cache, then by eviction. */
  place(pages: number): number {
    const size = pages * PAGE > this.#size * WASM_PAGE ? this.limits.maximum : this.#size;
    if (pages * PAGE > this.limits.maximum * WASM_PAGE) return -1;
    for (;;) {
      const page = this.#free.take(pages);
      if (page >= 0) return page * PAGE;
      const found =
        this.#grow(pages, size) ||
        this.#dropVacant() ||
        this.#evict() ||
        this.#grow(pages, this.limits.maximum);
      if (!found) return -1;
    }
  }

  give(start: number, pages: number): void {
    this.#free.give(start / PAGE, pages);
  }

  /** Makes a slab resident; false when there is no room. */
  fetch({ line, home }: Slab): boolean {
    const start = this.place(line.pages);
    if (start < 0) return false;
    if (line.saved) this.u8.set(new Uint8Array(home), start);
    line.start = start;
    line.home = home;
    line.used = line.seen = this.call;
    this.#queue.add(line);
    return true;
  }

  /** Takes a slab without tensors, until `reuse` or until its pages are needed. */
  vacate(slab: Slab): void {
    const { line } = slab;
    if (line.start < 0) return;
    this.#queue.remove(line);
    const others = this.#vacant.get(line.pages);
    if (others) others.push(slab);
    else this.#vacant.set(line.pages, [slab]);
    this.#vacantPages += line.pages;
  }

  /**
   * Takes one that the collector found, if there are few: the program goes on with new ones when it
   * has no others, and those make the collector look again.
   */
  recycle(slab: Slab): boolean {
    const few = 2 * this.#vacantPages * PAGE < this.#size * WASM_PAGE;
    if (few) this.vacate(slab);
    else this.#drop(slab.line);
    return few;
  }

  reuse(pages: number): Slab | undefined {
    const slab = this.#vacant.get(pages)?.pop();
    if (slab === undefined) return undefined;
    this.#vacantPages -= pages;
    slab.line.used = this.call;
    this.#queue.add(slab.line);
    return slab;
  }

  #drop(line: Line): void {
    this.#queue.remove(line);
    this.#release(line);
  }

  #release(line: Line): void {
    this.give(line.start, line.pages);
    line.start = -1;
    line.home = null;
  }

  #dropVacant(): boolean {
    const any = this.#vacant.size > 0;
    for (const slabs of this.#vacant.values()) for (const slab of slabs) this.#release(slab.line);
    this.#vacant.clear();
    this.#vacantPages = 0;
    return any;
  }

  #evict(): boolean {
    const line = this.#queue.oldest(this.call);
    if (line === null) return false;
    const { start, home } = line;
    new Uint8Array(home!).set(this.u8.subarray(start, start + line.pages * PAGE));
    line.saved = true;
    this.#drop(line);
    return true;
  }

  /** Doubles the memory, or adds what is asked for if that is more. */
  #grow(pages: number, limit: number): boolean {
    const now = this.u8.length / WASM_PAGE;
    const asked = Math.max(now, Math.ceil((pages * PAGE) / WASM_PAGE));
    const more = Math.min(asked, limit - now);
    if (more <= 0) return false;
    try {
      this.memory.grow(more);
    } catch {
      return false;
    }
    // The array is empty by now: growth detaches it.
    this.#free.give((now * WASM_PAGE) / PAGE, (more * WASM_PAGE) / PAGE);
    [this.u8, this.i32, this.f32, this.f64] = this.#views();
    return true;
  }

  #views(): [Uint8Array, Int32Array, Float32Array, Float64Array] {
    const { buffer } = this.memory;
    return [
      new Uint8Array(buffer),
      new Int32Array(buffer),
      new Float32Array(buffer),
      new Float64Array(buffer),
    ];
  }
}
