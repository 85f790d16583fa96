import type { DType } from "./dtype.ts";
import { type Shape, sizeOf, stridesOf } from "./shape.ts";

/** Where the memory of a tensor is. */
export type Device = "cpu" | "webgpu";

/** Memory of a backend. Tensors, views and the tape count as references; a backend extends it. */
export abstract class Buffer {
  abstract readonly bytes: number;
  /** Handles and graphs that hold it, as far as they were not given up. */
  refs: number;
  /** Who freed it ("scope", "dispose"), or null while it may be used. */
  freedBy: string | null;
  // Assigned here, not where they are declared: that alone costs an op 12 ns.
  constructor() {
    this.refs = 0;
    this.freedBy = null;
  }
}

/**
 * What a kernel reads: a strided window of a buffer, or (without a buffer) one number, `fill`, at every
 * place. Strides and offset count elements.
 */
export class View {
  readonly dtype: DType;
  readonly device: Device;
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
  /** Filled in when a kernel that is not elementwise reads a number. */
  buffer: Buffer | null;
  readonly fill: number;
  constructor(
    dtype: DType,
    device: Device,
    shape: Shape,
    strides: readonly number[],
    offset: number,
    buffer: Buffer | null,
    fill: number,
  ) {
    this.dtype = dtype;
    this.device = device;
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.buffer = buffer;
    this.fill = fill;
  }
  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }
}

/** A fresh row-major buffer as a view. */
export function denseView(dtype: DType, device: Device, shape: Shape, buffer: Buffer): View {
  return new View(dtype, device, shape, stridesOf(shape), 0, buffer, 0);
}

const still: (readonly number[])[] = [];

/** Strides of 0, by rank. */
const noStrides = (rank: number): readonly number[] =>
  (still[rank] ??= new Array<number>(rank).fill(0));

/** One number at every place of a shape. */
export function fillView(dtype: DType, device: Device, shape: Shape, fill: number): View {
  return new View(dtype, device, shape, noStrides(shape.length), 0, null, fill);
}
