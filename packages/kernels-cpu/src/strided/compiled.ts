import type { Heap } from "../memory/heap.ts";
import { type Exports, instantiate, ModuleBuilder } from "../wasm/module.ts";

/** Kernels of a heap, compiled when they are first asked for, in the table that `pick` makes. */
export function compiled<T>(
  build: (builder: ModuleBuilder) => void,
  pick: (exports: Exports) => T,
): (heap: Heap) => T {
  const known = new WeakMap<Heap, T>();
  let last: readonly [Heap, T] | null = null;
  return (heap) => {
    if (last !== null && last[0] === heap) return last[1];
    const table = known.get(heap) ?? pick(compile(build, heap));
    known.set(heap, table);
    last = [heap, table];
    return table;
  };
}

function compile(build: (builder: ModuleBuilder) => void, heap: Heap): Exports {
  const builder = new ModuleBuilder();
  build(builder);
  return instantiate(builder, heap.memory, heap.limits);
}
