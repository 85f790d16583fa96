/**
 * What an op costs beside its arithmetic, on the reference backend.
 *
 *     node --conditions=@cotangent/source packages/core/bench/overhead.ts [--check]
 *
 * Node 24 strips the types itself; tsx would wrap every inner function. The measurements of a group take turns,
 * and the median of the rounds counts, so that a busy moment of the machine falls on all of them. With `--check` the
 * exit code is 1 when a bar is missed.
 */
import { add, backward, grad, mul, ones, sin, stack, type Tensor, unbind } from "@cotangent/core";

interface Measure {
  readonly name: string;
  /** Calls for one number. */
  readonly calls: number;
  readonly call: () => unknown;
  /** What one call is divided by: ops or rows. Default: 1. */
  readonly per?: number;
  /** µs that it may take. */
  readonly bar?: number;
  /** As a multiple of another measurement: how a cost grows. */
  readonly growth?: { readonly of: string; readonly bar: number };
}

const WARM_MS = 200;

/** What no library can beat: it tells a slow machine from a slow op. */
function plainLoop(): Measure {
  const x = new Float32Array(4).fill(1.5);
  const call = (): Float32Array => {
    const out = new Float32Array(4);
    for (let i = 0; i < 4; i++) out[i] = x[i]! + x[i]!;
    return out;
  };
  return { name: "plain loop of 4, no tensors", calls: 20_000, call };
}

/** Two inputs, and the ops on them, recorded or not. */
function ops(n: number, requiresGrad: boolean, bar: number): Measure[] {
  const x = ones(n).mul(0.5).requiresGrad_(requiresGrad);
  const y = ones(n).mul(1.5);
  const how = requiresGrad ? "recorded" : "not recorded";
  const row = (name: string, call: () => Tensor): Measure => ({
    name: `${name} of ${n}, ${how}`,
    calls: 2000,
    call,
    bar,
  });
  return [
    row("add", () => add(x, y)),
    row("mul", () => mul(x, y)),
    row("sin", () => sin(x)),
    row("x.mul(2)", () => x.mul(2)),
  ];
}

function gradOfProduct(): Measure {
  const x = ones(4).mul(0.5).requiresGrad_();
  const g = ones(4);
  const call = (): Tensor => grad(mul(sin(x), x), x, { gradOutputs: g });
  return { name: "grad(sin(x) x) of 4", calls: 200, call, bar: 5 };
}

/** A chain of n ops, forward and backward. */
function chain(n: number): Measure {
  const x = ones(4).mul(0.5).requiresGrad_();
  const call = (): void => {
    let y = x;
    for (let i = 0; i < n; i++) y = sin(y);
    backward(y.sum());
    x.grad = null;
  };
  const growth = { of: "chain of 1000, per op", bar: 5 };
  return {
    name: `chain of ${n}, per op`,
    calls: Math.max(1, 2000 / n),
    call,
    per: n,
    ...(n > 1000 && { growth }),
  };
}

/** n rows, each used, and their gradients. */
function rows(n: number): Measure {
  const x = ones([n, 4]).mul(0.5).requiresGrad_();
  const call = (): void => {
    backward(stack(unbind(x)).sum());
    x.grad = null;
  };
  const growth = { of: "unbind into 1000, per row", bar: 5 };
  return {
    name: `unbind into ${n}, per row`,
    calls: Math.max(1, 2000 / n),
    call,
    per: n,
    ...(n > 1000 && { growth }),
  };
}

/** Small ops come first: long tapes leave much for the collector. Rounds and measurements. */
const groups: readonly (readonly [number, readonly Measure[]])[] = [
  [
    75,
    [
      plainLoop(),
      ...ops(4, false, 0.4),
      ...ops(4, true, 0.4),
      ...ops(64, false, 1.5),
      ...ops(64, true, 1.5),
      gradOfProduct(),
    ],
  ],
  [11, [1_000, 10_000, 100_000].map(chain)],
  [11, [1_000, 10_000, 100_000].map(rows)],
];
const measures = groups.flatMap(([, group]) => group);

/** µs for one call, or a part of one. Short enough that few rounds lose the processor to another program. */
function time({ calls, call, per = 1 }: Measure): number {
  const start = performance.now();
  for (let i = 0; i < calls; i++) call();
  return ((performance.now() - start) * 1000) / calls / per;
}

/** Until it is compiled. */
function warm(m: Measure): void {
  const end = performance.now() + WARM_MS;
  while (performance.now() < end) time(m);
}

const median = (list: readonly number[]): number =>
  [...list].sort((a, b) => a - b)[list.length >> 1]!;

const times = new Map<Measure, number[]>(measures.map((m) => [m, []]));
for (const [rounds, group] of groups) {
  group.forEach(warm);
  for (let round = 0; round < rounds; round++) for (const m of group) times.get(m)!.push(time(m));
}

const medians = new Map(measures.map((m) => [m.name, median(times.get(m)!)]));

function verdict({ name, bar, growth }: Measure): { readonly text: string; readonly ok: boolean } {
  const t = medians.get(name)!;
  if (bar !== undefined) return { text: `at most ${bar} µs`, ok: t <= bar };
  if (growth === undefined) return { text: "", ok: true };
  const factor = t / medians.get(growth.of)!;
  return { text: `×${factor.toFixed(2)}, at most ×${growth.bar}`, ok: factor <= growth.bar };
}

let missed = 0;
for (const m of measures) {
  const { text, ok } = verdict(m);
  if (!ok) missed++;
  const t = `${medians.get(m.name)!.toFixed(3)} µs`;
  console.log(`${m.name.padEnd(32)} ${t.padStart(11)}   ${text}${ok ? "" : "  MISSED"}`);
}
console.log(`\n${missed} missed, Node ${process.version}`);
if (process.argv.includes("--check") && missed > 0) process.exitCode = 1;
