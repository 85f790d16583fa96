import type { MemoryUse } from "../backend.ts";
import type { HostArray } from "../dtype.ts";
import { BackendError } from "../errors.ts";
import { Buffer, type View } from "../view.ts";

interface Tally {
  tensors: number;
  bytes: number;
}

/** Lives as long as one of the buffers that were counted on its tally. */
interface Page {
  readonly tally: Tally;
}

/** A buffer of the JavaScript heap. */
export class HostBuffer extends Buffer {
  data: HostArray;
  readonly page: Page;
  constructor(data: HostArray, page: Page) {
    super();
    this.data = data;
    this.page = page;
  }
  get bytes(): number {
    return this.data.byteLength;
  }
}

const PAGE_TENSORS = 64;
const PAGE_BYTES = 1 << 20;
const NOTHING = new Uint8Array(0);

/**
 * Counts buffers that are neither freed nor collected. Watching each of them would cost more than
 * a small op, so the collector is asked about pages of 64 (fewer large ones).
 */
export class HostMemory {
  readonly #total: Tally = { tensors: 0, bytes: 0 };
  readonly #registry: FinalizationRegistry<Tally>;
  #page: Page = { tally: { tensors: PAGE_TENSORS, bytes: 0 } };

  constructor() {
    this.#registry = new FinalizationRegistry((tally) => this.#forget(tally.tensors, tally.bytes));
  }

  hold(data: HostArray): HostBuffer {
    const { tally } = this.#page;
    if (tally.tensors >= PAGE_TENSORS || tally.bytes >= PAGE_BYTES) this.#turn();
    const buffer = new HostBuffer(data, this.#page);
    this.#count(this.#page.tally, 1, data.byteLength);
    this.#count(this.#total, 1, data.byteLength);
    return buffer;
  }

  release(buffer: HostBuffer): void {
    if (buffer.data === NOTHING) return;
    this.#count(buffer.page.tally, -1, -buffer.bytes);
    this.#forget(1, buffer.bytes);
    buffer.freedBy ??= "free";
    buffer.data = NOTHING;
  }

  use(): MemoryUse {
    return { ...this.#total };
  }

  #turn(): void {
    this.#page = { tally: { tensors: 0, bytes: 0 } };
    this.#registry.register(this.#page, this.#page.tally);
  }

  #forget(tensors: number, bytes: number): void {
    this.#count(this.#total, -tensors, -bytes);
  }

  #count(tally: Tally, tensors: number, bytes: number): void {
    tally.tensors += tensors;
    tally.bytes += bytes;
  }
}

/** The memory behind a view that has a buffer. */
export function dataOf(view: View): HostArray {
  const buffer = view.buffer as HostBuffer;
  if (buffer.freedBy !== null)
    throw new BackendError(
      `the tensor was freed by ${buffer.freedBy}; hold it with keep(x) if it is needed afterwards`,
    );
  return buffer.data;
}
