import { elements } from "../matmul/element.ts";
import { addPack } from "../matmul/pack.ts";
import { addGather } from "../matmul/panels.ts";
import { addSweep, tileColumns, tileRows } from "../matmul/tile.ts";
import { compiled, type OfHeap } from "../strided/compiled.ts";
import type { Exports, ModuleBuilder } from "../wasm/module.ts";
import { type Float, floatOf } from "./float.ts";
import { addClearAbove, addNegate, addSubtract, addSwapRows } from "./lines.ts";
import { addCholeskyMany, addLuMany } from "./many.ts";
import { addCholeskyPanel, addLuPanel } from "./panels.ts";
import { addSubstitute, addSubstituteMany } from "./substitute.ts";
import { addTranspose } from "./transpose.ts";

type Name =
  | "packLeft"
  | "packRight"
  | "sweep"
  | "negate"
  | "transpose"
  | "choleskyPanel"
  | "choleskyMany"
  | "clearAbove"
  | "luPanel"
  | "luMany"
  | "swapRows"
  | "substitute"
  | "substituteMany";

/** The kernels of one float type; addresses and strides are in bytes. */
export interface Kernels {
  readonly float: Float;
  readonly run: { readonly [N in Name]: (...args: number[]) => number };
}

function addAll(builder: ModuleBuilder, float: Float): void {
  const { element } = float;
  const gather = addGather(builder, element);
  addPack(builder, { name: "packLeft", element, rows: tileRows(element), gather });
  addPack(builder, { name: "packRight", element, rows: tileColumns(element), gather });
  addSweep(builder, element);
  addNegate(builder, float);
  const transpose = addTranspose(builder, float);
  const subtract = addSubtract(builder, float);
  const clearAbove = addClearAbove(builder, float);
  const cholesky = addCholeskyPanel(builder, float, subtract);
  addCholeskyMany(builder, float, { transpose, panel: cholesky, clearAbove });
  const lu = addLuPanel(builder, float, subtract);
  addLuMany(builder, float, { transpose, panel: lu });
  addSwapRows(builder, float);
  addSubstituteMany(builder, addSubstitute(builder, float));
}

const kernelsOf = (float: Float): OfHeap<Kernels> =>
  compiled(
    (builder) => addAll(builder, float),
    (exports) => ({ float, run: exports as Exports & Kernels["run"] }),
  );

/** By dtype, with relaxed instructions or without. */
export const kernels: {
  readonly [D in "float32" | "float64"]: (relaxed: boolean) => OfHeap<Kernels>;
} = {
  float32: (relaxed) => kernelsOf(floatOf("f32", elements.float32(relaxed))),
  float64: (relaxed) => kernelsOf(floatOf("f64", elements.float64(relaxed))),
};
