import { BackendError } from "@cotangent/core";
import type { MemoryUse } from "@cotangent/core/extend";
import { Team } from "../threads/team.ts";
import { sharable, type WasmMemory } from "../wasm/engine.ts";
import {
  type Exports,
  instantiate,
  type MemoryLimits,
  type ModuleBuilder,
} from "../wasm/module.ts";
import { Cache } from "./cache.ts";
import { CpuBuffer } from "./cpuBuffer.ts";
import { Line } from "./line.ts";
import { Scratch } from "./scratch.ts";
import { type SizeClass, SMALL, sizeClasses } from "./sizeClass.ts";
import { PAGE, pagesOf, Slab } from "./slab.ts";

const SLAB_PAGES = 16;

/**
 * A program that never yields lets no finalizer run, and what waits for one stays in memory. After so many slabs the
 * heap starts to watch anew, and counts again what is used from then on.
 */
const WATCHED = 2 ** 16;

const newSlab = (pages: number): Slab => new Slab(new Line(pages), new ArrayBuffer(pages * PAGE));

/** Sizes in bytes. */
export interface HeapOptions {
  /** What is kept in WebAssembly memory, as long as that is possible; 128 MiB by default. */
  readonly cache?: number;
  /** What the WebAssembly memory may grow to for tensors larger than the cache; 2 GiB by default. */
  readonly maximum?: number;
  /** Whether other threads can use the memory; by default where the engine allows it. */
  readonly shared?: boolean;
}

/**
 * The memory of the cpu device: the JavaScript heap, with WebAssembly memory as its write-back cache.
 * Buffers are freed by `free` or by the garbage collector, a slab at a time.
 */
export class Heap {
  readonly limits: MemoryLimits;
  readonly memory: WasmMemory;
  /** The threads that work on it. */
  readonly team: Team;
  readonly #maximum: number;
  readonly #cache: Cache;
  readonly #scratch: Scratch;
  /** By size in units of 16 bytes. */
  readonly #classes: readonly SizeClass[] = sizeClasses(newSlab(0));
  #collected: FinalizationRegistry<Line>;
  #watch = 0;
  #watched = 0;
  #tensors = 0;
  #bytes = 0;

