import type { Backend, Part } from "../backend.ts";
import { dense } from "../device.ts";
import { input } from "../expr.ts";
import { type Call, type CallMap, linear, linearMap } from "../makers/linear.ts";
import { isContiguous, type Shape, sameShape, sizeOf, stridesOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { denseView, fillView, View } from "../view.ts";

/** The same memory, looked at in another way. A number stays a number. */
export function reView(x: View, shape: Shape, strides: readonly number[], offset: number): View {
  if (x.buffer === null) return fillView(x.dtype, x.device, shape, x.fill);
  return new View(x.dtype, x.device, shape, strides, offset, x.buffer, 0);
}

/** A row-major copy. */
export function copyView(x: View, backend: Backend): View {
  const [buffer] = backend.elementwise([input(0, x.dtype)], [x], x.shape);
  return denseView(x.dtype, x.device, x.shape, buffer!);
}

/** Strides of another shape over the same elements, or null where only a copy can have it. */
function stridesFor(x: View, shape: Shape): readonly number[] | null {
  if (isContiguous(x.shape, x.strides)) return stridesOf(shape);
  const old = x.shape.flatMap((n, i) => (n === 1 ? [] : [[n, x.strides[i]!] as const]));
  const strides = new Array<number>(shape.length).fill(0);
  let i = 0;
  for (let j = 0; j < shape.length; ) {
    if (shape[j] === 1) {
      j++;
      continue;
    }
    let [from, step] = old[i] ?? [1, 0];
    let end = j + 1;
    let to = shape[j]!;
    while (from !== to) {
      if (from < to) {
        const [n, inner] = old[++i]!;
        if (step !== n * inner) return null;
        from *= n;
        step = inner;
      } else to *= shape[end++]!;
    }
    for (let k = end - 1; k >= j; k--) {
      strides[k] = step;
      step *= shape[k]!;
    }
    i++;
    j = end;
  }
  return strides;
}

const reshapeOp = linearMap<Shape>("reshape", {
  kernel(x, shape, backend) {
    if (sizeOf(shape) === 0) return reView(x, shape, stridesOf(shape), x.offset);
    const strides = x.buffer === null ? [] : stridesFor(x, shape);
    if (strides !== null) return reView(x, shape, strides, x.offset);
    return reView(copyView(x, backend), shape, stridesOf(shape), 0);
  },
  transpose: (g, saved) => reshapeTo(g, saved.ins[0]!.shape),
  lift: (shape, size) => [size, ...shape],
});

/** To a shape that fits. */
export const reshapeTo = (x: Tensor, shape: Shape): Tensor =>
  sameShape(x.shape, shape) ? x : reshapeOp(x, shape);

/** Which axes of the result those of the input are; the others repeat it, and so do sizes of 1 that grow. */
interface Broadcast {
  readonly shape: Shape;
  readonly axes: readonly number[];
}

const broadcastOp: CallMap<Broadcast> = linearMap<Broadcast>("broadcastTo", {
  kernel(x, { shape, axes }) {
    const strides = new Array<number>(shape.length).fill(0);
    for (let i = 0; i < axes.length; i++)
      if (x.shape[i] === shape[axes[i]!]) strides[axes[i]!] = x.strides[i]!;
    return reView(x, shape, strides, x.offset);
  },
  transpose(g, saved, { shape, axes }) {
    const from = saved.ins[0]!.shape;
    const repeated = shape.flatMap((n, axis) => (from[axes.indexOf(axis)] === n ? [] : [axis]));
    return reshapeTo(sumOver(g, repeated), from);
  },
  lift: ({ shape, axes }, size) => ({
    shape: [size, ...shape],
    axes: [0, ...axes.map((axis) => axis + 1)],
  }),
});

/** To a shape that fits: new axes in front, sizes of 1 grow. */
export function expandTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const start = shape.length - x.ndim;
  return broadcastOp(x, { shape, axes: x.shape.map((_, i) => start + i) });
}

