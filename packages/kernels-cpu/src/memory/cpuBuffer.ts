import type { Buffer } from "@cotangent/core/extend";
import type { Slab } from "./slab.ts";

/**
 * Memory of a tensor on the cpu: a part of a slab. Not derived from Buffer: a constructor that is
 * shared with other backends' buffers costs an op 13 ns.
 */
export class CpuBuffer implements Buffer {
  refs: number;
  freedBy: string | null;
  readonly bytes: number;
  readonly offset: number;
  /** Null when it was freed. */
  slab: Slab | null;
  constructor(bytes: number, slab: Slab, offset: number) {
    this.refs = 0;
    this.freedBy = null;
    this.bytes = bytes;
    this.offset = offset;
    this.slab = slab;
  }
}
