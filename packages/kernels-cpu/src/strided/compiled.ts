import type { Heap } from "../memory/heap.ts";
import { type Exports, ModuleBuilder } from "../wasm/module.ts";

/** What every heap has of its own, once it is asked for. */
export type OfHeap<T> = (heap: Heap) => T;

/** Kernels of a heap, compiled when they are first asked for, as `pick` takes them. */
export function compiled<T>(
  build: (builder: ModuleBuilder) => void,
  pick: (exports: Exports) => T,
): OfHeap<T> {
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
  return heap.instantiate(builder);
}

/** A value for each name. */
export const record = <K extends string, T>(
  names: readonly K[],
  value: (name: K) => T,
): { readonly [N in K]: T } =>
  Object.fromEntries(names.map((name) => [name, value(name)])) as { readonly [N in K]: T };
