import { describe, expect, it } from "vitest";
import { doWhile, i32const, load, op, signed, store, tee, unsigned } from "../src/wasm/code.ts";
import { engine } from "../src/wasm/engine.ts";
import { instantiate, ModuleBuilder } from "../src/wasm/module.ts";

const limits = { initial: 1, maximum: 4, shared: false };

describe("LEB128", () => {
  it("encodes as the specification's examples", () => {
    expect([unsigned(0), unsigned(127), unsigned(128), unsigned(624485)]).toEqual([
      [0],
      [0x7f],
      [0x80, 1],
      [0xe5, 0x8e, 0x26],
    ]);
    expect([signed(0), signed(-1), signed(63), signed(64), signed(-123456)]).toEqual([
      [0],
      [0x7f],
      [63],
      [0xc0, 0],
      [0xc0, 0xbb, 0x78],
    ]);
  });
});

describe("ModuleBuilder", () => {
  it("makes a function that loops over vectors in memory", () => {
    const builder = new ModuleBuilder();
    builder.add("double", ["i32", "i32"], [], ({ params, local }) => {
      const [start, end] = params as [(typeof params)[0], (typeof params)[0]];
      const at = local("i32");
      const x = load("v128.load", tee(at, start));
      const next = tee(start, op("i32.add", start, i32const(16)));
      return doWhile(
        [store("v128.store", start, op("f32x4.add", x, load("v128.load", at)))],
        op("i32.lt_u", next, end),
      );
    });
    const memory = new engine.Memory(limits);
    const floats = new Float32Array(memory.buffer);
    floats.set([1, 2, 3, 4, 5, 6, 7, 8]);

    instantiate(builder.bytes(limits), memory).double!(0, 32);

    expect([...floats.subarray(0, 9)]).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 0]);
  });
});
