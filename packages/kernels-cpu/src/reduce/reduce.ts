import type { DType } from "@cotangent/core";
import {
  denseView,
  type Expr,
  type ReduceOp,
  type Shape,
  sizeOf,
  type View,
} from "@cotangent/core/extend";
import type { Elementwise } from "../elementwise/elementwise.ts";
import type { CpuBuffer } from "../memory/cpuBuffer.ts";
import type { Heap } from "../memory/heap.ts";
import { BYTES } from "../strided/elements.ts";
import { CHUNK, chunksOf, windowOf } from "./chunks.ts";
import type { FoldOp } from "./folds.ts";
import { countOf, foldView, isWhere, reduceView } from "./view.ts";

type Reduce = (
  op: ReduceOp,
  body: Expr,
  inputs: readonly View[],
  shape: Shape,
  axes: readonly number[],
) => CpuBuffer;

/** Folds a body of the inputs over axes in ascending order; `elementwise` computes it. */
export function reduceOn(heap: Heap, elementwise: Elementwise): Reduce {
  return (op, body, inputs, shape, axes) => {
    if (body.op === "input") return reduceView(heap, op, inputs[body.value]!, axes);
    if (isWhere(op) || sizeOf(shape) <= CHUNK || countsPlaces(body))
      return reduceWhole(heap, elementwise, op, body, inputs, shape, axes);
    return reduceChunks(heap, elementwise, op, body, inputs, shape, axes);
  };
}

const counting = new WeakMap<Expr, boolean>();

/** Whether a body asks for the number of the element, which a chunk does not know. */
function countsPlaces(body: Expr): boolean {
  const known = counting.get(body);
  if (known !== undefined) return known;
  const counts = body.op === "index" || body.args.some(countsPlaces);
  counting.set(body, counts);
  return counts;
}

/** Computes the whole body first. */
function reduceWhole(
  heap: Heap,
  elementwise: Elementwise,
  op: ReduceOp,
  body: Expr,
  inputs: readonly View[],
  shape: Shape,
  axes: readonly number[],
): CpuBuffer {
  const [buffer] = elementwise([body], inputs, shape) as [CpuBuffer];
  const result = reduceView(heap, op, denseView(body.type as DType, "cpu", shape, buffer), axes);
  heap.free(buffer);
  return result;
}

/** Computes and folds a chunk of the body at a time, then folds the results of the chunks. */
function reduceChunks(
  heap: Heap,
  elementwise: Elementwise,
  op: FoldOp,
  body: Expr,
  inputs: readonly View[],
  shape: Shape,
  axes: readonly number[],
): CpuBuffer {
  const dtype = body.type as DType;
  const count = countOf(shape, axes);
  const { chunks, parts } = chunksOf(shape, axes);
  const results = heap.allocate(parts * count * BYTES[dtype]);
  for (const chunk of chunks) {
    const windows = inputs.map((view) => windowOf(view, chunk));
    const [buffer] = elementwise([body], windows, chunk.shape) as [CpuBuffer];
    heap.begin();
    const at = heap.address(results) + (chunk.part * count + chunk.place) * BYTES[dtype];
    foldView(heap, op, denseView(dtype, "cpu", chunk.shape, buffer), axes, at);
    heap.free(buffer);
  }
  if (parts === 1) return results;
  const total = reduceView(heap, op, denseView(dtype, "cpu", [parts, count], results), [0]);
  heap.free(results);
  return total;
}
