import { Buffer } from "@cotangent/core/extend";
import type { Slab } from "./slab.ts";

/** Memory of a tensor on the cpu: a part of a slab. */
export class CpuBuffer extends Buffer {
  readonly bytes: number;
  readonly offset: number;
  /** Null when it was freed. */
  slab: Slab | null;
  constructor(bytes: number, slab: Slab, offset: number) {
    super();
    this.bytes = bytes;
    this.offset = offset;
    this.slab = slab;
  }
}
