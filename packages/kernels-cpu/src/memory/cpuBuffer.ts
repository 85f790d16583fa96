import { Buffer } from "@cotangent/core/extend";

/** Memory of a tensor on the cpu. */
export class CpuBuffer extends Buffer {
  readonly bytes: number;
  readonly start: number;
  constructor(bytes: number, start: number) {
    super();
    this.bytes = bytes;
    this.start = start;
  }
}