/** Sums over `axes` and drops them; the transpose of broadcasting. */
const sumOp = linearMap<readonly number[]>("sum", {
  kernel(x, axes, backend) {
    const shape = x.shape.filter((_, i) => !axes.includes(i));
    const buffer = backend.reduce("sum", input(0, x.dtype), [x], x.shape, axes);
    return denseView(x.dtype, x.device, shape, buffer);
  },
  transpose(g, saved, axes) {
    const { shape } = saved.ins[0]!;
    const kept: number[] = [];
    for (let axis = 0; axis < shape.length; axis++) if (!axes.includes(axis)) kept.push(axis);
    return broadcastOp(g, { shape, axes: kept });
  },
  lift: (axes) => axes.map((a) => a + 1),
});

export const sumOver = (x: Tensor, axes: readonly number[]): Tensor =>
  axes.length === 0 ? x : sumOp(x, axes);

export const permuteOp: CallMap<readonly number[]> = linearMap<readonly number[]>("permute", {
  kernel: (x, dims) =>
    reView(
      x,
      dims.map((d) => x.shape[d]!),
      dims.map((d) => x.strides[d]!),
      x.offset,
    ),
  transpose: (g, _saved, dims) =>
    permuteOp(
      g,
      dims.map((_, d) => dims.indexOf(d)),
    ),
  lift: (dims) => [0, ...dims.map((d) => d + 1)],
});

/** A window along every axis; steps may be negative. */
export interface Window {
  readonly starts: readonly number[];
  readonly steps: readonly number[];
  readonly sizes: Shape;
}

const liftWindow = (w: Window, size: number): Window => ({
  starts: [0, ...w.starts],
  steps: [1, ...w.steps],
  sizes: [size, ...w.sizes],
});

function windowView(x: View, { starts, steps, sizes }: Window): View {
  const offset = starts.reduce((sum, start, i) => sum + start * x.strides[i]!, x.offset);
  return reView(
    x,
    sizes,
    steps.map((step, i) => step * x.strides[i]!),
    offset,
  );
}

export const sliceOp: CallMap<Window> = linearMap<Window>("slice", {
  kernel: windowView,
  transpose: (g, saved, window) => place([g], saved.ins[0]!.shape, [window]),
  lift: liftWindow,
});

interface Placement {
  readonly shape: Shape;
  readonly windows: readonly Window[];
}

const placeOp = linear<Placement>("place", {
  in: "all",
  kernel(inputs, { shape, windows }, backend) {
    const strides = stridesOf(shape);
    const parts: Part[] = inputs.map((source, k) => {
      const { starts, steps } = windows[k]!;
      const offset = starts.reduce((sum, start, i) => sum + start * strides[i]!, 0);
      return { source: dense(source), offset, strides: steps.map((n, i) => n * strides[i]!) };
    });
    const { dtype, device } = inputs[0]!;
    return [denseView(dtype, device, shape, backend.place(shape, dtype, 0, parts, "write"))];
  },
  transpose: ([g], _saved, { windows }, need) =>
    windows.map((window, i) => (need[i] ? sliceOp(g!, window) : null)),
  lift: ({ shape, windows }, size) => ({
    shape: [size, ...shape],
    windows: windows.map((w) => liftWindow(w, size)),
  }),
});

/** Zeros of `shape` with each part written at its window. Only the first may lie under the others, as a constant. */
export const place = (parts: readonly Tensor[], shape: Shape, windows: readonly Window[]): Tensor =>
  placeOp(parts, { shape, windows })[0]!;

/** The window that is the whole of a shape but for one axis. */
export const windowOn = (
  shape: Shape,
  axis: number,
  start: number,
  size: number,
  step = 1,
): Window => ({
  starts: shape.map((_, i) => (i === axis ? start : 0)),
  steps: shape.map((_, i) => (i === axis ? step : 1)),
  sizes: shape.map((n, i) => (i === axis ? size : n)),
});

/** `size` rows along an axis from `start`, each `step` on. */
export const sliceOn = (x: Tensor, axis: number, start: number, size: number, step = 1): Tensor =>
  start === 0 && step === 1 && size === x.shape[axis]
    ? x
    : sliceOp(x, windowOn(x.shape, axis, start, size, step));

interface Cuts {
  readonly axis: number;
  readonly sizes: readonly number[];
}

const cutWindows = (shape: Shape, { axis, sizes }: Cuts): readonly Window[] => {
  let start = 0;
  return sizes.map((n) => windowOn(shape, axis, (start += n) - n, n));
};

