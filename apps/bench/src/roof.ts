/**
 * How fast one thread multiplies and adds when nothing has to be loaded: the roof above every matmul. A module of its
 * own, so that it says the same whatever kernels a library has.
 */

/** Independent chains: enough to hide the latency, few enough to stay in registers. */
const CHAINS = 12;
const TURNS = 100_000;

/** A multiplication and an addition in each of 4 lanes. */
export const ROOF_FLOP: number = TURNS * CHAINS * 4 * 2;

/** Unsigned LEB128. */
const leb = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...leb(n >>> 7)]);
/** Signed, of a positive number. */
const sleb = (n: number): number[] => (n < 64 ? [n] : [(n & 127) | 128, ...sleb(n >>> 7)]);
const section = (id: number, body: readonly number[]): number[] => [
  id,
  ...leb(body.length),
  ...body,
];
const simd = (opcode: number): number[] => [0xfd, ...leb(opcode)];
const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];

const I32 = 0x7f;
const F32 = 0x7d;
const V128 = 0x7b;
const TURN = 0;
const SCALE = 1;
const SHIFT = 2;
const FIRST = 3;

const FUSED = simd(0x105);
const chains = Array.from({ length: CHAINS }, (_, i) => FIRST + i);

/** chain ← chain · scale + shift. */
const step = (relaxed: boolean, chain: number): number[] => [
  ...get(chain),
  ...get(SCALE),
  ...(relaxed ? get(SHIFT) : simd(0xe6)),
  ...(relaxed ? FUSED : [...get(SHIFT), ...simd(0xe4)]),
  ...set(chain),
];

const constant = (local: number, x: number): number[] => {
  const bytes = new Uint8Array(new Float32Array([x]).buffer);
  return [0x43, ...bytes, ...simd(0x13), ...set(local)];
};

function moduleOf(relaxed: boolean): Uint8Array<ArrayBuffer> {
  const turn = [...get(TURN), 0x41, 1, 0x6a, 0x22, TURN, 0x41, ...sleb(TURNS), 0x49, 0x0d, 0];
  const total = chains.flatMap((chain, i) => [...get(chain), ...(i > 0 ? simd(0xe4) : [])]);
  const code = [
    ...[2, 1, I32, SHIFT + CHAINS, V128],
    ...constant(SCALE, 0.5),
    ...constant(SHIFT, 1),
    ...[0x03, 0x40, ...chains.flatMap((chain) => step(relaxed, chain)), ...turn, 0x0b],
    ...[...total, ...simd(0x1f), 0, 0x0b],
  ];
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 0, 1, F32]),
    ...section(3, [1, 0]),
    ...section(7, [1, 1, 0x66, 0, 0]),
    ...section(10, [1, ...leb(code.length), ...code]),
  ]);
}

/** The loop of fused multiply-adds; without relaxed SIMD, of multiplications and additions. Returns their sum. */
export function roof(): () => number {
  const fused = moduleOf(true);
  const bytes = WebAssembly.validate(fused) ? fused : moduleOf(false);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  return exports.f as () => number;
}
