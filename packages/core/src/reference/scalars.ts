import { isFloat } from "../dtype.ts";
import type { BinaryOp, Expr, ScalarType, UnaryOp } from "../expr.ts";
import type { Row } from "./walk.ts";

export type Unary = (n: number, out: Row, a: Row) => void;
export type Binary = (n: number, out: Row, a: Row, b: Row) => void;

/**
 * Rows of these tables call the loops themselves, each with a function of its own: so the engine inlines
 * the loop and the function into the row. Storing into the typed array rounds, wraps, or makes a byte.
 */
function map(n: number, out: Row, a: Row, f: (x: number) => number | boolean): void {
  const { data: z, at } = out;
  const { data: x, step } = a;
  let p = a.at;
  for (let i = 0; i < n; i++) {
    z[at + i] = f(x[p]!) as number;
    p += step;
  }
}

function zip(
  n: number,
  out: Row,
  a: Row,
  b: Row,
  f: (x: number, y: number) => number | boolean,
): void {
  const { data: z, at } = out;
  const { data: x, step: u } = a;
  const { data: y, step: v } = b;
  let p = a.at;
  let q = b.at;
  for (let i = 0; i < n; i++) {
    z[at + i] = f(x[p]!, y[q]!) as number;
    p += u;
    q += v;
  }
}

export function select(n: number, out: Row, condition: Row, a: Row, b: Row): void {
  const { data: z, at } = out;
  for (let i = 0; i < n; i++) {
    const row = condition.data[condition.at + i * condition.step] ? a : b;
    z[at + i] = row.data[row.at + i * row.step]!;
  }
}

function roundHalfToEven(x: number): number {
  const r = Math.round(x);
  return r - x === 0.5 && r % 2 !== 0 ? r - 1 : r;
}

function floorRem(x: number, y: number): number {
  const r = x % y;
  return r !== 0 && y < 0 !== r < 0 ? r + y : r;
}

/** 1 for 1^NaN and (−1)^±∞, as in C. */
function pow(x: number, y: number): number {
  if (x === 1 || (x === -1 && (y === Infinity || y === -Infinity))) return 1;
  return x ** y;
}

function powInteger(x: number, y: number): number {
  if (y < 0) return x === 1 ? 1 : x === -1 ? 1 - 2 * (y & 1) : 0;
  let power = 1;
  for (let square = x, rest = y; rest > 0; rest >>>= 1) {
    if (rest & 1) power = Math.imul(power, square);
    square = Math.imul(square, square);
  }
  return power;
}

function mulHigh(x: number, y: number): number {
  const [a, b, c, d] = [x >>> 16, x & 0xffff, y >>> 16, y & 0xffff];
  const middle = a * d + ((b * d) >>> 16);
  const cross = b * c + (middle & 0xffff);
  return a * c + Math.floor(middle / 65536) + Math.floor(cross / 65536);
}

const UNARY: { readonly [O in UnaryOp]: Unary } = {
  neg: (n, out, a) => map(n, out, a, (x) => -x),
  abs: (n, out, a) => map(n, out, a, (x) => Math.abs(x)),
  sqrt: (n, out, a) => map(n, out, a, (x) => Math.sqrt(x)),
  exp: (n, out, a) => map(n, out, a, (x) => Math.exp(x)),
  expm1: (n, out, a) => map(n, out, a, (x) => Math.expm1(x)),
  log: (n, out, a) => map(n, out, a, (x) => Math.log(x)),
  log1p: (n, out, a) => map(n, out, a, (x) => Math.log1p(x)),
  log2: (n, out, a) => map(n, out, a, (x) => Math.log2(x)),
  log10: (n, out, a) => map(n, out, a, (x) => Math.log10(x)),
  sin: (n, out, a) => map(n, out, a, (x) => Math.sin(x)),
  cos: (n, out, a) => map(n, out, a, (x) => Math.cos(x)),
  tan: (n, out, a) => map(n, out, a, (x) => Math.tan(x)),
  asin: (n, out, a) => map(n, out, a, (x) => Math.asin(x)),
  acos: (n, out, a) => map(n, out, a, (x) => Math.acos(x)),
  atan: (n, out, a) => map(n, out, a, (x) => Math.atan(x)),
  sinh: (n, out, a) => map(n, out, a, (x) => Math.sinh(x)),
  cosh: (n, out, a) => map(n, out, a, (x) => Math.cosh(x)),
  tanh: (n, out, a) => map(n, out, a, (x) => Math.tanh(x)),
  asinh: (n, out, a) => map(n, out, a, (x) => Math.asinh(x)),
  acosh: (n, out, a) => map(n, out, a, (x) => Math.acosh(x)),
  atanh: (n, out, a) => map(n, out, a, (x) => Math.atanh(x)),
  floor: (n, out, a) => map(n, out, a, (x) => Math.floor(x)),
  ceil: (n, out, a) => map(n, out, a, (x) => Math.ceil(x)),
  round: (n, out, a) => map(n, out, a, (x) => roundHalfToEven(x)),
  trunc: (n, out, a) => map(n, out, a, (x) => Math.trunc(x)),
  not: (n, out, a) => map(n, out, a, (x) => ~x),
};

