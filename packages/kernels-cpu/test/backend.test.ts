import { tensor } from "@cotangent/core";
import { apply, backendOf, type Primitive, registerBackend, View } from "@cotangent/core/extend";
import { referenceBackend } from "@cotangent/core/testing";
import { describe, expect, it } from "vitest";
import { cpuBackend } from "../src/backend.ts";
import { Heap } from "../src/memory/heap.ts";

describe("importing the package", () => {
  it("puts it in charge of the cpu", async () => {
    await import("../src/index.ts");

    expect(backendOf("cpu").name).toBe("cpu-simd");
  });

  it("takes over tensors that were made before, and views of them", () => {
    const reference = referenceBackend();
    registerBackend("cpu", reference);
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const [row, column] = [x.select(0, 1), x.select(1, 0)];
    const number = tensor(2).add(0);

    registerBackend("cpu", cpuBackend(new Heap(), false, reference));

    expect(row.add(column.sum()).mul(number).arraySync()).toEqual([18, 20, 22]);
    expect(x.T.matmul(x).arraySync()).toEqual([
      [17, 22, 27],
      [22, 29, 36],
      [27, 36, 45],
    ]);
    expect(column.arraySync()).toEqual([1, 4]);
    x.dispose();
    row.dispose();
  });
});

describe("a result of one element", () => {
  const backend = cpuBackend(new Heap(), false, referenceBackend());
  const use = (): number => backend.memory().tensors;

  it.each(["float32", "float64", "int32", "bool"] as const)("holds no memory: %s", (dtype) => {
    registerBackend("cpu", backend);
    const x = tensor([1, 0, 1], { dtype });
    const before = use();

    const results = [x.max(), x.select(0, 1), x.amin().mul(x.amax())];

    expect(use()).toBe(before);
    expect(results.map((y) => Number(y.item()))).toEqual([1, 0, 0]);
    expect(results.map((y) => y.dtype)).toEqual([dtype, dtype, dtype]);
  });

  it("may share new memory with another", () => {
    registerBackend("cpu", backend);
    const pair: Primitive = {
      name: "pair",
      differentiable: () => false,
      forward(cpu) {
        const buffer = cpu.upload(Float32Array.of(3, 4), "float32");
        return [0, 1].map((offset) => new View("float32", "cpu", [], [], offset, buffer, 0));
      },
      vjp: () => [null],
      jvp: () => [null],
      batch: (inputs) => inputs,
      keeps: () => ({ inputs: [], outputs: [] }),
    };

    const results = apply(pair, [tensor([1])], undefined);

    expect(results.map((y) => y.item())).toEqual([3, 4]);
  });
});
