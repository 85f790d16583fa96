import {
  type Code,
  i32const,
  type Local,
  op,
  set,
  shuffle,
  type Value,
  type ValueType,
  v128const,
  when,
} from "../wasm/code.ts";
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
  f32x4: { ints: "i32x4", width: 32n, fraction: 23, bias: 127 },
  f64x2: { ints: "i64x2", width: 64n, fraction: 52, bias: 1023 },
} as const;

const UPPER_HALF = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
const LOWER_HALVES = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];

/** The 64 bits that are repeated. */
function patternOf(format: Format, bits: bigint): bigint {
  if (format === "f64x2") return BigInt.asUintN(64, bits);
  const lane = BigInt.asUintN(32, bits);
  return lane | (lane << 32n);
}

function bitsOf(format: Format, x: number): bigint {
  if (format === "f32x4") return BigInt(new Uint32Array(Float32Array.of(x).buffer)[0]!);
  return new BigUint64Array(Float64Array.of(x).buffer)[0]!;
}

/** What lanes of several formats share when they write one function. */
interface Writing extends LanesOptions {
  readonly constants: Code[];
  readonly known: Map<bigint, Local>;
  statements: Code[];
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
  /** Bits of a lane and of its fraction, and the exponent's bias. */
  readonly width: bigint;
  readonly fraction: number;
  readonly bias: number;
  private readonly writing: Writing;
  private readonly ints: "i32x4" | "i64x2";

  constructor(format: Format, digits: Digits, options: LanesOptions | Writing) {
    this.format = format;
    this.digits = digits;
    this.writing =
      "statements" in options
        ? options
        : { ...options, constants: [], known: new Map(), statements: [] };
    ({
      ints: this.ints,
      width: this.width,
      fraction: this.fraction,
      bias: this.bias,
    } = SHAPES[format]);
  }

  /**
   * Sets what `constant` and `pattern` gave out: belongs before the loop, whose constants are not loaded
   * again and again then. Complete once all is written.
   */
  get constants(): Code {
    return this.writing.constants;
  }

  /** The value of `write(…args)`, behind the statements that it made. */
  inline(write: (...args: Local[]) => Value, ...args: readonly Value[]): Value {
    const outer = this.writing.statements;
    const statements: Code[] = (this.writing.statements = []);
    const { code } = write(...args.map((arg) => this.keep(arg)));
    this.writing.statements = outer;
    return { type: "v128", code: [statements, code] };
  }

  /** What is usual where no lane of `exception` is set, else what is right everywhere. */
  unless(exception: Value, usual: () => Value, general: () => Value): Local {
    const out = this.local("v128");
    const ways = [general, usual].map((write) => set(out, this.inline(write)));
    this.run(when(op("v128.any_true", exception), ways[0]!, ways[1]!));
    return out;
  }

  /** A value that is computed here and used more than once. */
  keep(x: Value): Local {
    const local = this.local(x.type);
    this.run(set(local, x));
    return local;
  }

  local(type: ValueType): Local {
    return this.writing.scope.local(type);
  }

  run(statement: Code): void {
    this.writing.statements.push(statement);
  }

  /** float64 lanes in the same function, by default for float32 results. */
  wide(digits: Digits = 24): Lanes {
    return new Lanes("f64x2", digits, this.writing);
  }

  /** Four float32 as float64, two by two. */
  halves(x: Local): readonly [Local, Local] {
    const high = shuffle(x, x, UPPER_HALF);
    return [
      this.keep(op("f64x2.promote_low_f32x4", x)),
      this.keep(op("f64x2.promote_low_f32x4", high)),
    ];
  }

  /** The inverse of `halves`. */
  joined(low: Value, high: Value): Value {
    const rounded = (x: Value): Local => this.keep(op("f32x4.demote_f64x2_zero", x));
    return shuffle(rounded(low), rounded(high), LOWER_HALVES);
  }

  /** A number in all lanes. */
  constant(x: number): Local {
    return this.pattern(bitsOf(this.format, x));
  }

  /** Bits in all lanes. */
  pattern(bits: bigint): Local {
    const { known, constants } = this.writing;
    const pattern = patternOf(this.format, bits);
    let local = known.get(pattern);
    if (!local) {
      known.set(pattern, (local = this.local("v128")));
      const bytes = new Uint8Array(BigUint64Array.of(pattern, pattern).buffer);
      constants.push(set(local, v128const(bytes)));
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
    return this.writing.relaxed
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
  /** The signed bits above the fraction, as a float. */
  exponent(a: Value): Value {
    if (this.format === "f32x4")
      return op("f32x4.convert_i32x4_s", op("i32x4.shr_s", a, i32const(this.fraction)));
    const unit = 2 ** this.fraction;
    const biased = this.shiftRight(this.intAdd(a, this.constant(1)), this.fraction);
    return this.sub(this.or(biased, this.constant(unit)), this.constant(unit + this.bias));
  }
  intNe(a: Value, b: Value): Value {
    return op(`${this.ints}.ne`, a, b);
  }
  /** Where the sign bit is set, of −0 too. */
  isSigned(a: Value): Value {
    return op(`${this.ints}.lt_s`, a, this.pattern(0n));
  }
  /** The sign bit alone. */
  signOf(a: Value): Value {
    return this.and(a, this.constant(-0));
  }
}

/** `write` over float64 lanes: twice the work of float32 lanes, and no rounding errors to speak of. */
export function widened(
  v: Lanes,
  write: (v: Lanes, ...args: Local[]) => Value,
  ...args: readonly Local[]
): Value {
  if (v.format === "f64x2") return write(v, ...args);
  const wide = v.wide();
  const halves = args.map((x) => v.halves(x));
  const low = v.keep(write(wide, ...halves.map((half) => half[0])));
  const high = v.keep(write(wide, ...halves.map((half) => half[1])));
  return v.joined(low, high);
}
