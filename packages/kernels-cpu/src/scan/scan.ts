import type { DType } from "@cotangent/core";
import { type HostArray, type ScanOp, stridesOf, type View } from "@cotangent/core/extend";
import type { CpuBuffer } from "../memory/cpuBuffer.ts";
import type { Heap } from "../memory/heap.ts";
import { axesOf, eachPlace, merge, without } from "../strided/axes.ts";
import { addressOf, BYTES, elements } from "../strided/elements.ts";

/** Where a line begins and how far its elements are apart, read and written. */
interface Line {
  readonly n: number;
  readonly step: number;
  readonly stride: number;
}

type Scan = (data: HostArray, from: number, to: number, line: Line) => void;

/** Each op has a loop of its own, so that the engine compiles it for its array type. */
const scanSum: Scan = (data, from, to, { n, step, stride }) => {
  let total = 0;
  for (let i = 0; i < n; i++) {
    total += data[from + i * step]!;
    data[to + i * stride] = total;
  }
};

const scanInteger: Scan = (data, from, to, { n, step, stride }) => {
  let total = 0;
  for (let i = 0; i < n; i++) {
    total = (total + data[from + i * step]!) | 0;
    data[to + i * stride] = total;
  }
};

const scanMax: Scan = (data, from, to, { n, step, stride }) => {
  let best = -Infinity;
  for (let i = 0; i < n; i++) {
    best = Math.max(best, data[from + i * step]!);
    data[to + i * stride] = best;
  }
};

const scanMin: Scan = (data, from, to, { n, step, stride }) => {
  let best = Infinity;
  for (let i = 0; i < n; i++) {
    best = Math.min(best, data[from + i * step]!);
    data[to + i * stride] = best;
  }
};

/** A sum is carried in float64; one of integers wraps. */
const SUMS: { readonly [D in DType]: Scan } = {
  float32: scanSum,
  float64: scanSum,
  int32: scanInteger,
  bool: scanInteger,
};

const scanOf = (op: ScanOp, dtype: DType): Scan =>
  ({ sum: SUMS[dtype], max: scanMax, min: scanMin })[op];

/** Running results along an axis. */
export function scan(heap: Heap, op: ScanOp, input: View, axis: number): CpuBuffer {
  heap.begin();
  const { dtype, shape, strides, size } = input;
  const width = BYTES[dtype];
  const buffer = heap.allocate(size * width);
  if (size === 0) return buffer;
  const starts = [addressOf(heap, input) / width, heap.address(buffer) / width];
  const dense = stridesOf(shape);
  const line = { n: shape[axis]!, step: strides[axis]!, stride: dense[axis]! };
  const others = axesOf(without(shape, axis), [without(strides, axis), without(dense, axis)]);
  const data = elements(heap, dtype);
  const run = scanOf(op, dtype);
  eachPlace(merge(others), starts, ([from, to]) => run(data, from!, to!, line));
  return buffer;
}
