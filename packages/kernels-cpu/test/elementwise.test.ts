import type { DType } from "@cotangent/core";
import {
  denseView,
  type Expr,
  fillView,
  type HostArray,
  type Shape,
  sizeOf,
  stridesOf,
  View,
} from "@cotangent/core/extend";
import { referenceBackend } from "@cotangent/core/testing";
import { describe, expect, it } from "vitest";
import { elementwiseOn } from "../src/elementwise/elementwise.ts";
import { Heap } from "../src/memory/heap.ts";
import { elementsAt } from "../src/strided/elements.ts";
import { Dice, DTYPES, Exprs, element, typesFor } from "./randomExpr.ts";

const reference = referenceBackend();
const heap = new Heap();
const elementwise = elementwiseOn(heap);

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  bool: Uint8Array,
} as const;

/** The same view of both backends. */
interface Twin {
  readonly ours: View;
  readonly theirs: View;
}

function upload(data: HostArray, dtype: DType): ReturnType<Heap["allocate"]> {
  heap.begin();
  const buffer = heap.allocate(data.byteLength);
  elementsAt(heap, dtype, heap.address(buffer), data.length).set(data);
  return buffer;
}

interface Layout {
  readonly size: number;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Strides of any kind: permuted, broadcast, flipped, with gaps. */
function layoutOf(dice: Dice, shape: Shape): Layout {
  const order = shape.map((_, i) => i);
  if (dice.next() < 0.4) order.reverse();
  const strides = new Array<number>(shape.length).fill(0);
  let [step, offset] = [1, dice.below(4)];
  for (const i of order.reverse()) {
    const kind = dice.next();
    if (kind < 0.15) continue;
    if (kind < 0.3) step *= 2;
    strides[i] = step;
    step *= shape[i]!;
    if (kind > 0.9 && shape[i]! > 0) {
      offset += strides[i]! * (shape[i]! - 1);
      strides[i] = -strides[i]!;
    }
  }
  return { size: step + offset + 1, offset, strides };
}

function twin(dice: Dice, dtype: DType, shape: Shape): Twin {
  const kind = dice.next();
  if (kind < 0.2) {
    const view = fillView(dtype, "cpu", shape, element(dice, dtype));
    return { ours: view, theirs: view };
  }
  const { size, offset, strides } =
    kind < 0.5
      ? { size: sizeOf(shape), offset: 0, strides: stridesOf(shape) }
      : layoutOf(dice, shape);
  const data = new ARRAYS[dtype](size).map(() => element(dice, dtype));
  const make = (buffer: View["buffer"]): View =>
    new View(dtype, "cpu", shape, strides, offset, buffer, 0);
  return { ours: make(upload(data, dtype)), theirs: make(reference.upload(data, dtype)) };
}

/** Bit patterns, with one for all NaN. */
const shown = (data: ArrayLike<number>): string[] =>
  Array.from(data, (x) => (Object.is(x, -0) ? "-0" : String(x)));

function check(
  outputs: readonly Expr[],
  twins: readonly Twin[],
  shape: Shape,
  label: string,
): void {
  const ours = elementwise(
    outputs,
    twins.map((t) => t.ours),
    shape,
  );
  const theirs = reference.elementwise(
    outputs,
    twins.map((t) => t.theirs),
    shape,
  );
  heap.begin();
  outputs.forEach((expr, k) => {
    const dtype = expr.type as DType;
    const got = elementsAt(heap, dtype, heap.address(ours[k]!), sizeOf(shape));
    const wanted = reference.downloadSync!(denseView(dtype, "cpu", shape, theirs[k]!));
    expect(shown(got), label).toEqual(shown(wanted));
  });
}

const SIZES = [1, 1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 33];

const shapeOf = (dice: Dice): Shape =>
  Array.from({ length: dice.below(4) }, () => (dice.next() < 0.03 ? 0 : dice.pick(SIZES)));

function checkRandom(seed: number): void {
  const dice = new Dice(seed);
  const dtypes = Array.from({ length: 1 + dice.below(4) }, () => dice.pick(DTYPES));
  const shape = shapeOf(dice);
  const exprs = new Exprs(dice, typesFor(dice), dtypes);
  const outputs = Array.from({ length: 1 + dice.below(3) }, () =>
    exprs.make(dice.pick(DTYPES), 1 + dice.below(4)),
  );
  const twins = dtypes.map((dtype) => twin(dice, dtype, shape));
  check(outputs, twins, shape, `seed ${seed}`);
}

describe("elementwise", () => {
  it.each([0, 100, 200, 300])("agrees with the reference, seeds from %i", (first) => {
    for (let seed = first; seed < first + 100; seed++) checkRandom(seed);
  });
});
