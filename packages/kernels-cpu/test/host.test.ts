import { View } from "@cotangent/core/extend";
import { describe, expect, it } from "vitest";
import { download, host, upload } from "../src/host/host.ts";
import { contents, dtypes, forget, heap, numbers, reference, twin } from "./twins.ts";

const dense = (dtype: (typeof dtypes)[number], n: number, buffer: View["buffer"]): View =>
  new View(dtype, "cpu", [n], [1], 0, buffer, 0);

describe("upload", () => {
  it.each(dtypes)("copies elements that download gives back, in %s", (dtype) => {
    const data = numbers(dtype, 100, 7);
    const wanted = data.slice();
    const view = dense(dtype, 100, upload(heap, data, dtype));
    data.fill(1);

    const first = download(heap, view);
    first.fill(1);

    expect(download(heap, view)).toEqual(wanted);
  });

  it("takes no elements", () => {
    const view = dense("float64", 0, upload(heap, new Float64Array(0), "float64"));

    expect(download(heap, view)).toEqual(new Float64Array(0));
  });
});

describe("download", () => {
  it("gives ordinary arrays of their own, though the memory is shared", () => {
    const { buffer } = download(
      heap,
      dense("int32", 3, upload(heap, Int32Array.of(1, 2, 3), "int32")),
    );

    expect(heap.memory.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(buffer).toBeInstanceOf(ArrayBuffer);
    expect(buffer.byteLength).toBe(12);
  });

  it("repeats a number", () => {
    const view = new View("int32", "cpu", [2, 2], [0, 0], 0, null, 7);

    expect(download(heap, view)).toEqual(Int32Array.of(7, 7, 7, 7));
  });
});

describe("host", () => {
  it("runs a routine on row-major copies", () => {
    const x = twin(Float32Array.of(1, 2, 3, 4, 5, 6), "float32", [3, 2], [1, 3]);
    const outputs = [
      { shape: [3, 2], dtype: "float64" },
      { shape: [], dtype: "bool" },
    ] as const;
    const routine: Parameters<typeof host>[3] = ([a], [doubled, flag]) => {
      a!.forEach((value, i) => (doubled![i] = 2 * value));
      flag![0] = 1;
    };

    const ours = host(heap, [x.ours], outputs, routine);
    const theirs = reference.host([x.theirs], outputs, routine);

    const [doubled, expected] = contents("float64", [3, 2], ours[0]!, theirs[0]!);
    const [flag] = contents("bool", [], ours[1]!, theirs[1]!);
    expect(doubled).toEqual(expected);
    expect(doubled).toEqual(Float64Array.of(2, 8, 4, 10, 6, 12));
    expect(flag).toEqual(Uint8Array.of(1));
    forget(x);
  });
});
