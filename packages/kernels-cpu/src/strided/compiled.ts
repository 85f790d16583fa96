import type { Heap } from "../memory/heap.ts";
import { type Exports, instantiate, ModuleBuilder } from "../wasm/module.ts";

/** Kernels of a heap, compiled when they are first asked for. */
export function compiled(build: (builder: ModuleBuilder) => void): (heap: Heap) => Exports {
  const known = new WeakMap<Heap, Exports>();
  return (heap) => {
    const found = known.get(heap);
    if (found !== undefined) return found;
    const builder = new ModuleBuilder();
    build(builder);
    const made = instantiate(builder, heap.memory, heap.limits);
    known.set(heap, made);
    return made;
  };
}
