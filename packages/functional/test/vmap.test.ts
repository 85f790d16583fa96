import {
  ArgumentError,
  bernoulli,
  CotangentError,
  GradError,
  manualSeed,
  rand,
  ShapeError,
  stack,
  type Tensor,
} from "@cotangent/core";
import { describe, expect, it } from "vitest";
import { grad, jvp, type VmapOptions, vmap } from "../src/index.ts";
import { checkAfterEach, expectClose, f64, type Loose, loose, random } from "./support.ts";

checkAfterEach();

const map = (f: unknown, options: object = {}): Loose => loose(vmap)(f, options) as Loose;
const dot = (p: Tensor, q: Tensor): Tensor => p.mul(q).sum();
const A = random([5, 3], 1);
const B = random([5, 3], 2);

describe("vmap", () => {
  it("maps over axis 0 of every argument", () => {
    expectClose(vmap(dot)(A, B), A.mul(B).sum(1));
  });

  it("takes inDims for each argument: a number, a negative one, or null", () => {
    expectClose(map(dot, { inDims: [1, 0] })(A.T, B), A.mul(B).sum(1));
    expectClose(map(dot, { inDims: [-1, -2] })(A.T, B), A.mul(B).sum(1));
    expectClose(map(dot, { inDims: [0, null] })(A, B.select(0, 1)), A.mv(B.select(0, 1)));
    expectClose(map(dot, { inDims: 1 })(A.T, B.T), A.mul(B).sum(1));
  });

  it("takes inDims for trees: one for all, or a structure of them", () => {
    const f = ({ a, rest }: { a: Tensor; rest: [Tensor, number] }): Tensor =>
      dot(a, rest[0]).mul(rest[1]);
    const tree = { a: A.T, rest: [B, 2] };

    expectClose(map(f, { inDims: [{ a: 1, rest: [0, null] }] })(tree), A.mul(B).sum(1).mul(2));
    expectClose(
      vmap((t: { a: Tensor; b: [Tensor] }) => dot(t.a, t.b[0]))({ a: A, b: [B] }),
      A.mul(B).sum(1),
    );
  });

  it("takes outDims for trees: one for all, or a structure of them", () => {
    const f = (p: Tensor) => ({ twice: p.mul(2), more: [p.sum(), p] });

    expectClose(map(f)(A), { twice: A.mul(2), more: [A.sum(1), A] });
    expectClose(map(f, { outDims: { twice: 1, more: [0, -1] } })(A), {
      twice: A.T.mul(2),
      more: [A.sum(1), A.T],
    });
    expectClose(map((p: Tensor) => [p], { outDims: 1 })(A), [A.T]);
  });

  it("repeats what does not depend on the batch", () => {
    const constant = f64([1, 2]);

    expectClose(vmap((_p: Tensor) => constant)(A), stack(Array(5).fill(constant)));
    expectClose(map(() => constant, { outDims: 1 })(A), stack(Array(5).fill(constant), 1));
  });

  it("nests, over one axis after the other", () => {
    const inner = (p: Tensor): Tensor => vmap((q: Tensor) => dot(p, q))(B);

    expectClose(vmap(inner)(A), A.matmul(B.T));
    expectClose(
      map(
        map((q: Tensor) => q.sin()),
        { inDims: 1, outDims: 1 },
      )(A),
      A.sin(),
    );
  });

  it("gives per-sample gradients, and batches of tangents", () => {
    const loss = (w: Tensor, x: Tensor): Tensor => dot(w, x).tanh();
    const w = random(3, 3);
    const each = stack(A.unbind().map((x) => grad(loss)(w, x)));
    expectClose(map(grad(loss), { inDims: [null, 0] })(w, A), each);

    const push = (t: Tensor): Tensor => jvp((q: Tensor) => q.sin(), w, t)[1];
    expectClose(vmap(push)(A), A.mul(w.cos()));
  });

  it("gives the same with every chunkSize", () => {
    const f = (p: Tensor, q: Tensor): Tensor[] => [p.outer(q), dot(p, q), f64([1])];
    const whole = vmap(f)(A, B);

    for (const chunkSize of [1, 2, 3, 5, 100]) {
      expectClose(vmap(f, { chunkSize })(A, B), whole);
      expectClose(
        map(f, { chunkSize, inDims: [1, null], outDims: [1, 0, 0] })(A.T, f64([1, 2, 3])),
        map(f, { inDims: [1, null], outDims: [1, 0, 0] })(A.T, f64([1, 2, 3])),
      );
    }
  });

  it("gives another handle than the argument's", () => {
    const same = vmap((q: Tensor) => q)(A);

    expect(same === A).toBe(false);
    expectClose(same, A);
  });

  it("maps over an axis of size 0", () => {
    expect(vmap(dot)(A.narrow(0, 0, 0), B.narrow(0, 0, 0)).shape).toEqual([0]);
    expect(vmap((p: Tensor) => p.sin(), { chunkSize: 2 })(A.narrow(0, 0, 0)).shape).toEqual([0, 3]);
  });

  it("does not compute with what inDims null hands through", () => {
    const seen: unknown[] = [];
    const o = { label: "as it is" };

    map(
      (p: Tensor, ...rest: unknown[]) => {
        seen.push(...rest);
        return p;
      },
      { inDims: [0, null, null] },
    )(A, o, 3);

    expect(seen[0]).toBe(o);
    expect(seen[1]).toBe(3);
  });
});

