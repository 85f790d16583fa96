import { BackendError } from "@cotangent/core";
import { describe, expect, it } from "vitest";
import type { CpuBuffer } from "../../src/memory/cpuBuffer.ts";
import { Heap } from "../../src/memory/heap.ts";
import { seeded } from "./seeded.ts";

const MIB = 2 ** 20;

/** A buffer with one byte everywhere. */
function filled(heap: Heap, bytes: number, value: number): CpuBuffer {
  heap.begin();
  const buffer = heap.allocate(bytes);
  const start = heap.address(buffer);
  heap.u8().fill(value, start, start + bytes);
  return buffer;
}

/** The bytes that occur in a buffer. */
function valuesOf(heap: Heap, buffer: CpuBuffer): number[] {
  heap.begin();
  const start = heap.address(buffer);
  return [...new Set(heap.u8().subarray(start, start + buffer.bytes))];
}

describe("Heap", () => {
  it("gives each buffer its own aligned place", () => {
    const heap = new Heap();
    const sizes = [0, 1, 16, 17, 100, 4096, 16384, 16385, 70000, 3 * MIB];

    const starts = sizes.map((bytes) => heap.address(heap.allocate(bytes)));

    expect(starts.every((start) => start % 16 === 0)).toBe(true);
    expect(new Set(starts).size).toBe(sizes.length);
  });

  it("counts what is in use", () => {
    const heap = new Heap();
    const buffers = [10, 20, 100_000].map((bytes) => heap.allocate(bytes));

    expect(heap.use()).toEqual({ tensors: 3, bytes: 100_030 });
    for (const buffer of [...buffers, ...buffers]) heap.free(buffer);
    expect(heap.use()).toEqual({ tensors: 0, bytes: 0 });
  });

  it("takes the memory of what was freed again", () => {
    const heap = new Heap({ cache: MIB });
    const addressOf = (bytes: number) => {
      const buffer = heap.allocate(bytes);
      const start = heap.address(buffer);
      heap.free(buffer);
      return start;
    };

    for (const bytes of [16, 1000, 50_000]) expect(addressOf(bytes)).toBe(addressOf(bytes));
  });

  it("keeps values that do not fit into the cache", () => {
    const heap = new Heap({ cache: MIB, maximum: 2 * MIB });
    const buffers = Array.from({ length: 100 }, (_, i) => filled(heap, 50_000, i));

    expect(heap.memory.buffer.byteLength).toBe(MIB);
    for (const [i, buffer] of buffers.entries()) expect(valuesOf(heap, buffer)).toEqual([i]);
  });

  it("keeps what a call touched where it is", () => {
    const heap = new Heap({ cache: MIB, maximum: 4 * MIB });
    for (let i = 0; i < 40; i++) filled(heap, 50_000, i);

    heap.begin();
    const starts = Array.from({ length: 40 }, () => {
      const buffer = heap.allocate(50_000);
      return { buffer, start: heap.address(buffer) };
    });

    for (const { buffer, start } of starts) expect(heap.address(buffer)).toBe(start);
  });

  it("grows for a tensor that is larger than the cache", () => {
    const heap = new Heap({ cache: MIB, maximum: 16 * MIB });
    const small = filled(heap, 1000, 1);
    const large = filled(heap, 8 * MIB, 2);

    expect(valuesOf(heap, large)).toEqual([2]);
    expect(valuesOf(heap, small)).toEqual([1]);
  });

  it("grows on demand up to the size of the cache, and moves nothing", () => {
    const heap = new Heap({ cache: 8 * MIB });
    const buffers = Array.from({ length: 100 }, (_, i) => filled(heap, 50_000, i));
    const starts = buffers.map((buffer) => heap.address(buffer));

    expect(heap.memory.buffer.byteLength).toBe(8 * MIB);
    expect(new Set(starts).size).toBe(100);
    for (const [i, buffer] of buffers.entries()) expect(valuesOf(heap, buffer)).toEqual([i]);
  });

  it("counts anew, and keeps values, when a program goes on and on without a yield", () => {
    const heap = new Heap({ cache: MIB });
    const kept = filled(heap, 20_000, 7);
    for (let i = 0; i < 70_000; i++) heap.allocate(20_000);

    expect(heap.use().tensors).toBeLessThan(10_000);
    expect(valuesOf(heap, kept)).toEqual([7]);
    const { tensors, bytes } = heap.use();
    heap.free(kept);
    expect(heap.use()).toEqual({ tensors: tensors - 1, bytes: bytes - 20_000 });
  });

  it("works on shared memory", () => {
    const heap = new Heap({ cache: MIB, maximum: 4 * MIB, shared: true });
    const buffers = Array.from({ length: 60 }, (_, i) => filled(heap, 50_000, i));

    expect(heap.memory.buffer).toBeInstanceOf(SharedArrayBuffer);
    for (const [i, buffer] of buffers.entries()) expect(valuesOf(heap, buffer)).toEqual([i]);
  });

  it("lends aligned scratch space until the next call", () => {
    const heap = new Heap({ cache: MIB, maximum: 4 * MIB });
    const lend = () => {
      heap.begin();
      return [10, 64, 100_000, 1, 65_536].map((bytes) => ({ bytes, start: heap.scratch(bytes) }));
    };
    const first = lend().sort((a, b) => a.start - b.start);

    expect(first.every(({ start }) => start % 64 === 0)).toBe(true);
    for (const [i, { start, bytes }] of first.slice(0, -1).entries())
      expect(start + bytes).toBeLessThanOrEqual(first[i + 1]!.start);
    for (let i = 0; i < 100; i++) lend();
    expect(heap.memory.buffer.byteLength).toBe(MIB);
  });

  it("says how much was asked for and is in use, and stays usable", () => {
    const heap = new Heap({ cache: MIB, maximum: 2 * MIB });
    const kept = filled(heap, 1000, 7);
    const failing = [3 * MIB, 2 ** 50].map((bytes) => () => heap.allocate(bytes));

    for (const fail of failing) expect(fail).toThrow(BackendError);
    expect(failing[0]).toThrowErrorMatchingInlineSnapshot(
      `[BackendError: cpu: no room for 3145728 bytes: 1000 are in use, and the WebAssembly memory holds at most 2097152; use smaller tensors, or free some with scope or dispose]`,
    );
    expect(heap.use()).toEqual({ tensors: 1, bytes: 1000 });
    expect(valuesOf(heap, kept)).toEqual([7]);
    expect(valuesOf(heap, filled(heap, MIB, 8))).toEqual([8]);
  });

  it("fails when one call needs more than there is, and goes on with the next", () => {
    const heap = new Heap({ cache: MIB, maximum: 2 * MIB });
    const buffers = [1, 2, 3].map((value) => filled(heap, MIB, value));

    heap.begin();
    heap.address(buffers[0]!);
    heap.address(buffers[1]!);
    expect(() => heap.address(buffers[2]!)).toThrow(BackendError);
    expect(() => heap.scratch(10)).toThrow(BackendError);

    expect(buffers.map((buffer) => valuesOf(heap, buffer))).toEqual([[1], [2], [3]]);
  });
});

