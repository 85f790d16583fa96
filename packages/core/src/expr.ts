import { type DType, isFloat } from "./dtype.ts";

/** `uint32` exists inside expressions only: random bits are made of it. */
export type ScalarType = DType | "uint32";

/** The types that an op takes. */
type Domain = "float" | "number" | "integer" | "bits" | "any" | "uint32";

const DOMAINS: { readonly [D in Domain]: (type: ScalarType) => boolean } = {
  float: (type) => type !== "uint32" && isFloat(type),
  number: (type) => type !== "bool",
  integer: (type) => type === "int32" || type === "uint32",
  bits: (type) => type === "bool" || DOMAINS.integer(type),
  any: () => true,
  uint32: (type) => type === "uint32",
};

const UNARY = {
  neg: "number",
  abs: "number",
  sqrt: "float",
  exp: "float",
  expm1: "float",
  log: "float",
  log1p: "float",
  log2: "float",
  log10: "float",
  sin: "float",
  cos: "float",
  tan: "float",
  asin: "float",
  acos: "float",
  atan: "float",
  sinh: "float",
  cosh: "float",
  tanh: "float",
  asinh: "float",
  acosh: "float",
  atanh: "float",
  floor: "float",
  ceil: "float",
  round: "float",
  trunc: "float",
  not: "bits",
} as const;

const BINARY = {
  add: "number",
  sub: "number",
  mul: "number",
  div: "number",
  rem: "number",
  pow: "number",
  atan2: "float",
  min: "any",
  max: "any",
  eq: "any",
  ne: "any",
  lt: "any",
  le: "any",
  and: "bits",
  or: "bits",
  xor: "bits",
  shl: "integer",
  shr: "integer",
  mulhi: "uint32",
} as const;

export type UnaryOp = keyof typeof UNARY;
export type BinaryOp = keyof typeof BINARY;

/**
 * What a backend's table must render. Integers wrap; `div` of integers truncates and `rem` has the sign
 * of the divisor, both 0 where it is 0; `round` takes halves to even; NaN wins in `min` and `max`;
 * `and`, `or`, `xor` and `not` are bitwise on integers; a shift counts modulo 32 and keeps the sign of
 * an int32; `mulhi` is the high word of a product.
 */
export type ScalarOp = UnaryOp | BinaryOp;

/** A node of the body of an elementwise kernel. Equal expressions are the same object. */
export interface Expr {
  readonly id: number;
  readonly op: ScalarOp | "input" | "const" | "index" | "cast" | "select";
  readonly type: ScalarType;
  readonly args: readonly Expr[];
  /** The number of an input, or the value of a constant. */
  readonly value: number;
}

/** Beside an expression a number is a constant of its type. */
export type Operand = Expr | number;

const COMPARISONS: ReadonlySet<BinaryOp> = new Set<BinaryOp>(["eq", "ne", "lt", "le"]);

const ROUNDING: ReadonlySet<UnaryOp> = new Set<UnaryOp>(["floor", "ceil", "round", "trunc"]);
const LOGICAL: { readonly [O in BinaryOp]?: BinaryOp } = { add: "or", mul: "and" };

const interned = new Map<string, Expr>();

function intern(op: Expr["op"], type: ScalarType, args: readonly Expr[], value: number): Expr {
  const number = Object.is(value, -0) ? "-0" : String(value);
  const key = `${op} ${type} ${number} ${args.map((arg) => arg.id).join(" ")}`;
  let expr = interned.get(key);
  if (!expr) interned.set(key, (expr = { id: interned.size, op, type, args, value }));
  return expr;
}

const inputs: { [D in DType]?: Expr }[] = [];

/** The element of input `i`. */
export const input = (i: number, type: DType): Expr =>
  ((inputs[i] ??= {})[type] ??= intern("input", type, [], i));

/** The logical number of the element, row-major. */
export const index = (): Expr => intern("index", "uint32", [], 0);

/** A number in an expression. */
export function constant(value: number, type: ScalarType): Expr {
  if (type === "float32") return intern("const", type, [], Math.fround(value));
  if (type === "float64") return intern("const", type, [], value);
  const held = type === "uint32" ? value >>> 0 : type === "int32" ? value | 0 : Number(value === 1);
  if (held !== value) throw new Error(`constant: ${value} is not a value of ${type}`);
  return intern("const", type, [], held);
}

