import { stridesOf, type View } from "@cotangent/core/extend";
import type { CpuBuffer } from "../memory/cpuBuffer.ts";
import type { Heap } from "../memory/heap.ts";
import { move } from "../move/move.ts";
import { type Axis, eachPlace } from "../strided/axes.ts";
import { addressOf, BYTES } from "../strided/elements.ts";
import { axesFrom, type Rows, rowsFrom } from "./rows.ts";

/** Where an input begins. */
export type Origin = Pick<View, "buffer" | "offset" | "fill">;

/** Inputs whose neighbours lie along an outer axis. */
export interface Turned {
  readonly inputs: readonly number[];
  /** The outermost of these axes. */
  readonly axis: number;
}

/** Takes a part of the work: its rows, where its inputs begin, and the number of its first element. */
export type Visit = (rows: Rows, inputs: readonly Origin[], first: number) => void;

/** With fewer elements lanes are gathered one by one: a part costs a few calls. */
const MINIMUM = 4096;
/** About how many elements a part has, to stay in a near cache. */
const PART = 32768;
/** A part takes whole cache lines of the axis. */
const LINE = 16;

/** Inputs that are better transposed; null where there is none. */
export function turnedIn({ sizes, steps }: Rows): Turned | null {
  const inputs: number[] = [];
  const operands = steps.length / sizes.length;
  let axis = 0;
  for (let k = 0; k < operands; k++) {
    if (steps[k] === 0 || steps[k] === 1) continue;
    let along = 1;
    while (along < sizes.length && steps[along * operands + k] !== 1) along++;
    const size = sizes[along] ?? 0;
    if (size < LINE || size * sizes[0]! < MINIMUM) continue;
    inputs.push(k);
    axis = Math.max(axis, along);
  }
  return axis === 0 ? null : { inputs, axis };
}

const sizeOf = (axes: readonly Axis[]): number => axes.reduce((n, { size }) => n * size, 1);

/** Work that is cut along an axis into parts, for which inputs are transposed into buffers. */
export class Parts {
  readonly #heap: Heap;
  readonly #views: readonly View[];
  readonly #cut: Axis;
  /** The axes of all parts, and those within one; outer ones first. */
  readonly #around: readonly Axis[];
  readonly #inside: readonly Axis[];
  /** How much of the axis a part takes. */
  readonly #take: number;
  readonly #buffers = new Map<number, CpuBuffer>();

  constructor(heap: Heap, views: readonly View[], rows: Rows, { inputs, axis }: Turned) {
    const axes = axesFrom(rows);
    this.#heap = heap;
    this.#views = views;
    this.#cut = axes[axis]!;
    this.#around = axes.slice(axis + 1).reverse();
    this.#inside = axes.slice(0, axis).reverse();
    const each = sizeOf(this.#inside);
    this.#take = Math.min(this.#cut.size, LINE * Math.ceil(PART / each / LINE));
    for (const k of inputs)
      this.#buffers.set(k, heap.allocate(this.#take * each * BYTES[views[k]!.dtype]));
  }

  /** Visits the parts in order. */
  each(visit: Visit): void {
    const { size, steps } = this.#cut;
    let first = 0;
    const starts = this.#views.map(({ offset }) => offset);
    eachPlace(this.#around, starts, (place) => {
      for (let i = 0; i < size; i += this.#take) {
        const axes = [{ size: Math.min(this.#take, size - i), steps }, ...this.#inside];
        const at = place.map((offset, k) => offset + i * steps[k]!);
        this.#part(axes, at, first, visit);
        first += sizeOf(axes);
      }
    });
    for (const buffer of this.#buffers.values()) this.#heap.free(buffer);
  }

  #part(axes: readonly Axis[], at: readonly number[], first: number, visit: Visit): void {
    const strides = stridesOf(axes.map(({ size }) => size));
    for (const [k, buffer] of this.#buffers) this.#turn(k, buffer, axes, at[k]!, strides);
    const origins = this.#views.map(({ buffer, fill }, k) =>
      this.#buffers.has(k)
        ? { buffer: this.#buffers.get(k)!, offset: 0, fill }
        : { buffer, offset: at[k]!, fill },
    );
    const turned = axes.map(({ size, steps }, i) => ({
      size,
      steps: steps.map((step, k) => (this.#buffers.has(k) ? strides[i]! : step)),
    }));
    visit(rowsFrom(turned.reverse()), origins, first);
  }

  /** Writes a part of an input in row-major order. */
  #turn(
    k: number,
    buffer: CpuBuffer,
    axes: readonly Axis[],
    offset: number,
    strides: readonly number[],
  ): void {
    const view = this.#views[k]!;
    const shift = (offset - view.offset) * BYTES[view.dtype];
    move(
      this.#heap,
      "write",
      view.dtype,
      axes.map(({ size }) => size),
      { at: this.#heap.address(buffer), strides },
      { at: addressOf(this.#heap, view) + shift, strides: axes.map(({ steps }) => steps[k]!) },
    );
  }
}
