import type { Expr, Shape, View } from "@cotangent/core/extend";
import type { CpuBuffer } from "../memory/cpuBuffer.ts";
import type { Heap } from "../memory/heap.ts";
import { relaxedSimd } from "../wasm/relaxed.ts";
import { Program } from "./program.ts";

/** Programs by their expressions, which are compared by identity. */
class Programs {
  program: Program | null = null;
  readonly next = new Map<Expr, Programs>();
}

function reach(programs: Programs, expr: Expr): Programs {
  let next = programs.next.get(expr);
  if (next === undefined) programs.next.set(expr, (next = new Programs()));
  return next;
}

export type Elementwise = (
  outputs: readonly Expr[],
  inputs: readonly View[],
  shape: Shape,
) => readonly CpuBuffer[];

/** Elementwise kernels over a heap. `relaxed` is whether the engine has relaxed SIMD. */
export function elementwiseOn(heap: Heap, relaxed: boolean = relaxedSimd()): Elementwise {
  const root = new Programs();
  return (outputs, inputs, shape) => {
    let programs = root;
    for (let k = 0; k < outputs.length; k++) programs = reach(programs, outputs[k]!);
    return (programs.program ??= new Program(heap, outputs, relaxed)).run(inputs, shape);
  };
}
