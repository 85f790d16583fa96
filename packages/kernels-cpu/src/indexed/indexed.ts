import { ArgumentError, type DType } from "@cotangent/core";
import { type Shape, sizeOf, stridesOf, type View } from "@cotangent/core/extend";
import type { CpuBuffer } from "../memory/cpuBuffer.ts";
import type { Heap } from "../memory/heap.ts";
import { kindOf, type Mode, type Pair } from "../move/kinds.ts";
import { move } from "../move/move.ts";
import { axesOf, eachPlace, merge, type Strides, single } from "../strided/axes.ts";
import { addressOf, BYTES } from "../strided/elements.ts";
import { indexedMoves } from "./kernels.ts";

/** Addresses and strides of three operands: to, from, index. */
interface Operands {
  readonly starts: readonly number[];
  readonly strides: readonly Strides[];
}

/** The axis that the index chooses from: its size and, in elements, its stride. */
interface Chosen {
  readonly size: number;
  readonly stride: number;
}

/** The strides without the axis along which an index decides. */
const frozen = (strides: Strides, axis: number): number[] =>
  strides.map((step, i) => (i === axis ? 0 : step));

/** Moves the elements into a new buffer, which is given back when an index is out of range. */
function run(
  heap: Heap,
  buffer: CpuBuffer,
  { rows, cells }: Pair,
  dtype: DType,
  shape: Shape,
  { starts, strides }: Operands,
  { size, stride }: Chosen,
): void {
  if (sizeOf(shape) === 0) return;
  const widths = [BYTES[dtype], BYTES[dtype], 4];
  const axes = merge(axesOf(shape, strides)).map(({ size, steps }) => ({
    size,
    steps: steps.map((step, k) => step * widths[k]!),
  }));
  const inner = axes.pop() ?? single(3);
  const [to, from, index] = inner.steps;
  const isRow = index === 0 && to === widths[0] && from === widths[1];
  const outer = axes.pop() ?? single(3);
  const kernel = isRow ? rows : cells;
  const line = stride * widths[0]!;
  const loops = [outer.size, ...outer.steps, inner.size, ...inner.steps];
  eachPlace(axes, starts, (at) => {
    const bad = kernel(...at, size, line, ...loops);
    if (bad < 0) return;
    heap.free(buffer);
    throw new ArgumentError(`index ${heap.i32()[bad / 4]} is out of range for size ${size}`);
  });
}

/** out[…, i, …] = input[…, index[…, i, …], …] */
export function gather(heap: Heap, input: View, index: View, axis: number): CpuBuffer {
  heap.begin();
  const { dtype } = input;
  const buffer = heap.allocate(index.size * BYTES[dtype]);
  const sources = [addressOf(heap, input), addressOf(heap, index)];
  const operands = {
    starts: [heap.address(buffer), ...sources],
    strides: [stridesOf(index.shape), frozen(input.strides, axis), index.strides],
  };
  const chosen = { size: input.shape[axis]!, stride: input.strides[axis]! };
  const pair = indexedMoves.gather[kindOf("write", dtype)]!(heap);
  run(heap, buffer, pair, dtype, index.shape, operands, chosen);
  return buffer;
}

/** A copy of `into` with out[…, index[…, i, …], …] written, in order, or added. */
export function scatter(
  heap: Heap,
  into: View,
  index: View,
  updates: View,
  axis: number,
  mode: Mode,
): CpuBuffer {
  heap.begin();
  const { dtype, shape } = into;
  const strides = stridesOf(shape);
  const buffer = heap.allocate(into.size * BYTES[dtype]);
  const from = addressOf(heap, into);
  const sources = [addressOf(heap, updates), addressOf(heap, index)];
  const to = heap.address(buffer);
  move(heap, "write", dtype, shape, { at: to, strides }, { at: from, strides: into.strides });
  const operands = {
    starts: [to, ...sources],
    strides: [frozen(strides, axis), updates.strides, index.strides],
  };
  const pair = indexedMoves.scatter[kindOf(mode, dtype)]!(heap);
  run(heap, buffer, pair, dtype, index.shape, operands, {
    size: shape[axis]!,
    stride: strides[axis]!,
  });
  return buffer;
}