const BINARY: { readonly [O in BinaryOp]: Binary } = {
  add: (n, out, a, b) => zip(n, out, a, b, (x, y) => x + y),
  sub: (n, out, a, b) => zip(n, out, a, b, (x, y) => x - y),
  mul: (n, out, a, b) => zip(n, out, a, b, (x, y) => x * y),
  div: (n, out, a, b) => zip(n, out, a, b, (x, y) => x / y),
  rem: (n, out, a, b) => zip(n, out, a, b, (x, y) => floorRem(x, y)),
  pow: (n, out, a, b) => zip(n, out, a, b, (x, y) => pow(x, y)),
  atan2: (n, out, a, b) => zip(n, out, a, b, (x, y) => Math.atan2(x, y)),
  min: (n, out, a, b) => zip(n, out, a, b, (x, y) => Math.min(x, y)),
  max: (n, out, a, b) => zip(n, out, a, b, (x, y) => Math.max(x, y)),
  eq: (n, out, a, b) => zip(n, out, a, b, (x, y) => x === y),
  ne: (n, out, a, b) => zip(n, out, a, b, (x, y) => x !== y),
  lt: (n, out, a, b) => zip(n, out, a, b, (x, y) => x < y),
  le: (n, out, a, b) => zip(n, out, a, b, (x, y) => x <= y),
  and: (n, out, a, b) => zip(n, out, a, b, (x, y) => x & y),
  or: (n, out, a, b) => zip(n, out, a, b, (x, y) => x | y),
  xor: (n, out, a, b) => zip(n, out, a, b, (x, y) => x ^ y),
  shl: (n, out, a, b) => zip(n, out, a, b, (x, y) => x << y),
  shr: (n, out, a, b) => zip(n, out, a, b, (x, y) => x >> y),
  mulhi: (n, out, a, b) => zip(n, out, a, b, (x, y) => mulHigh(x, y)),
};

type Table<Ops extends string, F> = { readonly [O in Ops]?: F };

const INTEGER: Table<BinaryOp, Binary> = {
  mul: (n, out, a, b) => zip(n, out, a, b, (x, y) => Math.imul(x, y)),
  div: (n, out, a, b) => zip(n, out, a, b, (x, y) => Math.trunc(x / y)),
  pow: (n, out, a, b) => zip(n, out, a, b, (x, y) => powInteger(x, y)),
};

/** The bits of a uint32 are those of an int32. */
const UNSIGNED: Table<BinaryOp, Binary> = {
  ...INTEGER,
  div: (n, out, a, b) => zip(n, out, a, b, (x, y) => Math.trunc((x >>> 0) / (y >>> 0))),
  rem: (n, out, a, b) => zip(n, out, a, b, (x, y) => (x >>> 0) % (y >>> 0)),
  min: (n, out, a, b) => zip(n, out, a, b, (x, y) => Math.min(x >>> 0, y >>> 0)),
  max: (n, out, a, b) => zip(n, out, a, b, (x, y) => Math.max(x >>> 0, y >>> 0)),
  lt: (n, out, a, b) => zip(n, out, a, b, (x, y) => x >>> 0 < y >>> 0),
  le: (n, out, a, b) => zip(n, out, a, b, (x, y) => x >>> 0 <= y >>> 0),
  shr: (n, out, a, b) => zip(n, out, a, b, (x, y) => x >>> y),
};

const BINARY_OF: { readonly [T in ScalarType]?: Table<BinaryOp, Binary> } = {
  int32: INTEGER,
  uint32: UNSIGNED,
};

export const copy: Unary = (n, out, a) => map(n, out, a, (x) => x);
const notBool: Unary = (n, out, a) => map(n, out, a, (x) => x === 0);
const toBool: Unary = (n, out, a) => map(n, out, a, (x) => x !== 0);
const fromUnsigned: Unary = (n, out, a) => map(n, out, a, (x) => x >>> 0);
const toInteger: Unary = (n, out, a) =>
  map(n, out, a, (x) => Math.max(-2147483648, Math.min(2147483647, x)));
const toUnsigned: Unary = (n, out, a) =>
  map(n, out, a, (x) => Math.max(0, Math.min(4294967295, x)));

const isFloating = (type: ScalarType): boolean => type !== "uint32" && isFloat(type);

function castLoop(from: ScalarType, to: ScalarType): Unary {
  if (to === "bool") return toBool;
  if (isFloating(from) && to === "int32") return toInteger;
  if (isFloating(from) && to === "uint32") return toUnsigned;
  return from === "uint32" && isFloating(to) ? fromUnsigned : copy;
}

/** The loop of a node of one argument. */
export function unaryLoop({ op, type, args }: Expr): Unary {
  if (op === "cast") return castLoop(args[0]!.type, type);
  return op === "not" && type === "bool" ? notBool : UNARY[op as UnaryOp];
}

/** The loop of a node of two arguments. */
export const binaryLoop = ({ op, args }: Expr): Binary =>
  BINARY_OF[args[0]!.type]?.[op as BinaryOp] ?? BINARY[op as BinaryOp];
