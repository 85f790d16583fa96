import type { DType } from "@cotangent/core";
import type { ScanOp } from "@cotangent/core/extend";
import { compiled, type OfHeap, record } from "../strided/compiled.ts";
import { BYTES } from "../strided/elements.ts";
import { repeat } from "../strided/loops.ts";
import {
  type Code,
  f64const,
  i32const,
  load,
  op,
  select,
  set,
  store,
  type Value,
} from "../wasm/code.ts";
import type { Exports } from "../wasm/module.ts";

/** What runs along a line: a number of a type in which it is read, carried and written. */
interface Carry {
  readonly type: "f64" | "i32";
  read(at: Value): Value;
  write(to: Value, x: Value): Code;
}

const doubles: Carry = {
  type: "f64",
  read: (at) => load("f64.load", at),
  write: (to, x) => store("f64.store", to, x),
};

/** Floats are carried in float64, as a sum of many needs it; the best of them is exact anyway. */
const CARRIES: { readonly [D in DType]: Carry } = {
  float64: doubles,
  float32: {
    type: "f64",
    read: (at) => op("f64.promote_f32", load("f32.load", at)),
    write: (to, x) => store("f32.store", to, op("f32.demote_f64", x)),
  },
  int32: {
    type: "i32",
    read: (at) => load("i32.load", at),
    write: (to, x) => store("i32.store", to, x),
  },
  bool: {
    type: "i32",
    read: (at) => load("i32.load8_u", at),
    write: (to, x) => store("i32.store8", to, x),
  },
};

type Step = (total: Value, x: Value) => Value;

const STEPS: { readonly [T in Carry["type"]]: { readonly [O in ScanOp]: Step } } = {
  f64: {
    sum: (total, x) => op("f64.add", total, x),
    max: (total, x) => op("f64.max", total, x),
    min: (total, x) => op("f64.min", total, x),
  },
  i32: {
    sum: (total, x) => op("i32.add", total, x),
    max: (total, x) => select(op("i32.gt_s", total, x), total, x),
    min: (total, x) => select(op("i32.lt_s", total, x), total, x),
  },
};

const STARTS: { readonly [T in Carry["type"]]: { readonly [O in ScanOp]: Value } } = {
  f64: { sum: f64const(0), max: f64const(-Infinity), min: f64const(Infinity) },
  i32: { sum: i32const(0), max: i32const(-(2 ** 31)), min: i32const(2 ** 31 - 1) },
};

/** `to`, `from`; the length of a line and its two steps; how many lines, and the steps between them. */
const PARAMS = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;

const scanOf = (operation: ScanOp, dtype: DType): OfHeap<Exports[string]> =>
  compiled(
    (builder) =>
      builder.add("scan", PARAMS, [], ({ params, local }) => {
        const [to, from, n, toStep, fromStep, count, toLine, fromLine] = params;
        const { type, read, write } = CARRIES[dtype];
        const [t, f, left, total, x] = [
          ...[local("i32"), local("i32"), local("i32")],
          ...[local(type), local(type)],
        ] as const;
        const step = [
          set(x!, read(f!)),
          set(total!, STEPS[type][operation](total!, x!)),
          write(t!, total!),
        ];
        const line = [
          [set(t!, to), set(f!, from), set(left!, n), set(total!, STARTS[type][operation])],
          repeat(left!, step, [
            [t!, toStep],
            [f!, fromStep],
          ]),
        ];
        return repeat(count, line, [
          [to, toLine],
          [from, fromLine],
        ]);
      }),
    ({ scan }) => scan!,
  );

/** Scans of lines, by op and dtype. */
export const scans: {
  readonly [O in ScanOp]: { readonly [D in DType]: OfHeap<Exports[string]> };
} = record(["sum", "max", "min"], (operation) =>
  record(Object.keys(BYTES) as DType[], (dtype) => scanOf(operation, dtype)),
);
