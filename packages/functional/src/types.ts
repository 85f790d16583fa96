import type { Like, Tensor, TreeOf } from "@cotangent/core";

export type { Like, TreeOf } from "@cotangent/core";

/** An array of inputs is passed as arguments, anything else as the only one. */
export type Args<I> = I extends readonly unknown[] ? I : [I];

/** A function of the inputs that returns a tree. */
export type Func<I, O> = (...inputs: Args<I>) => O & TreeOf<O>;
/** Cotangents of outputs, anything while the type of these is not known: an inline function is looked at last. */
export type Cotangents<O> = unknown extends O ? unknown : Like<O>;
/** A function of the inputs that returns a tensor of one element. */
export type Objective<I> = (...inputs: Args<I>) => Tensor;

type FromEnd<A extends readonly unknown[], N> = A extends readonly [...infer H, infer T]
  ? N extends "1"
    ? T
    : FromEnd<H, N extends "2" ? "1" : N extends "3" ? "2" : never>
  : never;

/** The argument number N; negative ones count from the end. */
export type Arg<A extends readonly unknown[], N extends number> = number extends N
  ? A[number]
  : `${N}` extends `-${infer M}`
    ? FromEnd<Required<A>, M>
    : Required<A>[N];

/** One argument by number, or several. */
export type Argnums = number | readonly number[];

/** What argnums select: an argument, or a list of them. */
export type At<A extends readonly unknown[], N> = N extends number
  ? Arg<A, N>
  : { -readonly [K in keyof N]: N[K] extends number ? Arg<A, N[K]> : never };

/** What a function returns: its outputs, and with hasAux anything else. */
export type Out<H, O> = H extends true ? readonly [O, unknown] : O;
/** The outputs in what a function returned. */
export type Main<R, H> = H extends true ? (R extends readonly [infer O, unknown] ? O : never) : R;
/** A result, with hasAux beside the aux. */
export type WithAux<D, R, H> = H extends true
  ? R extends readonly [unknown, infer X]
    ? [D, X]
    : never
  : D;

/** Where the batch axis is: a dim, null for none, or a structure of them. */
export type InDims<T> =
  | number
  | null
  | (T extends Tensor
      ? never
      : T extends object
        ? { readonly [K in keyof T]: InDims<T[K]> }
        : never);
