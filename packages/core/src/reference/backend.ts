import type { Backend } from "../backend.ts";
import { type DType, dtypes, type HostArray } from "../dtype.ts";
import { sizeOf } from "../shape.ts";
import { denseView } from "../view.ts";
import { zeros } from "./arrays.ts";
import { gather, place, scatter, sort } from "./indexing.ts";
import { matmul } from "./matmul.ts";
import { type HostBuffer, HostMemory } from "./memory.ts";
import { programOf } from "./program.ts";
import { reduce, scan } from "./reduce.ts";
import { pack } from "./walk.ts";

/**
 * Plain loops over typed arrays: the CPU when nothing faster is there, and the oracle that other
 * backends are tested against.
 */
export function referenceBackend(): Backend {
  const memory = new HostMemory();
  const hold = (data: HostArray): HostBuffer => memory.hold(data);
  return {
    name: "reference",
    dtypes: new Set(Object.keys(dtypes) as DType[]),
    upload: (data) => hold(data.slice()),
    download: async (view) => pack(view),
    downloadSync: pack,
    free: (buffer) => memory.release(buffer as HostBuffer),
    memory: () => memory.use(),
    elementwise: (outputs, inputs, shape) => programOf(outputs).run(inputs, shape, memory),
    reduce(op, body, inputs, shape, axes) {
      const whole = body.op === "input" ? inputs[body.value]! : null;
      if (whole?.buffer) return hold(reduce(op, whole, axes));
      const [buffer] = programOf([body]).run(inputs, shape, memory);
      const view = denseView(body.type as DType, "cpu", shape, buffer!);
      const out = reduce(op, view, axes);
      memory.release(buffer!);
      return hold(out);
    },
    scan: (op, input, axis) => hold(scan(op, input, axis)),
    matmul: (left, right) => hold(matmul(left, right)),
    place: (shape, dtype, fill, parts, mode) => hold(place(shape, dtype, fill, parts, mode)),
    gather: (input, index, axis) => hold(gather(input, index, axis)),
    scatter: (into, index, updates, axis, mode) => hold(scatter(into, index, updates, axis, mode)),
    sort(input, axis) {
      const { values, indices } = sort(input, axis);
      return { values: hold(values), indices: hold(indices) };
    },
    host(inputs, outputs, routine) {
      const results = outputs.map(({ shape, dtype }) => zeros(dtype, sizeOf(shape)));
      routine(inputs.map(pack), results);
      return results.map(hold);
    },
  };
}
