import { moveRow } from "../move/kernels.ts";
import { type Kind, type Pairs, pairsBy } from "../move/kinds.ts";
import { repeat } from "../strided/loops.ts";
import { type Code, i32const, type Local, leave, load, op, set, tee, when } from "../wasm/code.ts";
import { add } from "../wasm/integer.ts";
import type { ModuleBuilder, Scope } from "../wasm/module.ts";

/**
 * `to`, `from`, `index`; the size of the axis that the index chooses from, and its step; then for each
 * of two axes its size and the steps of the three. Steps are in bytes.
 */
const PARAMS = [
  ...(["i32", "i32", "i32", "i32", "i32"] as const),
  ...(["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const),
] as const;

/** Which operand the index moves. */
type Side = "gather" | "scatter";

/** Three pointers: `to`, `from`, `index`. */
type Pointers = readonly [to: Local, from: Local, index: Local];

const copyOf = (local: Scope["local"], pointers: Pointers): readonly [Pointers, Code] => {
  const copies: Pointers = [local("i32"), local("i32"), local("i32")];
  return [copies, copies.map((copy, i) => set(copy, pointers[i]!))];
};

/** Points `at` at the line that the index names; leaves with the address of an index that is out of range. */
function choose(at: Local, start: Local, index: Local, size: Local, line: Local): Code {
  const read = tee(at, load("i32.load", index));
  return [
    when(op("i32.ge_u", read, size), leave(index)),
    set(at, add(start, op("i32.mul", at, line))),
  ];
}

/** Every element has an index of its own. */
function addCells(builder: ModuleBuilder, side: Side, kind: Kind): void {
  builder.add("cells", PARAMS, ["i32"], ({ params, local }) => {
    const [to, from, index, size, line, n, to0, from0, index0, m, to1, from1, index1] = params;
    const [[t, f, i], start] = copyOf(local, [to, from, index]);
    const [at, left] = [local("i32"), local("i32")];
    const cell =
      side === "gather"
        ? [choose(at, f, i, size, line), kind.cell(t, at)]
        : [choose(at, t, i, size, line), kind.cell(at, f)];
    const steps = [[t, to1] as const, [f, from1] as const, [i, index1] as const];
    const outer = [[to, to0] as const, [from, from0] as const, [index, index0] as const];
    return [repeat(n, [start, set(left, m), repeat(left, cell, steps)], outer), i32const(-1).code];
  });
}

/** Rows that lie side by side have one index each. */
function addRows(builder: ModuleBuilder, side: Side, kind: Kind): void {
  builder.add("rows", PARAMS, ["i32"], ({ params, local }) => {
    const [to, from, index, size, line, n, to0, from0, index0, m] = params;
    const [t, f, left] = [local("i32"), local("i32"), local("i32")];
    const starts =
      side === "gather"
        ? [choose(f, from, index, size, line), set(t, to)]
        : [choose(t, to, index, size, line), set(f, from)];
    const row = [
      starts,
      set(left, op("i32.mul", m, i32const(kind.bytes))),
      moveRow(kind, t, f, left),
    ];
    const outer = [[to, to0] as const, [from, from0] as const, [index, index0] as const];
    return [repeat(n, row, outer), i32const(-1).code];
  });
}

const pairsOf = (side: Side): Pairs =>
  pairsBy((builder, kind) => {
    addCells(builder, side, kind);
    addRows(builder, side, kind);
  });

/** Each returns the address of the first index that is out of range, or −1. */
export const indexedMoves: { readonly [S in Side]: Pairs } = {
  gather: pairsOf("gather"),
  scatter: pairsOf("scatter"),
};
