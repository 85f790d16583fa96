import { BackendError } from "@cotangent/core";
import type { MemoryUse } from "@cotangent/core/extend";
import { engine, type WasmMemory } from "../wasm/engine.ts";
import type { MemoryLimits } from "../wasm/module.ts";
import { CpuBuffer } from "./cpuBuffer.ts";

const PAGE = 65536;

const classOf = (bytes: number): number => (bytes <= 16 ? 4 : 32 - Math.clz32(bytes - 1));

/** The WebAssembly memory of the cpu device. */
export class Heap {
  readonly limits: MemoryLimits = { initial: 1, maximum: 32768, shared: false };
  readonly memory: WasmMemory = new engine.Memory(this.limits);
  readonly #free: number[][] = Array.from({ length: 33 }, () => []);
  #top = 64;
  #tensors = 0;
  #bytes = 0;
  #scratch: [start: number, size: number][] = [];

  /** A buffer whose contents are undefined; its address is a multiple of 16. */
  allocate(bytes: number): CpuBuffer {
    this.#tensors++;
    this.#bytes += bytes;
    return new CpuBuffer(bytes, this.#take(classOf(bytes)));
  }

  /** Starts a kernel call: scratch memory is given back. */
  begin(): void {
    for (const [start, size] of this.#scratch) this.#free[size]!.push(start);
    this.#scratch = [];
  }

  address(buffer: CpuBuffer): number {
    return buffer.start;
  }

  /** Temporary memory, until the next `begin`; its address is a multiple of 64. */
  scratch(bytes: number): number {
    const size = Math.max(6, classOf(bytes));
    const start = this.#take(size);
    this.#scratch.push([start, size]);
    return start;
  }

  free(buffer: CpuBuffer): void {
    this.#free[classOf(buffer.bytes)]!.push(buffer.start);
    this.#tensors--;
    this.#bytes -= buffer.bytes;
  }

  use(): MemoryUse {
    return { tensors: this.#tensors, bytes: this.#bytes };
  }

  // Views of the whole memory; an allocation may detach them.
  u8(): Uint8Array {
    return new Uint8Array(this.memory.buffer);
  }
  i32(): Int32Array {
    return new Int32Array(this.memory.buffer);
  }
  f32(): Float32Array {
    return new Float32Array(this.memory.buffer);
  }
  f64(): Float64Array {
    return new Float64Array(this.memory.buffer);
  }

  #take(size: number): number {
    const free = this.#free[size]!.pop();
    if (free !== undefined) return free;
    const start = Math.ceil(this.#top / 64) * 64;
    const end = start + 2 ** size;
    const missing = Math.ceil((end - this.memory.buffer.byteLength) / PAGE);
    if (missing > 0) this.#grow(missing);
    this.#top = end;
    return start;
  }

  #grow(pages: number): void {
    try {
      this.memory.grow(pages);
    } catch {
      throw new BackendError(`cpu: out of memory: ${this.#bytes} bytes are in use; free some`);
    }
  }
}