  constructor({ cache = 2 ** 27, maximum = 2 ** 31, shared = sharable() }: HeapOptions = {}) {
    this.#cache = new Cache(cache, maximum, shared);
    this.#maximum = maximum;
    this.limits = this.#cache.limits;
    this.memory = this.#cache.memory;
    this.team = new Team(this.memory, this.limits.shared);
    this.#scratch = new Scratch({
      place: (pages) => this.#place(pages),
      give: (start, pages) => this.#cache.give(start, pages),
    });
    this.#collected = this.#newWatch();
  }

  /** The functions of a module over this memory. */
  instantiate(builder: ModuleBuilder): Exports {
    const bytes = builder.bytes(this.limits);
    const exports = instantiate(bytes, this.memory);
    this.team.share(bytes, exports);
    return exports;
  }

  /** A buffer whose contents are undefined; its address is a multiple of 16. */
  allocate(bytes: number): CpuBuffer {
    if (bytes > SMALL) return this.#hold(bytes, this.#slab(pagesOf(bytes), null), 0);
    const of = this.#classes[(bytes + 15) >> 4]!;
    let slab = of.current;
    let offset = slab.take(of.size);
    if (offset < 0) {
      slab = this.#turn(of);
      offset = slab.take(of.size);
    }
    return this.#hold(bytes, slab, offset);
  }

  /** Starts a kernel call: what it touches stays where it is until the next one, and scratch space too. */
  begin(): void {
    this.#cache.call = (this.#cache.call + 1) & 0x3fffffff;
    this.#scratch.clear();
  }

  /** Where a buffer is during this call; it is brought in if it was evicted. */
  address({ slab, offset }: CpuBuffer): number {
    const { line } = slab!;
    if (line.watch !== this.#watch) this.#register(slab!);
    if (line.start < 0 && !this.#cache.fetch(slab!)) this.#fail(line.bytes);
    line.used = this.#cache.call;
    return line.start + offset;
  }

  /** Temporary space during this call; its address is a multiple of 64. */
  scratch(bytes: number): number {
    return this.#scratch.take(bytes);
  }

  /** Gives a buffer back; nobody uses it any more. */
  free(buffer: CpuBuffer): void {
    const { slab, offset, bytes } = buffer;
    if (slab === null) return;
    buffer.slab = null;
    if (slab.line.watch !== this.#watch) this.#register(slab);
    this.#count(slab.line, -1, -bytes);
    if (slab.line.tensors > 0 || slab === slab.of?.current) {
      slab.of?.give(slab, offset);
      return;
    }
    slab.of?.forget(slab);
    this.#cache.vacate(slab);
  }

  /** What is neither freed nor collected. */
  use(): MemoryUse {
    return { tensors: this.#tensors, bytes: this.#bytes };
  }

  // Views of the whole memory. An allocation may make it grow, and detach them.
  u8(): Uint8Array {
    return this.#cache.u8;
  }
  i32(): Int32Array {
    return this.#cache.i32;
  }
  f32(): Float32Array {
    return this.#cache.f32;
  }
  f64(): Float64Array {
    return this.#cache.f64;
  }

  #hold(bytes: number, slab: Slab, offset: number): CpuBuffer {
    if (slab.line.watch !== this.#watch) this.#register(slab);
    this.#count(slab.line, 1, bytes);
    return new CpuBuffer(bytes, slab, offset);
  }

  #count(line: Line, tensors: number, bytes: number): void {
    line.tensors += tensors;
    line.bytes += bytes;
    this.#tensors += tensors;
    this.#bytes += bytes;
  }

  #turn(of: SizeClass): Slab {
    if (!of.turn()) of.current = this.#slab(SLAB_PAGES, of);
    return of.current;
  }

  /** An empty slab. */
  #slab(pages: number, of: SizeClass | null): Slab {
    const slab = this.#cache.reuse(pages) ?? this.#newSlab(pages);
    slab.open(of);
    return slab;
  }

  #newSlab(pages: number): Slab {
    const slab = this.#create(pages);
    if (!this.#cache.fetch(slab)) this.#fail(pages * PAGE);
    this.#register(slab);
    return slab;
  }

  /** Counts a slab in, and waits for its end. */
  #register(slab: Slab): void {
    const { line } = slab;
    if (this.#watched >= WATCHED) {
      this.#watch++;
      this.#watched = this.#tensors = this.#bytes = 0;
      this.#collected = this.#newWatch();
    }
    this.#watched++;
    line.watch = this.#watch;
    this.#tensors += line.tensors;
    this.#bytes += line.bytes;
    this.#collected.register(slab, line);
  }

  /** Earlier watches are not heard any more. */
  #newWatch(): FinalizationRegistry<Line> {
    const watch = this.#watch;
    return new FinalizationRegistry((line) => {
      if (watch === this.#watch) this.#forget(line);
    });
  }

  #create(pages: number): Slab {
    try {
      return newSlab(pages);
    } catch {
      return this.#fail(pages * PAGE);
    }
  }

  #fail(bytes: number): never {
    throw new BackendError(
      `cpu: no room for ${bytes} bytes: ${this.#bytes} are in use, and the WebAssembly memory holds ` +
        `at most ${this.#maximum}; use smaller tensors, or free some with scope or dispose`,
    );
  }

  #place(pages: number): number {
    const start = this.#cache.place(pages);
    if (start < 0) this.#fail(pages * PAGE);
    return start;
  }

  /** After a slab: what it was made of may become another one. */
  #forget(line: Line): void {
    this.#watched--;
    this.#count(line, -line.tensors, -line.bytes);
    if (line.home === null) return;
    const slab = new Slab(line, line.home);
    if (this.#cache.recycle(slab)) this.#register(slab);
  }
}