/** Floats become integers by truncation, saturated, NaN 0; anything becomes a bool by `≠ 0`; between integers bits are kept. */
export const cast = (x: Expr, type: ScalarType): Expr =>
  x.type === type ? x : intern("cast", type, [x], 0);

function pair(who: string, x: Operand, y: Operand): readonly [Expr, Expr] {
  if (typeof x === "number") {
    if (typeof y === "number") throw new Error(`${who}: two numbers have no type`);
    return [constant(x, y.type), y];
  }
  const right = typeof y === "number" ? constant(y, x.type) : y;
  if (right.type !== x.type) throw new Error(`${who}: ${x.type} beside ${right.type}`);
  return [x, right];
}

/** `a` where the bool `condition` holds, else `b`; the other one does not matter, NaN or not. */
export function select(condition: Expr, a: Operand, b: Operand): Expr {
  if (condition.type !== "bool") throw new Error(`select: the condition is ${condition.type}`);
  const [x, y] = pair("select", a, b);
  return intern("select", x.type, [condition, x, y], 0);
}

function unary(op: UnaryOp, x: Expr): Expr {
  if (ROUNDING.has(op) && DOMAINS.integer(x.type)) return x;
  if (!DOMAINS[UNARY[op]](x.type)) throw new Error(`${op}: takes no ${x.type}`);
  return intern(op, x.type, [x], 0);
}

function binary(op: BinaryOp, left: Operand, right: Operand): Expr {
  const [x, y] = pair(op, left, right);
  if (x.type === "bool" && op in LOGICAL) return intern(LOGICAL[op]!, "bool", [x, y], 0);
  if (!DOMAINS[BINARY[op]](x.type)) throw new Error(`${op}: takes no ${x.type}`);
  return intern(op, COMPARISONS.has(op) ? "bool" : x.type, [x, y], 0);
}

type UnaryBuilder = (x: Expr) => Expr;
type BinaryBuilder = (x: Operand, y: Operand) => Expr;

interface Compositions {
  gt: BinaryBuilder;
  ge: BinaryBuilder;
  isNaN: UnaryBuilder;
  isFinite: UnaryBuilder;
  square: UnaryBuilder;
  reciprocal: UnaryBuilder;
  rsqrt: UnaryBuilder;
  /** 0 at 0 and at NaN. */
  sign: UnaryBuilder;
  clamp(x: Expr, low: Operand, high: Operand): Expr;
  select(condition: Expr, a: Operand, b: Operand): Expr;
  cast(x: Expr, type: ScalarType): Expr;
}

export type ScalarBuilders = { readonly [O in UnaryOp]: UnaryBuilder } & {
  readonly [O in BinaryOp]: BinaryBuilder;
} & Readonly<Compositions>;

/** One builder for each op of a table. */
function builders<O extends string, F>(
  ops: { readonly [P in O]: Domain },
  make: (op: O) => F,
): { readonly [P in O]: F } {
  const entries = (Object.keys(ops) as O[]).map((op) => [op, make(op)] as const);
  return Object.fromEntries(entries) as { readonly [P in O]: F };
}

const simple = {
  ...builders(
    UNARY,
    (op): UnaryBuilder =>
      (x) =>
        unary(op, x),
  ),
  ...builders(
    BINARY,
    (op): BinaryBuilder =>
      (x, y) =>
        binary(op, x, y),
  ),
};

const lt = simple.lt;

/**
 * The scalar operations and what is composed of them, for the bodies of elementwise ops. They take
 * any dtype that makes sense: rounding leaves integers alone, `add` and `mul` of bools are or and and.
 *
 * @example const sigmoid = (x: Expr) => s.reciprocal(s.add(1, s.exp(s.neg(x))));
 */
export const s: ScalarBuilders = {
  ...simple,
  gt: (x, y) => lt(y, x),
  ge: (x, y) => simple.le(y, x),
  isNaN: (x) => simple.ne(x, x),
  isFinite: (x) => lt(simple.abs(x), Infinity),
  square: (x) => simple.mul(x, x),
  reciprocal: (x) => simple.div(1, x),
  rsqrt: (x) => simple.div(1, simple.sqrt(x)),
  sign: (x) => select(lt(0, x), 1, select(lt(x, 0), -1, constant(0, x.type))),
  clamp: (x, low, high) => simple.min(simple.max(x, low), high),
  select,
  cast,
};
