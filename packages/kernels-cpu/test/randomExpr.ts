import type { DType } from "@cotangent/core";
import {
  constantExpr,
  type Expr,
  indexExpr,
  input,
  type ScalarType,
  s,
} from "@cotangent/core/extend";

/** A seeded source of random numbers (mulberry32). */
export class Dice {
  private state: number;
  constructor(seed: number) {
    this.state = seed;
  }
  /** In [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  below(n: number): number {
    return Math.floor(this.next() * n);
  }
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

const FLOAT = ["neg", "abs", "sqrt", "floor", "ceil", "round", "trunc"] as const;
const FLOATS = ["add", "sub", "mul", "div", "rem", "min", "max"] as const;
const INTEGER = ["neg", "abs", "not"] as const;
const INTEGERS = [
  ...(["add", "sub", "mul", "div", "rem", "pow", "min", "max"] as const),
  ...(["and", "or", "xor", "shl", "shr"] as const),
];
const BOOLS = ["and", "or", "xor", "min", "max"] as const;
const COMPARISONS = ["eq", "ne", "lt", "le"] as const;

const TYPES: readonly ScalarType[] = ["float32", "float64", "int32", "uint32", "bool"];
export const DTYPES: readonly DType[] = ["float32", "float64", "int32", "bool"];

const numbers: { readonly [T in ScalarType]: readonly number[] } = {
  float32: [0, -0, 1, -2.5, 0.1, Infinity, Number.NaN, 3e9],
  float64: [0, -0, 1, -2.5, 0.1, Infinity, Number.NaN, 3e9],
  int32: [0, 1, -1, 7, -2147483648, 31, 65537],
  uint32: [0, 1, 7, 4294967295, 0xd2511f53],
  bool: [0, 1],
};

/** Elements with all that is special among them. */
export function element(dice: Dice, type: DType): number {
  if (dice.next() < 0.3) return dice.pick(numbers[type]);
  if (type === "bool") return dice.below(2);
  return type === "int32"
    ? Math.trunc((dice.next() - 0.5) * 2 ** dice.below(33))
    : (dice.next() - 0.5) * 10 ** (dice.below(12) - 4);
}

/** Random expressions over the types that are given, with ops whose results are exact. */
export class Exprs {
  private readonly dice: Dice;
  private readonly types: readonly ScalarType[];
  readonly inputs: DType[];
  constructor(dice: Dice, types: readonly ScalarType[], inputs: readonly DType[]) {
    this.dice = dice;
    this.types = types;
    this.inputs = [...inputs];
  }

  make(type: ScalarType, depth: number): Expr {
    const { dice } = this;
    if (depth === 0 || dice.next() < 0.1) return this.leaf(type);
    const choice = dice.next();
    if (choice < 0.15)
      return s.select(
        this.make("bool", depth - 1),
        this.make(type, depth - 1),
        this.make(type, depth - 1),
      );
    if (choice < 0.3) return s.cast(this.make(dice.pick(this.types), depth - 1), type);
    return this.node(type, depth - 1, choice < 0.45);
  }

  private node(type: ScalarType, depth: number, alone: boolean): Expr {
    const { dice } = this;
    const x = this.make(type, depth);
    if (type === "bool") {
      if (alone) return s.not(x);
      return dice.next() < 0.4
        ? s[dice.pick(BOOLS)](x, this.make(type, depth))
        : this.comparison(depth);
    }
    const y = (): Expr => this.make(type, depth);
    if (type === "float32" || type === "float64")
      return alone ? s[dice.pick(FLOAT)](x) : s[dice.pick(FLOATS)](x, y());
    if (alone) return s[dice.pick(INTEGER)](x);
    if (type === "uint32" && dice.next() < 0.2) return s.mulhi(x, y());
    return s[dice.pick(INTEGERS)](x, y());
  }

  private comparison(depth: number): Expr {
    const type = this.dice.pick(this.types);
    return s[this.dice.pick(COMPARISONS)](this.make(type, depth), this.make(type, depth));
  }

  private leaf(type: ScalarType): Expr {
    const { dice, inputs } = this;
    const fitting = [...inputs.keys()].filter((k) => inputs[k] === type);
    if (dice.next() < 0.2) return constantExpr(dice.pick(numbers[type]), type);
    if (type === "uint32")
      return dice.next() < 0.3 ? indexExpr() : s.cast(this.leaf("int32"), "uint32");
    if (fitting.length === 0) return constantExpr(dice.pick(numbers[type]), type);
    return input(dice.pick(fitting), type);
  }
}

export const typesFor = (dice: Dice): readonly ScalarType[] => {
  const some = TYPES.filter(() => dice.next() < 0.5);
  return some.length > 0 ? some : [dice.pick(TYPES)];
};
