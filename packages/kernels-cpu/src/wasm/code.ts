/** Types of WebAssembly values. */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

/** Bytes of instructions, nested as they were composed; flattened once, by the module. */
export type Code = readonly (number | Code)[];

/** Instructions that leave one value. */
export interface Value {
  readonly type: ValueType;
  readonly code: Code;
}

export const TYPE_BYTES: { readonly [T in ValueType]: number } = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/** Unsigned LEB128. */
export function unsigned(n: number): number[] {
  const bytes: number[] = [];
  let rest = n;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return bytes;
}

/** Signed LEB128 of integers up to 53 bits. */
export function signed(n: number): number[] {
  const bytes: number[] = [];
  let rest = n;
  for (;;) {
    const low = ((rest % 128) + 128) % 128;
    rest = (rest - low) / 128;
    const done = (rest === 0 && low < 64) || (rest === -1 && low >= 64);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}

function floatBytes(n: number, bits: 32 | 64): number[] {
  const array = bits === 32 ? Float32Array.of(n) : Float64Array.of(n);
  return [...new Uint8Array(array.buffer)];
}

const value = (type: ValueType, ...code: Code): Value => ({ type, code });

export const i32const = (n: number): Value => value("i32", 0x41, signed(n | 0));
export const f32const = (n: number): Value => value("f32", 0x43, floatBytes(n, 32));
export const f64const = (n: number): Value => value("f64", 0x44, floatBytes(n, 64));
/** Sixteen bytes. */
export const v128const = (bytes: ArrayLike<number>): Value =>
  value("v128", 0xfd, unsigned(12), Array.from(bytes));

/** Operand and result types of an instruction, and its opcode. */
type Row = readonly [opcode: number, result: ValueType];

/** One-byte instructions by name. */
const SCALAR = {
  "i32.eqz": [0x45, "i32"],
  "i32.eq": [0x46, "i32"],
  "i32.ne": [0x47, "i32"],
  "i32.lt_s": [0x48, "i32"],
  "i32.lt_u": [0x49, "i32"],
  "i32.gt_s": [0x4a, "i32"],
  "i32.gt_u": [0x4b, "i32"],
  "i32.le_s": [0x4c, "i32"],
  "i32.le_u": [0x4d, "i32"],
  "i32.ge_s": [0x4e, "i32"],
  "i32.ge_u": [0x4f, "i32"],
  "i64.eqz": [0x50, "i32"],
  "i64.eq": [0x51, "i32"],
  "i64.lt_s": [0x53, "i32"],
  "i64.lt_u": [0x54, "i32"],
  "f32.eq": [0x5b, "i32"],
  "f32.ne": [0x5c, "i32"],
  "f32.lt": [0x5d, "i32"],
  "f32.gt": [0x5e, "i32"],
  "f32.le": [0x5f, "i32"],
  "f32.ge": [0x60, "i32"],
  "f64.eq": [0x61, "i32"],
  "f64.ne": [0x62, "i32"],
  "f64.lt": [0x63, "i32"],
  "f64.gt": [0x64, "i32"],
  "f64.le": [0x65, "i32"],
  "f64.ge": [0x66, "i32"],
  "i32.clz": [0x67, "i32"],
  "i32.ctz": [0x68, "i32"],
  "i32.add": [0x6a, "i32"],
  "i32.sub": [0x6b, "i32"],
  "i32.mul": [0x6c, "i32"],
  "i32.div_s": [0x6d, "i32"],
  "i32.div_u": [0x6e, "i32"],
  "i32.rem_s": [0x6f, "i32"],
  "i32.rem_u": [0x70, "i32"],
  "i32.and": [0x71, "i32"],
  "i32.or": [0x72, "i32"],
  "i32.xor": [0x73, "i32"],
  "i32.shl": [0x74, "i32"],
  "i32.shr_s": [0x75, "i32"],
  "i32.shr_u": [0x76, "i32"],
  "i64.add": [0x7c, "i64"],
  "i64.sub": [0x7d, "i64"],
  "i64.mul": [0x7e, "i64"],
  "i64.and": [0x83, "i64"],
  "i64.or": [0x84, "i64"],
  "i64.xor": [0x85, "i64"],
  "i64.shl": [0x86, "i64"],
  "i64.shr_s": [0x87, "i64"],
  "i64.shr_u": [0x88, "i64"],
  "f32.abs": [0x8b, "f32"],
  "f32.neg": [0x8c, "f32"],
  "f32.ceil": [0x8d, "f32"],
  "f32.floor": [0x8e, "f32"],
  "f32.trunc": [0x8f, "f32"],
  "f32.nearest": [0x90, "f32"],
  "f32.sqrt": [0x91, "f32"],
  "f32.add": [0x92, "f32"],
  "f32.sub": [0x93, "f32"],
  "f32.mul": [0x94, "f32"],
  "f32.div": [0x95, "f32"],
  "f32.min": [0x96, "f32"],
  "f32.max": [0x97, "f32"],
  "f32.copysign": [0x98, "f32"],
  "f64.abs": [0x99, "f64"],
  "f64.neg": [0x9a, "f64"],
  "f64.ceil": [0x9b, "f64"],
  "f64.floor": [0x9c, "f64"],
  "f64.trunc": [0x9d, "f64"],
  "f64.nearest": [0x9e, "f64"],
  "f64.sqrt": [0x9f, "f64"],
  "f64.add": [0xa0, "f64"],
  "f64.sub": [0xa1, "f64"],
  "f64.mul": [0xa2, "f64"],
  "f64.div": [0xa3, "f64"],
  "f64.min": [0xa4, "f64"],
  "f64.max": [0xa5, "f64"],
  "f64.copysign": [0xa6, "f64"],
  "i32.wrap_i64": [0xa7, "i32"],
  "i64.extend_i32_s": [0xac, "i64"],
  "i64.extend_i32_u": [0xad, "i64"],
  "f32.convert_i32_s": [0xb2, "f32"],
  "f32.convert_i32_u": [0xb3, "f32"],
  "f32.demote_f64": [0xb6, "f32"],
  "f64.convert_i32_s": [0xb7, "f64"],
  "f64.convert_i32_u": [0xb8, "f64"],
  "f64.convert_i64_s": [0xb9, "f64"],
  "f64.convert_i64_u": [0xba, "f64"],
  "f64.promote_f32": [0xbb, "f64"],
  "i32.reinterpret_f32": [0xbc, "i32"],
  "i64.reinterpret_f64": [0xbd, "i64"],
  "f32.reinterpret_i32": [0xbe, "f32"],
  "f64.reinterpret_i64": [0xbf, "f64"],
} as const;

/** Saturating truncations, behind 0xfc. */
const SATURATING = {
  "i32.trunc_sat_f32_s": [0, "i32"],
  "i32.trunc_sat_f32_u": [1, "i32"],
  "i32.trunc_sat_f64_s": [2, "i32"],
  "i32.trunc_sat_f64_u": [3, "i32"],
  "i64.trunc_sat_f64_s": [6, "i64"],
} as const;

/** SIMD instructions without immediates, behind 0xfd; from 0x100 on relaxed. */
const SIMD = {
  "i8x16.swizzle": [14, "v128"],
  "i8x16.splat": [15, "v128"],
  "i16x8.splat": [16, "v128"],
  "i32x4.splat": [17, "v128"],
  "i64x2.splat": [18, "v128"],
  "f32x4.splat": [19, "v128"],
  "f64x2.splat": [20, "v128"],
  "i8x16.eq": [35, "v128"],
  "i8x16.ne": [36, "v128"],
  "i32x4.eq": [55, "v128"],
  "i32x4.ne": [56, "v128"],
  "i32x4.lt_s": [57, "v128"],
  "i32x4.lt_u": [58, "v128"],
  "i32x4.gt_s": [59, "v128"],
  "i32x4.gt_u": [60, "v128"],
  "i32x4.le_s": [61, "v128"],
  "i32x4.le_u": [62, "v128"],
  "i32x4.ge_s": [63, "v128"],
  "i32x4.ge_u": [64, "v128"],
  "f32x4.eq": [65, "v128"],
  "f32x4.ne": [66, "v128"],
  "f32x4.lt": [67, "v128"],
  "f32x4.gt": [68, "v128"],
  "f32x4.le": [69, "v128"],
  "f32x4.ge": [70, "v128"],
  "f64x2.eq": [71, "v128"],
  "f64x2.ne": [72, "v128"],
  "f64x2.lt": [73, "v128"],
  "f64x2.gt": [74, "v128"],
  "f64x2.le": [75, "v128"],
  "f64x2.ge": [76, "v128"],
  "v128.not": [77, "v128"],
  "v128.and": [78, "v128"],
  "v128.andnot": [79, "v128"],
  "v128.or": [80, "v128"],
  "v128.xor": [81, "v128"],
  "v128.bitselect": [82, "v128"],
  "v128.any_true": [83, "i32"],
  "f32x4.demote_f64x2_zero": [94, "v128"],
  "f64x2.promote_low_f32x4": [95, "v128"],
  "i8x16.neg": [97, "v128"],
  "i8x16.all_true": [99, "i32"],
  "i8x16.bitmask": [100, "i32"],
  "i8x16.narrow_i16x8_s": [101, "v128"],
  "i8x16.narrow_i16x8_u": [102, "v128"],
  "f32x4.ceil": [103, "v128"],
  "f32x4.floor": [104, "v128"],
  "f32x4.trunc": [105, "v128"],
  "f32x4.nearest": [106, "v128"],
  "i8x16.add": [110, "v128"],
  "i8x16.sub": [113, "v128"],
  "f64x2.ceil": [116, "v128"],
  "f64x2.floor": [117, "v128"],
  "i8x16.min_u": [119, "v128"],
  "i8x16.max_u": [121, "v128"],
  "f64x2.trunc": [122, "v128"],
  "i16x8.narrow_i32x4_s": [133, "v128"],
  "i16x8.narrow_i32x4_u": [134, "v128"],
  "i16x8.extend_low_i8x16_s": [135, "v128"],
  "i16x8.extend_low_i8x16_u": [137, "v128"],
  "f64x2.nearest": [148, "v128"],
  "i32x4.abs": [160, "v128"],
  "i32x4.neg": [161, "v128"],
  "i32x4.all_true": [163, "i32"],
  "i32x4.bitmask": [164, "i32"],
  "i32x4.extend_low_i16x8_s": [167, "v128"],
  "i32x4.extend_high_i16x8_s": [168, "v128"],
  "i32x4.extend_low_i16x8_u": [169, "v128"],
  "i32x4.shl": [171, "v128"],
  "i32x4.shr_s": [172, "v128"],
  "i32x4.shr_u": [173, "v128"],
  "i32x4.add": [174, "v128"],
  "i32x4.sub": [177, "v128"],
  "i32x4.mul": [181, "v128"],
  "i32x4.min_s": [182, "v128"],
  "i32x4.min_u": [183, "v128"],
  "i32x4.max_s": [184, "v128"],
  "i32x4.max_u": [185, "v128"],
  "i64x2.abs": [192, "v128"],
  "i64x2.neg": [193, "v128"],
  "i64x2.all_true": [195, "i32"],
  "i64x2.bitmask": [196, "i32"],
  "i64x2.extend_low_i32x4_s": [199, "v128"],
  "i64x2.extend_high_i32x4_s": [200, "v128"],
  "i64x2.extend_low_i32x4_u": [201, "v128"],
  "i64x2.extend_high_i32x4_u": [202, "v128"],
  "i64x2.shl": [203, "v128"],
  "i64x2.shr_s": [204, "v128"],
  "i64x2.shr_u": [205, "v128"],
  "i64x2.add": [206, "v128"],
  "i64x2.sub": [209, "v128"],
  "i64x2.mul": [213, "v128"],
  "i64x2.eq": [214, "v128"],
  "i64x2.ne": [215, "v128"],
  "i64x2.lt_s": [216, "v128"],
  "i64x2.gt_s": [217, "v128"],
  "i64x2.le_s": [218, "v128"],
  "i64x2.ge_s": [219, "v128"],
  "i64x2.extmul_low_i32x4_u": [222, "v128"],
  "i64x2.extmul_high_i32x4_u": [223, "v128"],
  "f32x4.abs": [224, "v128"],
  "f32x4.neg": [225, "v128"],
  "f32x4.sqrt": [227, "v128"],
  "f32x4.add": [228, "v128"],
  "f32x4.sub": [229, "v128"],
  "f32x4.mul": [230, "v128"],
  "f32x4.div": [231, "v128"],
  "f32x4.min": [232, "v128"],
  "f32x4.max": [233, "v128"],
  "f32x4.pmin": [234, "v128"],
  "f32x4.pmax": [235, "v128"],
  "f64x2.abs": [236, "v128"],
  "f64x2.neg": [237, "v128"],
  "f64x2.sqrt": [239, "v128"],
  "f64x2.add": [240, "v128"],
  "f64x2.sub": [241, "v128"],
  "f64x2.mul": [242, "v128"],
  "f64x2.div": [243, "v128"],
  "f64x2.min": [244, "v128"],
  "f64x2.max": [245, "v128"],
  "f64x2.pmin": [246, "v128"],
  "f64x2.pmax": [247, "v128"],
  "i32x4.trunc_sat_f32x4_s": [248, "v128"],
  "i32x4.trunc_sat_f32x4_u": [249, "v128"],
  "f32x4.convert_i32x4_s": [250, "v128"],
  "f32x4.convert_i32x4_u": [251, "v128"],
  "i32x4.trunc_sat_f64x2_s_zero": [252, "v128"],
  "i32x4.trunc_sat_f64x2_u_zero": [253, "v128"],
  "f64x2.convert_low_i32x4_s": [254, "v128"],
  "f64x2.convert_low_i32x4_u": [255, "v128"],
  "f32x4.relaxed_madd": [0x105, "v128"],
  "f32x4.relaxed_nmadd": [0x106, "v128"],
  "f64x2.relaxed_madd": [0x107, "v128"],
  "f64x2.relaxed_nmadd": [0x108, "v128"],
} as const;

export type Instruction = keyof typeof SCALAR | keyof typeof SATURATING | keyof typeof SIMD;

const PREFIXED: readonly (readonly [{ readonly [name: string]: Row }, number[]])[] = [
  [SCALAR, []],
  [SATURATING, [0xfc]],
  [SIMD, [0xfd]],
];

const opcodes = new Map<string, { readonly bytes: number[]; readonly result: ValueType }>();
for (const [table, prefix] of PREFIXED)
  for (const [name, [opcode, result]] of Object.entries(table)) {
    const bytes = prefix.length > 0 ? [...prefix, ...unsigned(opcode)] : [opcode];
    opcodes.set(name, { bytes, result });
  }

/** An instruction on values: `op("f32x4.add", a, b)`. */
export function op(name: Instruction, ...operands: readonly Value[]): Value {
  const { bytes, result } = opcodes.get(name)!;
  return { type: result, code: [...operands.map((o) => o.code), bytes] };
}

/** Which of two values, by an i32 condition; both are computed. */
export const select = (condition: Value, a: Value, b: Value): Value => ({
  type: a.type,
  code: [a.code, b.code, condition.code, a.type === "v128" ? [0x1c, 1, 0x7b] : 0x1b],
});

/** One lane of a vector. */
export function extractLane(
  lanes: "i32x4" | "i64x2" | "f32x4" | "f64x2",
  lane: number,
  v: Value,
): Value {
  const [opcode, type] = (
    { i32x4: [27, "i32"], i64x2: [29, "i64"], f32x4: [31, "f32"], f64x2: [33, "f64"] } as const
  )[lanes];
  return { type, code: [v.code, 0xfd, unsigned(opcode), lane] };
}

/** A vector with one lane replaced. */
export function replaceLane(
  lanes: "i32x4" | "i64x2" | "f32x4" | "f64x2",
  lane: number,
  v: Value,
  x: Value,
): Value {
  const opcode = { i32x4: 28, i64x2: 30, f32x4: 32, f64x2: 34 }[lanes];
  return { type: "v128", code: [v.code, x.code, 0xfd, unsigned(opcode), lane] };
}

/** Sixteen bytes chosen from two vectors by number, 0 to 31. */
export const shuffle = (a: Value, b: Value, lanes: readonly number[]): Value => ({
  type: "v128",
  code: [a.code, b.code, 0xfd, 13, lanes],
});

/** Loads by name, with the natural alignment as log2. */
const LOADS = {
  "i32.load": [[0x28], 2, "i32"],
  "i64.load": [[0x29], 3, "i64"],
  "f32.load": [[0x2a], 2, "f32"],
  "f64.load": [[0x2b], 3, "f64"],
  "i32.load8_u": [[0x2d], 0, "i32"],
  "v128.load": [[0xfd, 0], 4, "v128"],
  "v128.load8_splat": [[0xfd, 7], 0, "v128"],
  "v128.load16_splat": [[0xfd, 8], 1, "v128"],
  "v128.load32_splat": [[0xfd, 9], 2, "v128"],
  "v128.load64_splat": [[0xfd, 10], 3, "v128"],
  "v128.load32_zero": [[0xfd, 92], 2, "v128"],
  "v128.load64_zero": [[0xfd, 93], 3, "v128"],
} as const;
const STORES = {
  "i32.store": [[0x36], 2],
  "i64.store": [[0x37], 3],
  "f32.store": [[0x38], 2],
  "f64.store": [[0x39], 3],
  "i32.store8": [[0x3a], 0],
  "v128.store": [[0xfd, 11], 4],
} as const;

/** A load from an address plus a constant offset in bytes; no alignment is promised. */
export function load(name: keyof typeof LOADS, address: Value, offset = 0): Value {
  const [opcode, , type] = LOADS[name];
  return { type, code: [address.code, [...opcode], 0, unsigned(offset)] };
}

export function store(name: keyof typeof STORES, address: Value, x: Value, offset = 0): Code {
  const [opcode] = STORES[name];
  return [address.code, x.code, [...opcode], 0, unsigned(offset)];
}

/** Stores the lower or the upper half of a vector. */
export const storeLane64 = (lane: 0 | 1, address: Value, v: Value, offset = 0): Code => [
  address.code,
  v.code,
  [0xfd, 91, 0],
  unsigned(offset),
  lane,
];

/** Bytes of a lane that is loaded or stored alone, and the opcodes behind 0xfd. */
const LANE_ACCESS = {
  1: { load: 84, store: 88 },
  2: { load: 85, store: 89 },
  4: { load: 86, store: 90 },
  8: { load: 87, store: 91 },
} as const;
export type LaneBytes = keyof typeof LANE_ACCESS;

/** A vector with the lane replaced by what is at the address. */
export const loadLane = (bytes: LaneBytes, lane: number, address: Value, v: Value): Value => ({
  type: "v128",
  code: [address.code, v.code, 0xfd, unsigned(LANE_ACCESS[bytes].load), 0, 0, lane],
});

export const storeLane = (bytes: LaneBytes, lane: number, address: Value, v: Value): Code => [
  address.code,
  v.code,
  0xfd,
  unsigned(LANE_ACCESS[bytes].store),
  0,
  0,
  lane,
];

/** A variable of a function. */
export interface Local extends Value {
  readonly index: number;
}

export const set = (local: Local, x: Value): Code => [x.code, 0x21, unsigned(local.index)];
/** Sets a variable and is its value. */
export const tee = (local: Local, x: Value): Value => ({
  type: local.type,
  code: [x.code, 0x22, unsigned(local.index)],
});

/** Repeats `body` while `condition` (an i32), asked at the end: the body runs at least once. */
export const doWhile = (body: Code, condition: Value): Code => [
  0x03,
  0x40,
  body,
  condition.code,
  0x0d,
  0,
  0x0b,
];
/** Runs `body` if the condition holds, else `otherwise`. */
export const when = (condition: Value, body: Code, otherwise?: Code): Code =>
  otherwise === undefined
    ? [condition.code, 0x04, 0x40, body, 0x0b]
    : [condition.code, 0x04, 0x40, body, 0x05, otherwise, 0x0b];
/** As `doWhile`, but the condition is asked first. */
export const whileDo = (condition: Value, body: Code): Code =>
  when(condition, doWhile(body, condition));
/** Calls a function of the module by number; `result` null for none. */
export const call = (index: number, args: readonly Value[]): Code => [
  args.map((a) => a.code),
  0x10,
  unsigned(index),
];
/** Leaves the function with a value. */
export const leave = (x: Value): Code => [x.code, 0x0f];
