import { tensor } from "../create.ts";
import type { DType } from "../dtype.ts";
import { broadcastShapes, type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { Device } from "../view.ts";
import { loop, Plain, spreadAt } from "./plain.ts";

/** A number in [0, 1). */
export type Draw = () => number;

/** How a sample input is made. Those without a dtype have the dtype under test, and a derivative if it is a float. */
export interface Input {
  readonly shape: Shape;
  /** Called for each element. */
  readonly value: (draw: Draw) => number;
  readonly dtype?: DType;
}

/** The inputs of one call. */
export type Sample = readonly Input[];

/** What the suite must know of an op: a call, inputs for it, and plain loops that do the same. */
export interface Case {
  readonly name: string;
  /** The names of the primitives that the call, or its derivative, must run. Default: the case's own name. */
  readonly covers?: readonly string[];
  /** The op, on the inputs of a sample. */
  readonly call: (...xs: Tensor[]) => Tensor | readonly Tensor[];
  /** The same by plain loops. */
  readonly reference: (...xs: Plain[]) => Plain | readonly Plain[];
  readonly samples: readonly Sample[];
  /** What inputs without a dtype may be. Default: float64 and float32. */
  readonly dtypes?: readonly DType[];
  /** The dtype whose rounding bounds the agreement. Default: that of the inputs. */
  readonly rounding?: DType;
  /** For ops without a derivative. */
  readonly constant?: true;
  /** Calls that throw, and their messages. */
  readonly errors?: readonly Wrong[];
}

/** A call that throws, and its message. */
export type Wrong = readonly [call: () => unknown, message: RegExp];

/** Irregular numbers away from kinks: zero, integers and halves. */
export function anywhere(draw: Draw): number {
  const places = [-2.3, -1.7, -1.2, -0.7, -0.3, 0.3, 0.7, 1.2, 1.7, 2.3];
  return places[Math.floor(draw() * places.length)]! + (draw() - 0.5) / 10;
}
/** Between two numbers. */
export const between =
  (low: number, high: number) =>
  (draw: Draw): number =>
    low + (high - low) * draw();
/** From 0.3 to 2.5. */
export const positive: Input["value"] = between(0.3, 2.5);

/** A float input of a shape. */
export const real = (shape: Shape, value: Input["value"] = anywhere): Input => ({ shape, value });
/** An int32 input of numbers from 0 to n − 1. */
export const whole = (shape: Shape, n: number): Input => ({
  shape,
  value: (draw) => Math.floor(draw() * n),
  dtype: "int32",
});
/** A bool input. */
export const flags = (shape: Shape): Input => ({
  shape,
  value: (draw) => Number(draw() < 0.5),
  dtype: "bool",
});

/** The same numbers at every run: the minimal standard generator. */
export function drawing(seed: number): Draw {
  let state = (seed * 7919 + 1) % 2147483647;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** Numbers of an input as the dtype holds them. */
export function plainOf({ shape, value }: Input, dtype: DType, draw: Draw): Plain {
  const hold: { readonly [D in DType]: (x: number) => number } = {
    float64: (x) => x,
    float32: Math.fround,
    int32: Math.round,
    bool: (x) => Number(x > 0),
  };
  return new Plain(
    shape,
    Array.from({ length: sizeOf(shape) }, () => hold[dtype](value(draw))),
  );
}

export const tensorOf = ({ shape, data }: Plain, dtype: DType, device: Device): Tensor =>
  tensor([...data], { shape, dtype, device });

/** A function as callers without types see it, for wrong arguments. */
export const untyped = (f: unknown): ((...args: unknown[]) => unknown) =>
  f as (...args: unknown[]) => unknown;

/** What elementwise ops are run on: several ranks, 0 too, and size 0. */
const SHAPES: readonly Shape[] = [[4], [], [2, 3], [2, 0]];

/** What an elementwise case says beside the op. */
export interface ElementwiseOptions
  extends Pick<Case, "covers" | "dtypes" | "constant" | "errors"> {
  /** Where to draw each input from. Default: anywhere. */
  readonly from?: readonly Input["value"][];
}

/** The case of an op on each element; `scalar` is the op on numbers. Its length is the number of inputs. */
export function elementwiseCase(
  name: string,
  call: (...xs: Tensor[]) => Tensor,
  scalar: (...xs: number[]) => number,
  { from = [], ...rest }: ElementwiseOptions = {},
): Case {
  const arity = scalar.length;
  const inputs = (shapes: readonly Shape[]): Sample =>
    shapes.map((shape, i) => real(shape, from[i] ?? anywhere));
  const same = SHAPES.map((shape) => inputs(Array.from({ length: arity }, () => shape)));
  const mixed = [[2, 1], [3], []].slice(0, arity);
  return {
    name,
    call: (...xs) => call(...xs),
    reference: (...xs) =>
      loop(
        xs.reduce<Shape>((shape, x) => broadcastShapes(name, shape, x.shape), []),
        (...place) => scalar(...xs.map((x) => spreadAt(x, place))),
      ),
    samples: arity === 1 ? same : [...same, inputs(mixed)],
    ...rest,
    errors: [[() => untyped(call)("text", 1, 1), /argument 0 is "text"/], ...(rest.errors ?? [])],
  };
}