/** Every piece at once: its transpose places the pieces that have a cotangent in one go. */
const splitOp = linear<Cuts>("split", {
  in: "all",
  kernel: ([x], cuts) => cutWindows(x!.shape, cuts).map((w) => windowView(x!, w)),
  transpose(g, saved, cuts) {
    const { shape } = saved.ins[0]!;
    const windows = cutWindows(shape, cuts);
    const there = g.flatMap((h, i) => (h === null ? [] : [i]));
    return [
      place(
        there.map((i) => g[i]!),
        shape,
        there.map((i) => windows[i]!),
      ),
    ];
  },
  lift: ({ axis, sizes }) => ({ axis: axis + 1, sizes }),
});

/** Pieces of the given sizes along an axis. */
export const splitOn = (x: Tensor, axis: number, sizes: readonly number[]): readonly Tensor[] =>
  splitOp([x], { axis, sizes });

export const unbindOp: Call<number> = linear<number>("unbind", {
  in: "all",
  kernel([x], axis) {
    const drop = <T>(list: readonly T[]): readonly T[] => list.filter((_, i) => i !== axis);
    const shape = drop(x!.shape);
    const strides = drop(x!.strides);
    return Array.from({ length: x!.shape[axis]! }, (_, i) =>
      reView(x!, shape, strides, x!.offset + i * x!.strides[axis]!),
    );
  },
  transpose(g, saved, axis) {
    const { shape } = saved.ins[0]!;
    const there = g.flatMap((h, i) => (h === null ? [] : [i]));
    const rows = there.map((i) => reshapeTo(g[i]!, windowOn(shape, axis, i, 1).sizes));
    return [
      place(
        rows,
        shape,
        there.map((i) => windowOn(shape, axis, i, 1)),
      ),
    ];
  },
  lift: (axis) => axis + 1,
});

export interface Diagonal {
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
}

/** Where the diagonal starts, as [row, column], and its length. */
function diagonalOf(shape: Shape, { offset, rows, columns }: Diagonal) {
  const row = Math.max(-offset, 0);
  const column = Math.max(offset, 0);
  const length = Math.max(0, Math.min(shape[rows]! - row, shape[columns]! - column));
  return { row, column, length };
}

function diagonalView(x: { shape: Shape; strides: readonly number[] }, d: Diagonal) {
  const { row, column, length } = diagonalOf(x.shape, d);
  const rest = x.shape.flatMap((_, i) => (i === d.rows || i === d.columns ? [] : [i]));
  return {
    shape: [...rest.map((i) => x.shape[i]!), length],
    strides: [...rest.map((i) => x.strides[i]!), x.strides[d.rows]! + x.strides[d.columns]!],
    offset: length === 0 ? 0 : row * x.strides[d.rows]! + column * x.strides[d.columns]!,
  };
}

const liftDiagonal = (d: Diagonal): Diagonal => ({
  ...d,
  rows: d.rows + 1,
  columns: d.columns + 1,
});

export const diagonalOp: CallMap<Diagonal> = linearMap<Diagonal>("diagonal", {
  kernel(x, d) {
    const { shape, strides, offset } = diagonalView(x, d);
    return reView(x, shape, strides, x.offset + offset);
  },
  transpose: (g, saved, d) => placeDiagonal(g, { ...d, shape: saved.ins[0]!.shape }),
  lift: liftDiagonal,
});

export const placeDiagonal: CallMap<Diagonal & { readonly shape: Shape }> = linearMap(
  "placeDiagonal",
  {
    kernel(x, { shape, ...d }, backend) {
      const { strides, offset } = diagonalView({ shape, strides: stridesOf(shape) }, d);
      const parts = [{ source: dense(x), offset, strides }];
      return denseView(x.dtype, x.device, shape, backend.place(shape, x.dtype, 0, parts, "write"));
    },
    transpose: (g, _saved, d) => diagonalOp(g, d),
    lift: ({ shape, ...d }, size) => ({ ...liftDiagonal(d), shape: [size, ...shape] }),
  },
);

export const copyOp: CallMap<null> = linearMap<null>("clone", {
  kernel: (x, _params, backend) => copyView(x, backend),
  transpose: (g) => g,
  lift: () => null,
});
