import type { DType } from "@cotangent/core";
import { compiled, type OfHeap, record } from "../strided/compiled.ts";
import { type Code, type Instruction, load, op, store, type Value } from "../wasm/code.ts";
import type { Exports, ModuleBuilder } from "../wasm/module.ts";

export type Mode = "write" | "add";

/** How elements get from one address to another, one at a time or 16 bytes at a time. */
export interface Kind {
  readonly bytes: number;
  cell(to: Value, from: Value): Code;
  vector(to: Value, from: Value): Code;
}

export type Kernel = Exports[string];

type Load = Parameters<typeof load>[0];
type Store = Parameters<typeof store>[0];

const writing = (bytes: number, get: Load, put: Store): Kind => ({
  bytes,
  cell: (to, from) => store(put, to, load(get, from)),
  vector: (to, from) => store("v128.store", to, load("v128.load", from)),
});

function adding(bytes: number, get: Load, put: Store, one: Instruction, many: Instruction): Kind {
  return {
    bytes,
    cell: (to, from) => store(put, to, op(one, load(get, to), load(get, from))),
    vector: (to, from) =>
      store("v128.store", to, op(many, load("v128.load", to), load("v128.load", from))),
  };
}

/** Kinds by name: elements of one size are written alike. */
export const KINDS: { readonly [name: string]: Kind } = {
  write1: writing(1, "i32.load8_u", "i32.store8"),
  write4: writing(4, "i32.load", "i32.store"),
  write8: writing(8, "i64.load", "i64.store"),
  addfloat32: adding(4, "f32.load", "f32.store", "f32.add", "f32x4.add"),
  addfloat64: adding(8, "f64.load", "f64.store", "f64.add", "f64x2.add"),
  addint32: adding(4, "i32.load", "i32.store", "i32.add", "i32x4.add"),
  addbool: adding(1, "i32.load8_u", "i32.store8", "i32.add", "i8x16.add"),
};

const WRITES: { readonly [D in DType]: string } = {
  float32: "write4",
  float64: "write8",
  int32: "write4",
  bool: "write1",
};
const ADDS: { readonly [D in DType]: string } = {
  float32: "addfloat32",
  float64: "addfloat64",
  int32: "addint32",
  bool: "addbool",
};

/** The name of the kind that moves elements of a dtype. */
export const kindOf = (mode: Mode, dtype: DType): string => (mode === "add" ? ADDS : WRITES)[dtype];

/** Two kernels of a kind: of rows that lie side by side, and of any elements. */
export interface Pair {
  readonly rows: Kernel;
  readonly cells: Kernel;
}

/** A pair for each kind, compiled when it is first asked for. */
export type Pairs = { readonly [kind: string]: OfHeap<Pair> };

/** The pairs whose kernels `add` adds to a module. */
export const pairsBy = (add: (builder: ModuleBuilder, kind: Kind) => void): Pairs =>
  record(Object.keys(KINDS), (name) =>
    compiled(
      (builder) => add(builder, KINDS[name]!),
      ({ rows, cells }) => ({ rows: rows!, cells: cells! }),
    ),
  );
