import type { Heap } from "../memory/heap.ts";
import { type Exports, ModuleBuilder } from "../wasm/module.ts";
import { addDirect } from "./direct.ts";
import type { Element } from "./element.ts";
import { addPack } from "./pack.ts";
import { addGather } from "./panels.ts";
import { addCombine, addDots } from "./rows.ts";
import { addSweep, tileColumns, tileRows } from "./tile.ts";

type Name =
  | "packLeft"
  | "packRight"
  | "gather"
  | "sweep"
  | "direct"
  | "directVectors"
  | "dots"
  | "combine";

/** The kernels of one element type; addresses and strides are in bytes. */
export type Kernels = { readonly [N in Name]: (...args: number[]) => number };

export function kernelsOf(element: Element, heap: Heap): Kernels {
  const builder = new ModuleBuilder();
  const gather = addGather(builder, element);
  addPack(builder, { name: "packLeft", element, rows: tileRows(element), gather });
  addPack(builder, { name: "packRight", element, rows: tileColumns(element), gather });
  addSweep(builder, element);
  addDirect(builder, element);
  addDots(builder, element);
  addCombine(builder, element);
  return heap.instantiate(builder) as Exports & Kernels;
}
