// x = x + y again and again, without freeing anything; prints what it took as JSON.
// usage: loop.ts sync|yields|keeps STEPS FLOATS
import type { CpuBuffer } from "../../src/memory/cpuBuffer.ts";
import { Heap } from "../../src/memory/heap.ts";
import { doWhile, i32const, type Local, load, op, store, tee } from "../../src/wasm/code.ts";
import { ModuleBuilder } from "../../src/wasm/module.ts";

const [mode, stepsText, floatsText] = process.argv.slice(2);
const steps = Number(stepsText);
const bytes = Number(floatsText) * 4;

const heap = new Heap();

const builder = new ModuleBuilder();
builder.add("add", ["i32", "i32", "i32", "i32"], [], ({ params, local }) => {
  const [x, y, out, end] = params as [Local, Local, Local, Local];
  const at = local("i32");
  const step = op("i32.add", at, i32const(16));
  const vector = (base: Local) => load("v128.load", op("i32.add", base, at));
  const sum = op("f32x4.add", vector(x), vector(y));
  const more = op("i32.lt_u", tee(at, step), end);
  return [doWhile([store("v128.store", op("i32.add", out, at), sum)], more)];
});
const { add } = heap.instantiate(builder);

function filled(value: number): CpuBuffer {
  const buffer = heap.allocate(bytes);
  const start = heap.address(buffer) / 4;
  heap.f32().fill(value, start, start + bytes / 4);
  return buffer;
}

function plus(x: CpuBuffer, y: CpuBuffer): CpuBuffer {
  heap.begin();
  const out = heap.allocate(bytes);
  add!(heap.address(x), heap.address(y), heap.address(out), bytes);
  return out;
}

const one = filled(1);
const kept: CpuBuffer[] = [];
const pause = () => new Promise((resolve) => setImmediate(resolve));
const period = Math.max(1, Math.floor(2e6 / (bytes / 4 + 1000)));
let x = filled(0);
let peak = 0;
const start = performance.now();
for (let i = 1; i <= steps; i++) {
  x = plus(x, one);
  if (mode === "keeps") kept.push(heap.allocate(4));
  if (i % period > 0) continue;
  peak = Math.max(peak, process.memoryUsage.rss());
  if (mode !== "sync") await pause();
}
const nanoseconds = ((performance.now() - start) / steps) * 1e6;

heap.begin();
const first = heap.address(x) / 4;
const values = [...new Set(heap.f32().subarray(first, first + bytes / 4))];
const result = { values, mebibytes: peak / 2 ** 20, nanoseconds, ...heap.use() };
process.stdout.write(JSON.stringify(result));