/** Random sizes: many tiny ones, some near the limits of slabs, some large. */
function randomSize(next: (n: number) => number): number {
  const kinds = [() => next(64), () => next(2000), () => 16_300 + next(200), () => next(100_000)];
  return kinds[next(kinds.length)]!();
}

describe("random programs", () => {
  // The memory starts with 1 MiB; 3 MiB of tensors are alive.
  it.each([
    [1, MIB],
    [2, 2.5 * MIB],
    [3, 8 * MIB],
  ])("keep their values, seed %i, in a cache of %i bytes", (seed, cache) => {
    const next = seeded(seed);
    const heap = new Heap({ cache, maximum: 8 * MIB });
    const live: { buffer: CpuBuffer; value: number }[] = [];
    let bytes = 0;
    for (let i = 0; i < 1500; i++) {
      const value = next(256);
      const buffer = filled(heap, randomSize(next), value);
      live.push({ buffer, value });
      bytes += buffer.bytes;
      const one = live[next(live.length)]!;
      if (one.buffer.bytes > 0) expect(valuesOf(heap, one.buffer)).toEqual([one.value]);
      while (bytes > 3 * MIB || (live.length > 0 && next(3) === 0)) {
        const [{ buffer: old }] = live.splice(next(live.length), 1) as [(typeof live)[0]];
        bytes -= old.bytes;
        // Some are left to the collector.
        if (next(4) > 0) heap.free(old);
      }
      expect(heap.use().bytes).toBeGreaterThanOrEqual(bytes);
    }
    for (const { buffer, value } of live)
      expect(valuesOf(heap, buffer)).toEqual(buffer.bytes > 0 ? [value] : []);
    expect(heap.memory.buffer.byteLength).toBeLessThanOrEqual(cache);
  });
});