describe("random numbers under vmap", () => {
  const noisy = (p: Tensor): Tensor =>
    p
      .sum()
      .mul(0)
      .add(rand(4, { dtype: "float64" }));
  const rows = (options: VmapOptions): Tensor => {
    manualSeed(7);
    return map(noisy, options)(A) as Tensor;
  };

  it("are an error by default, which names the options", () => {
    expect(() => map(noisy)(A)).toThrow(GradError);
    expect(() => map(noisy, { chunkSize: 1 })(A)).toThrow('randomness: "different" or "same"');
  });

  it("are the same, or different, and do not depend on chunkSize", () => {
    for (const randomness of ["same", "different"] as const) {
      const whole = rows({ randomness });
      const firsts = new Set(whole.select(1, 0).dataSync());

      expect(firsts.size).toBe(randomness === "same" ? 1 : 5);
      for (const chunkSize of [1, 2, 3, 5]) expectClose(rows({ randomness, chunkSize }), whole);
    }
  });

  it("advance the generator once, whatever chunkSize", () => {
    const next = (options: VmapOptions): unknown => {
      rows(options);
      return rand(1).arraySync();
    };

    for (const randomness of ["same", "different"] as const)
      expect(next({ randomness, chunkSize: 2 })).toEqual(next({ randomness }));
  });

  it("of a batched probability are drawn for each row", () => {
    const f = (p: Tensor): Tensor => bernoulli(p);
    const draws = map(f, { randomness: "different" })(
      f64([
        [0, 1],
        [1, 0],
      ]),
    );

    expectClose(
      draws,
      f64([
        [0, 1],
        [1, 0],
      ]),
    );
  });
});

describe("errors of vmap", () => {
  const s = (q: Tensor): Tensor => q.sin();

  it.each([
    ["no function", () => map(3)(A), ArgumentError],
    ["sizes that differ", () => map(dot)(A, B.narrow(0, 0, 2)), ShapeError],
    ["a 0-d argument", () => map(s)(f64(1)), ShapeError],
    ["a dim out of range", () => map(s, { inDims: 2 })(A), ShapeError],
    ["a dim that is no integer", () => map(s, { inDims: 0.5 })(A), ShapeError],
    ["a dim of another kind", () => map(s, { inDims: ["0"] })(A), ArgumentError],
    ["too few inDims", () => map(dot, { inDims: [0] })(A, B), ArgumentError],
    [
      "inDims of another structure",
      () => map(s, { inDims: [{ a: [0, 0] }] })({ a: [A] }),
      ArgumentError,
    ],
    ["a missing entry of inDims", () => map(s, { inDims: [{ b: 0 }] })({ a: A }), ArgumentError],
    ["no batched argument", () => map(dot, { inDims: [null, null] })(A, B), ArgumentError],
    ["a number with a dim", () => map(s)(3), ArgumentError],
    ["no argument", () => map(() => A)(), ArgumentError],
    ["outDims out of range", () => map(s, { outDims: 2 })(A), ShapeError],
    ["outDims null", () => map(s, { outDims: null })(A), ArgumentError],
    ["a result that is no tensor", () => map(() => 3)(A), ArgumentError],
    ["no result", () => map(() => undefined)(A), ArgumentError],
    ["a Promise", () => map(async (q: Tensor) => q)(A), ArgumentError],
    ["chunkSize 0", () => map(s, { chunkSize: 0 })(A), ArgumentError],
    ["another randomness", () => map(s, { randomness: "any" })(A), ArgumentError],
    ["reading a batched tensor", () => map((q: Tensor) => q.sum().item())(A), GradError],
    [
      "a choice by values",
      () => map((q: Tensor) => (q.sum().dataSync()[0]! > 0 ? q : s(q)))(A),
      GradError,
    ],
  ] as const)("%s", (_, run, kind) => {
    expect(run).toThrow(kind);
    expect(run).toThrow(CotangentError);
  });

  it("a tensor that escaped", () => {
    let kept: Tensor | undefined;
    map((q: Tensor) => (kept = q))(A);

    expect(() => kept!.sin()).toThrow(GradError);
    expect(() => map((_: Tensor) => kept)(A)).toThrow(
      "vmap: the result is a tensor that escaped the vmap that made it",
    );
  });
});
