import type { Expr, ScalarOp, ScalarType } from "@cotangent/core/extend";
import { i32const, op, type Value } from "../wasm/code.ts";
import { type Body, BYTES_OF, type LaneCount } from "./body.ts";
import { BOOLS } from "./bools.ts";
import { converted } from "./casts.ts";
import { FLOATS } from "./floats.ts";
import { INTEGERS, UNSIGNED } from "./integers.ts";
import { maskFor } from "./masks.ts";
import type { Rule } from "./rules.ts";

/** Where the leaves of an expression come from, as vectors. */
export interface Sources {
  /** The elements of an input, an expression of op "input". */
  input(expr: Expr): Value;
  /** The logical numbers of the elements, as i32x4. */
  index(): Value;
}

const TABLES: { readonly [T in ScalarType]: { readonly [O in ScalarOp]?: Rule } } = {
  ...FLOATS,
  int32: INTEGERS,
  uint32: UNSIGNED,
  bool: BOOLS,
};

/** Every expression below some, once, arguments first. */
export function nodesOf(outputs: readonly Expr[]): Set<Expr> {
  const nodes = new Set<Expr>();
  const visit = (expr: Expr): void => {
    if (nodes.has(expr)) return;
    expr.args.forEach(visit);
    nodes.add(expr);
  };
  outputs.forEach(visit);
  return nodes;
}

/** How many elements of these expressions a vector holds. */
export const lanesOf = (nodes: Iterable<Expr>): LaneCount =>
  Math.max(...Array.from(nodes, ({ type }) => BYTES_OF[type])) === 8 ? 2 : 4;

/** How often each expression is used. */
function usesOf(nodes: Iterable<Expr>, outputs: readonly Expr[]): Map<Expr, number> {
  const uses = new Map<Expr, number>();
  const use = (expr: Expr): void => void uses.set(expr, (uses.get(expr) ?? 0) + 1);
  outputs.forEach(use);
  for (const { args } of nodes) args.forEach(use);
  return uses;
}

const SHIFTS = { shl: "i32x4.shl", shr: "i32x4.shr_s", unsigned: "i32x4.shr_u" } as const;

/** Shifts of all lanes by one constant. */
function shifted({ op: name, type, args }: Expr, x: Value): Value {
  const count = i32const(args[1]!.value);
  return op(
    SHIFTS[name === "shr" && type === "uint32" ? "unsigned" : (name as "shl" | "shr")],
    x,
    count,
  );
}

const isShift = ({ op, args }: Expr): boolean =>
  (op === "shl" || op === "shr") && args[1]!.op === "const";

const PSEUDO = {
  float32: { min: "f32x4.pmin", max: "f32x4.pmax" },
  float64: { min: "f64x2.pmin", max: "f64x2.pmax" },
} as const;

/**
 * The extreme of x and a constant: one instruction, of which engines make one, where the exact ones take them
 * many. It keeps x where that is NaN or equal, so max(−0, 0) is not 0 until 0 is added. Null elsewhere.
 */
function bounded({ op: name, type, args }: Expr, [x, y]: readonly Value[]): Value | null {
  const bound = args[1];
  if ((name !== "min" && name !== "max") || bound?.op !== "const") return null;
  if ((type !== "float32" && type !== "float64") || Number.isNaN(bound.value)) return null;
  if (name === "min" && Object.is(bound.value, -0)) return null;
  const extreme = op(PSEUDO[type][name], x!, y!);
  const isZero = name === "max" && Object.is(bound.value, 0);
  return isZero ? op(type === "float32" ? "f32x4.add" : "f64x2.add", extreme, y!) : extreme;
}

function inner(body: Body, expr: Expr, [x, y, z]: readonly Value[]): Value {
  const type = expr.args[0]!.type;
  if (expr.op === "cast") return converted(body, x!, type, expr.type);
  if (expr.op === "select") return op("v128.bitselect", y!, z!, maskFor(body, expr.type, x!));
  if (isShift(expr)) return shifted(expr, x!);
  return bounded(expr, [x!, y!]) ?? TABLES[type][expr.op as ScalarOp]!(body, x!, y ?? x!);
}

function leaf(body: Body, expr: Expr, sources: Sources): Value {
  if (expr.op === "const") return body.constant(expr.value, expr.type);
  return expr.op === "input" ? sources.input(expr) : sources.index();
}

/**
 * The vectors of expressions, shared parts computed once. What they need is in `body.code`, and what
 * that needs in `body.before`.
 */
export function renderBody(body: Body, outputs: readonly Expr[], sources: Sources): Value[] {
  const nodes = nodesOf(outputs);
  const uses = usesOf(nodes, outputs);
  const values = new Map<Expr, Value>();
  const known = (expr: Expr): Value => values.get(expr)!;
  for (const expr of nodes) {
    const value =
      expr.args.length === 0 ? leaf(body, expr, sources) : inner(body, expr, expr.args.map(known));
    const shared = uses.get(expr)! > 1 && expr.op !== "const";
    values.set(expr, shared ? body.hold(value) : value);
  }
  return outputs.map(known);
}
