import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Worker } from "node:worker_threads";
import { ArgumentError, BackendError } from "@cotangent/core";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Matmul } from "../../src/matmul/matmul.ts";
import { Heap } from "../../src/memory/heap.ts";
import { store } from "../../src/wasm/code.ts";
import { ModuleBuilder } from "../../src/wasm/module.ts";
import { relaxedSimd } from "../../src/wasm/relaxed.ts";
import { type Float, productsOf, type Sides, viewOf } from "../layouts.ts";
import { bothMeet, MET, meeting } from "./meeting.ts";

const side = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 60, max: 300 }),
  fc.integer({ min: 60, max: 300 }),
);
const cases = productsOf(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 2 }), side);

/** The bytes of a product of pseudorandom numbers. */
function product(heap: Heap, matmul: Matmul, dtype: Float, one: Sides): Uint8Array {
  const left = viewOf(heap, dtype, one.left, one.leftLayout);
  const right = viewOf(heap, dtype, one.right, one.rightLayout);
  const out = matmul.multiply(left, right);
  const start = heap.address(out);
  const bytes = heap.u8().slice(start, start + out.bytes);
  for (const { buffer } of [left, right, { buffer: out }]) heap.free(buffer as typeof out);
  return bytes;
}

describe("products", () => {
  const paths = relaxedSimd() ? [true, false] : [false];
  const teams = [1, 2, 3].map((n) => {
    const heap = new Heap();
    return { n, heap, matmuls: paths.map((relaxed) => new Matmul(heap, relaxed)) };
  });
  beforeAll(() => Promise.all(teams.map(({ n, heap }) => heap.team.resize(n))));
  afterAll(() => Promise.all(teams.map(({ heap }) => heap.team.resize(1))));

  it.each(["float32", "float64", "int32"] as const)(
    "of %s are the same to the last bit with 1, 2 and 3 threads",
    (dtype) => {
      fc.assert(
        fc.property(cases, fc.nat(paths.length - 1), (one, path) => {
          const [first, ...others] = teams.map(({ heap, matmuls }) =>
            product(heap, matmuls[path]!, dtype, one),
          );
          for (const other of others) expect(Buffer.compare(first!, other)).toBe(0);
        }),
        { numRuns: 60 },
      );
    },
  );
});

describe("Team", () => {
  const heap = new Heap();
  const { meet, fail, at } = meeting(heap);
  afterAll(() => heap.team.resize(1));

  const meetAll = () => bothMeet(heap, { meet, fail, at });

  it("calls kernels on its threads at the same time, with the functions of JavaScript", async () => {
    await heap.team.resize(2);

    expect(meetAll()).toEqual([MET, MET]);
  });

  it("makes more calls than it has places for", async () => {
    await heap.team.resize(3);
    const builder = new ModuleBuilder();
    builder.add("write", ["i32", "i32"], [], ({ params: [to, x] }) => store("i32.store", to, x));
    const { write } = heap.instantiate(builder);
    heap.begin();
    const start = heap.scratch(4 * 5000);
    const numbers = Array.from({ length: 5000 }, (_, i) => i);

    for (let turn = 0; turn < 20; turn++) {
      heap.i32().fill(-1, start / 4, start / 4 + 5000);
      heap.team.together((call) => {
        for (const i of numbers) call(write!, start + 4 * i, i);
      });
      expect([...heap.i32().subarray(start / 4, start / 4 + 5000)]).toEqual(numbers);
    }
  });

  it("changes its size in the order of the calls", async () => {
    const changes = [3, 1, 2].map((n) => heap.team.resize(n).then(() => heap.team.size));

    expect(await Promise.all(changes)).toEqual([3, 1, 2]);
    expect(meetAll()).toHaveLength(2);
  });

  it("goes on when the memory has grown", async () => {
    await heap.team.resize(2);
    const before = heap.memory.buffer.byteLength;
    const large = heap.allocate(before);
    const far = heap.address(large);

    heap.u8().fill(0, at, at + 16);
    heap.team.together((call) => {
      call(meet, at, at + 4, far + before - 8);
      call(meet, at + 4, at, far);
    });

    expect(heap.memory.buffer.byteLength).toBeGreaterThan(before);
    expect(heap.f64()[(far + before - 8) / 8]).toBe(MET);
    heap.free(large);
  });

  it("throws what a thread throws, and goes on", async () => {
    await heap.team.resize(2);
    const failing = () => heap.team.together((call) => call(fail, -4));

    expect(failing).toThrow(BackendError);
    await heap.team.resize(2);
    expect(failing).toThrowErrorMatchingInlineSnapshot(
      `[BackendError: threads: one of 2 failed: RuntimeError: memory access out of bounds; go on with one, or call threads again]`,
    );
    expect(heap.team.size).toBe(1);
    heap.team.together((call) => call(fail, at));
    await heap.team.resize(2);
    expect(meetAll()).toHaveLength(2);
  });

  it("keeps its threads when there is no room for what is to be called", async () => {
    await heap.team.resize(2);
    const asking = () => heap.team.together(() => void heap.allocate(2 ** 40));

    expect(asking).toThrow("no room");
    expect(heap.team.size).toBe(2);
    expect(meetAll()).toHaveLength(2);
  });

  it("throws when a worker throws", async () => {
    await heap.team.resize(2);
    heap.u8().fill(0, at, at + 64);
    // One thread waits for the other to fail: no thread can make both calls.
    const failing = () =>
      heap.team.together((call) => {
        call(meet, at, at + 4, at + 16);
        call(meet, at + 4, at, at + 24);
        for (let i = 0; i < 100; i++) call(fail, -4);
      });

    expect(failing).toThrow("memory access out of bounds");
    expect(heap.team.size).toBe(1);
  });

  it("throws when a worker has ended, and goes on with one thread", async () => {
    await heap.team.resize(1);
    const started = new Promise<Worker>((resolve) => process.once("worker", resolve));
    await heap.team.resize(2);
    await (await started).terminate();

    const run = () => heap.team.together((call) => call(fail, at));
    expect(run).toThrow(BackendError);
    expect(run).not.toThrow();
  });

  it.each([0, -1, 1.5, Number.NaN, 257])("refuses %d threads", async (n) => {
    await expect(heap.team.resize(n)).rejects.toThrow(ArgumentError);
    await expect(heap.team.resize(n)).rejects.toThrow(
      `threads: n is ${n}; pass an integer from 1 to 256`,
    );
  });

  it("says why a memory that is not shared has one thread", async () => {
    const { team } = new Heap({ shared: false });

    await expect(team.resize(1)).resolves.toBeUndefined();
    await expect(team.resize(2)).rejects.toThrow(BackendError);
    await expect(team.resize(2)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[BackendError: threads: the memory is not shared as this engine gives none; use one thread]`,
    );
  });
});

describe("a process", () => {
  const script = fileURLToPath(new URL("./program.ts", import.meta.url));
  const flags = ["--import", "tsx", "--conditions=@cotangent/source"];

  it.each(["leaves", "keeps"])("that %s its threads ends by itself", async (mode) => {
    const run = promisify(execFile)(process.execPath, [...flags, script, mode], {
      timeout: 30_000,
    });

    expect(JSON.parse((await run).stdout)).toEqual({ same: true });
  });
});
