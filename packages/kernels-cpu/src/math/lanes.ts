import { type Code, i32const, type Local, op, set, type Value, v128const } from "../wasm/code.ts";
import type { ModuleBuilder, Scope } from "../wasm/module.ts";

/** Where and for what vector code is written. */
export interface LanesOptions {
  /** Of the module: what is too large to be inlined becomes a function of it. */
  readonly builder: ModuleBuilder;
  /** Of the function that is being written. */
  readonly scope: Scope;
  /** Whether `relaxed_madd` may be used. */
  readonly relaxed: boolean;
}

/** Significant bits that results need. */
export type Digits = 24 | 53;

/** Polynomial coefficients, lowest first, by the digits they are good for. */
export type Coefficients = { readonly [D in Digits]: readonly number[] };

type Format = "f32x4" | "f64x2";

const SHAPES = {
  f32x4: { ints: "i32x4", fraction: 23, bias: 127, count: 4 },
  f64x2: { ints: "i64x2", fraction: 52, bias: 1023, count: 2 },
} as const;

function repeated(format: Format, pattern: bigint): Uint8Array {
  const bytes = new Uint8Array(16);
  if (format === "f32x4") new Uint32Array(bytes.buffer).fill(Number(pattern));
  else new BigUint64Array(bytes.buffer).fill(pattern);
  return bytes;
}

function patternOf(format: Format, x: number): bigint {
  if (format === "f32x4") return BigInt(new Uint32Array(Float32Array.of(x).buffer)[0]!);
  return new BigUint64Array(Float64Array.of(x).buffer)[0]!;
}

/**
 * Writes vector code: the same text over it becomes f32x4 or f64x2 instructions. Reinterpretation is
 * free, so that floats serve as integers and as masks.
 *
 * @example
 * const v = new Lanes("f32x4", 24, { builder, scope, relaxed });
 * const square = v.inline((x) => v.mul(x, x), load("v128.load", at));
 * return [v.constants, doWhile(store("v128.store", out, square), more)];
 */
export class Lanes {
  readonly format: Format;
  readonly digits: Digits;
  readonly options: LanesOptions;
  /** Bits of the fraction, the exponent's bias, and how many lanes there are. */
  readonly fraction: number;
  readonly bias: number;
  readonly count: number;
  /** Sets what `constant` and `pattern` gave out; belongs before the loop. Complete once all is written. */
  readonly constants: Code[] = [];
  private readonly known = new Map<bigint, Local>();
  private statements: Code[] = [];
  private readonly ints: "i32x4" | "i64x2";

  constructor(format: Format, digits: Digits, options: LanesOptions) {
    this.format = format;
    this.digits = digits;
    this.options = options;
    ({
      ints: this.ints,
      fraction: this.fraction,
      bias: this.bias,
      count: this.count,
    } = SHAPES[format]);
  }

  /** The value of `write(…args)`, with the statements that it made before it. */
  inline(write: (...args: Local[]) => Value, ...args: readonly Value[]): Value {
    const outer = this.statements;
    const statements: Code[] = (this.statements = []);
    const { code } = write(...args.map((arg) => this.keep(arg)));
    this.statements = outer;
    return { type: "v128", code: [statements, code] };
  }

  /** A value that is computed here and used more than once. */
  keep(x: Value): Local {
    const local = this.options.scope.local(x.type);
    this.run(set(local, x));
    return local;
  }

  run(statement: Code): void {
    this.statements.push(statement);
  }

  /** A number in all lanes. */
  constant(x: number): Local {
    return this.pattern(patternOf(this.format, x));
  }

  /** Bits in all lanes. */
  pattern(bits: bigint): Local {
    let local = this.known.get(bits);
    if (!local) {
      this.known.set(bits, (local = this.options.scope.local("v128")));
      this.constants.push(set(local, v128const(repeated(this.format, bits))));
    }
    return local;
  }

  add(a: Value, b: Value): Value {
    return op(`${this.format}.add`, a, b);
  }
  sub(a: Value, b: Value): Value {
    return op(`${this.format}.sub`, a, b);
  }
  mul(a: Value, b: Value): Value {
    return op(`${this.format}.mul`, a, b);
  }
  div(a: Value, b: Value): Value {
    return op(`${this.format}.div`, a, b);
  }
  sqrt(a: Value): Value {
    return op(`${this.format}.sqrt`, a);
  }
  abs(a: Value): Value {
    return op(`${this.format}.abs`, a);
  }
  neg(a: Value): Value {
    return op(`${this.format}.neg`, a);
  }
  floor(a: Value): Value {
    return op(`${this.format}.floor`, a);
  }
  /** a b + c, with one rounding or two: for terms where it does not matter which. */
  madd(a: Value, b: Value, c: Value): Value {
    return this.options.relaxed
      ? op(`${this.format}.relaxed_madd`, a, b, c)
      : this.add(this.mul(a, b), c);
  }
  /** The smaller one; `a` where either is NaN. */
  min(a: Value, b: Value): Value {
    return op(`${this.format}.pmin`, a, b);
  }
  /** The larger one; `a` where either is NaN. */
  max(a: Value, b: Value): Value {
    return op(`${this.format}.pmax`, a, b);
  }

  lt(a: Value, b: Value): Value {
    return op(`${this.format}.lt`, a, b);
  }
  le(a: Value, b: Value): Value {
    return op(`${this.format}.le`, a, b);
  }
  eq(a: Value, b: Value): Value {
    return op(`${this.format}.eq`, a, b);
  }
  ne(a: Value, b: Value): Value {
    return op(`${this.format}.ne`, a, b);
  }
  and(a: Value, b: Value): Value {
    return op("v128.and", a, b);
  }
  or(a: Value, b: Value): Value {
    return op("v128.or", a, b);
  }
  xor(a: Value, b: Value): Value {
    return op("v128.xor", a, b);
  }
  /** a where the mask's bits are set, else b. */
  choose(mask: Value, a: Value, b: Value): Value {
    return op("v128.bitselect", a, b, mask);
  }

  intAdd(a: Value, b: Value): Value {
    return op(`${this.ints}.add`, a, b);
  }
  intSub(a: Value, b: Value): Value {
    return op(`${this.ints}.sub`, a, b);
  }
  intEq(a: Value, b: Value): Value {
    return op(`${this.ints}.eq`, a, b);
  }
  shiftLeft(a: Value, count: number): Value {
    return op(`${this.ints}.shl`, a, i32const(count));
  }
  /** Zeros come in. */
  shiftRight(a: Value, count: number): Value {
    return op(`${this.ints}.shr_u`, a, i32const(count));
  }
}
