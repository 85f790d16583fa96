import type { DType } from "@cotangent/core";
import { type Shape, sizeOf } from "@cotangent/core/extend";
import type { Heap } from "../memory/heap.ts";
import {
  type Axis,
  axesOf,
  eachPlace,
  isRowMajor,
  merge,
  type Strides,
  single,
} from "../strided/axes.ts";
import { BYTES } from "../strided/elements.ts";
import { moves, tiles } from "./kernels.ts";
import { kindOf, type Mode, type Pair } from "./kinds.ts";

/** Where the elements of a shape are: an address, and strides that count elements. */
export interface Place {
  readonly at: number;
  readonly strides: Strides;
}

type Step = (to: number, from: number) => void;

/** Rows of a block that is transposed at a time, so that it stays in the nearest cache. */
const BLOCK = 64;

const width = (axis: Axis): number => Math.abs(axis.steps[0]!);

/** Transposes what fills whole tiles, moves the rest one by one. */
function transposing(heap: Heap, outer: Axis, inner: Axis, bytes: number): Step {
  const turn = tiles[bytes]!(heap);
  const { cells } = moves[`write${bytes}`]!(heap);
  const lanes = 16 / bytes;
  const [toStep, fromStep] = [outer.steps[0]! * bytes, inner.steps[1]! * bytes];
  const rows = outer.size - (outer.size % lanes);
  const columns = inner.size - (inner.size % lanes);
  const edge = (to: number, from: number, row: number, column: number, n: number): void => {
    cells(
      ...[to + row * toStep + column * bytes, from + row * bytes + column * fromStep],
      ...[outer.size - row, toStep, bytes, n, bytes, fromStep],
    );
  };
  return (to, from) => {
    for (let j = 0; j < columns; j += BLOCK) {
      const n = Math.min(BLOCK, columns - j);
      const [t, f] = [to + j * bytes, from + j * fromStep];
      turn(t, f, rows, toStep, bytes, n, bytes, fromStep);
    }
    if (columns < inner.size) edge(to, from, 0, columns, inner.size - columns);
    if (rows < outer.size) edge(to, from, rows, 0, columns);
  };
}

function plain({ rows, cells }: Pair, outer: Axis, inner: Axis, bytes: number): Step {
  const kernel = inner.steps[0] === 1 && inner.steps[1] === 1 ? rows : cells;
  const [toStep, fromStep] = outer.steps.map((step) => step * bytes) as [number, number];
  const [toNext, fromNext] = inner.steps.map((step) => step * bytes) as [number, number];
  return (to, from) => {
    kernel(to, from, outer.size, toStep, fromStep, inner.size, toNext, fromNext);
  };
}

/** The place of the axis along which the source lies side by side, when a transpose in tiles fits. */
function turnedAxis(axes: readonly Axis[], inner: Axis, bytes: number): number {
  const lanes = 16 / bytes;
  if (inner.steps[0] !== 1 || inner.size < lanes) return -1;
  return axes.findIndex(({ steps, size }) => steps[1] === 1 && size >= lanes);
}

/** Writes, or adds, elements at one place that come from another. No element is written twice. */
export function move(
  heap: Heap,
  mode: Mode,
  dtype: DType,
  shape: Shape,
  to: Place,
  from: Place,
): void {
  const size = sizeOf(shape);
  if (size === 0) return;
  const pair = moves[kindOf(mode, dtype)]!(heap);
  if (isRowMajor(shape, to.strides) && isRowMajor(shape, from.strides))
    pair.rows(to.at, from.at, 1, 0, 0, size, 0, 0);
  else moveStrided(heap, mode, pair, BYTES[dtype], shape, to, from);
}

function moveStrided(
  heap: Heap,
  mode: Mode,
  pair: Pair,
  bytes: number,
  shape: Shape,
  to: Place,
  from: Place,
): void {
  const sorted = axesOf(shape, [to.strides, from.strides]).sort((a, b) => width(b) - width(a));
  const axes = merge(sorted);
  const inner = axes.pop() ?? { size: 1, steps: [1, 1] };
  const turned = mode === "write" ? turnedAxis(axes, inner, bytes) : -1;
  const outer = (turned < 0 ? axes.pop() : axes.splice(turned, 1)[0]) ?? single(2);
  const run =
    turned < 0 ? plain(pair, outer, inner, bytes) : transposing(heap, outer, inner, bytes);
  const places = axes.map(({ size, steps }) => ({ size, steps: steps.map((s) => s * bytes) }));
  eachPlace(places, [to.at, from.at], ([t, f]) => run(t!, f!));
}
