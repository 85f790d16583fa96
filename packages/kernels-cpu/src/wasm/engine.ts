/** What is used of the WebAssembly API; published types need neither the DOM nor Node. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}

interface Engine {
  Memory: new (limits: { initial: number; maximum: number; shared?: boolean }) => WasmMemory;
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Instance: new (module: object, imports: object) => { readonly exports: object };
  validate(bytes: Uint8Array<ArrayBuffer>): boolean;
}

export const engine: Engine = (globalThis as unknown as { readonly WebAssembly: Engine })
  .WebAssembly;

/** Whether the engine has memory that threads share: in a page it must be cross-origin isolated. */
export function sharable(): boolean {
  if (typeof SharedArrayBuffer === "undefined") return false;
  try {
    new engine.Memory({ initial: 0, maximum: 1, shared: true });
    return true;
  } catch {
    return false;
  }
}
