import type { DType } from "@cotangent/core";
import { type Backend, type Buffer, View } from "@cotangent/core/extend";
import { elementwiseOn } from "./elementwise/elementwise.ts";
import { download, host, readNumber, upload } from "./host/host.ts";
import { gather, scatter } from "./indexed/indexed.ts";
import { linalgOn } from "./linalg/linalg.ts";
import { Matmul } from "./matmul/matmul.ts";
import { outer } from "./matmul/outer.ts";
import { CpuBuffer } from "./memory/cpuBuffer.ts";
import type { Heap } from "./memory/heap.ts";
import { place } from "./place/place.ts";
import { reduceOn } from "./reduce/reduce.ts";
import { scan } from "./scan/scan.ts";
import { sort } from "./sort/sort.ts";
import { BYTES } from "./strided/elements.ts";

/** Takes over buffers of the backend that was there before, each once. */
function adopter(heap: Heap, previous: Backend): (view: View) => View {
  const adopted = new WeakMap<Buffer, CpuBuffer>();
  const adopt = (buffer: Buffer, dtype: DType): CpuBuffer => {
    const all = new View(dtype, "cpu", [buffer.bytes / BYTES[dtype]], [1], 0, buffer, 0);
    const copy = upload(heap, previous.downloadSync!(all), dtype);
    copy.refs = buffer.refs;
    adopted.set(buffer, copy);
    return copy;
  };
  return (view) => {
    const { buffer } = view;
    if (buffer !== null && !(buffer instanceof CpuBuffer))
      view.buffer = adopted.get(buffer) ?? adopt(buffer, view.dtype);
    return view;
  };
}

/** The cpu by WebAssembly SIMD kernels over one heap. `relaxed` is whether the engine has relaxed SIMD. */
export function cpuBackend(heap: Heap, relaxed: boolean, previous: Backend): Backend {
  const own = adopter(heap, previous);
  const elementwise = elementwiseOn(heap, relaxed);
  const reduce = reduceOn(heap, elementwise);
  const matmul = new Matmul(heap, relaxed);
  const mine = (views: readonly View[]): readonly View[] => {
    for (let i = 0; i < views.length; i++) own(views[i]!);
    return views;
  };
  return {
    name: "cpu-simd",
    dtypes: new Set(Object.keys(BYTES) as DType[]),
    upload: (data, dtype) => upload(heap, data, dtype),
    download: async (view) => download(heap, own(view)),
    readNumber: (view) => readNumber(heap, own(view)),
    downloadSync: (view) => download(heap, own(view)),
    free(buffer) {
      if (buffer instanceof CpuBuffer) heap.free(buffer);
      else previous.free(buffer);
    },
    memory: () => heap.use(),
    elementwise: (outputs, inputs, shape) => elementwise(outputs, mine(inputs), shape),
    reduce: (op, body, inputs, shape, axes) => reduce(op, body, mine(inputs), shape, axes),
    scan: (op, input, axis) => scan(heap, op, own(input), axis),
    matmul: (left, right) =>
      outer(elementwise, own(left), own(right)) ?? matmul.multiply(left, right),
    place(shape, dtype, fill, parts, mode) {
      for (const { source } of parts) own(source);
      return place(heap, shape, dtype, fill, parts, mode);
    },
    gather: (input, index, axis) => gather(heap, own(input), own(index), axis),
    scatter: (into, index, updates, axis, mode) =>
      scatter(heap, own(into), own(index), own(updates), axis, mode),
    sort: (input, axis) => sort(heap, own(input), axis),
    linalg: linalgOn(heap, relaxed, own),
    host: (inputs, outputs, routine) => host(heap, mine(inputs), outputs, routine),
  };
}
