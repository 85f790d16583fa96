import type { Heap } from "../../src/memory/heap.ts";
import { f64const, i32const, load, op, store, whileDo } from "../../src/wasm/code.ts";
import { host } from "../../src/wasm/host.ts";
import { type Exports, ModuleBuilder } from "../../src/wasm/module.ts";

interface Meeting {
  readonly meet: Exports[string];
  readonly fail: Exports[string];
  /** 64 bytes of scratch memory. */
  readonly at: number;
}

/**
 * A function for two threads: `meet(mine, other, out)` waits until the other one has come, so that none can
 * do both calls, and then writes a number that JavaScript computes.
 */
export function meeting(heap: Heap): Meeting {
  const builder = new ModuleBuilder();
  builder.add("meet", ["i32", "i32", "i32"], [], ({ params: [mine, other, out] }) => [
    store("i32.store", mine, i32const(1)),
    whileDo(op("i32.eqz", load("i32.load", other)), []),
    store(
      "f64.store",
      out,
      op(
        "f64.add",
        host("rem", f64const(-7), f64const(4)),
        host("sin", f64const(1e22), f64const(0)),
      ),
    ),
  ]);
  builder.add("fail", ["i32"], ["i32"], ({ params: [address] }) => load("i32.load", address).code);
  const { meet, fail } = heap.instantiate(builder);
  heap.begin();
  const at = heap.scratch(64);
  heap.u8().fill(0, at, at + 64);
  return { meet: meet!, fail: fail!, at };
}

/** What two threads write that wait for each other. */
export function bothMeet(heap: Heap, { meet, at }: Meeting): number[] {
  heap.u8().fill(0, at, at + 64);
  heap.team.together((call) => {
    call(meet, at, at + 4, at + 16);
    call(meet, at + 4, at, at + 24);
  });
  return [...heap.f64().subarray((at + 16) / 8, (at + 32) / 8)];
}

export const MET: number = -3 + Math.sin(1e22);
