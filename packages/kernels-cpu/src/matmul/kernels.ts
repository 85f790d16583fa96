import type { Heap } from "../memory/heap.ts";
import { type Exports, ModuleBuilder } from "../wasm/module.ts";
import { addBlock } from "./block.ts";
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
  | "block"
  | "direct"
  | "directVectors"
  | "dots"
  | "combine";

/** The kernels of one element type; addresses and strides are in bytes. */
export type Kernels = { readonly [N in Name]: (...args: number[]) => number };

export function kernelsOf(element: Element, heap: Heap): Kernels {
  const builder = new ModuleBuilder();
  const gather = addGather(builder, element);
  const [height, width] = [tileRows(element), tileColumns(element)];
  const packLeft = addPack(builder, { name: "packLeft", element, rows: height, gather });
  const packRight = addPack(builder, { name: "packRight", element, rows: width, gather });
  const sweep = addSweep(builder, element);
  addBlock(builder, element, { packLeft, packRight, sweep });
  addDirect(builder, element);
  addDots(builder, element);
  addCombine(builder, element);
  return heap.instantiate(builder) as Exports & Kernels;
}
