import {
  ArgumentError,
  eye,
  GradError,
  grad,
  noGrad,
  ShapeError,
  type Tensor,
} from "@cotangent/core";
import { levels } from "@cotangent/core/extend";
import { describe, expect, it } from "vitest";
import { batchJvp, batchVjp, fullJacobian, jvp, vjp } from "../src/closure.ts";
import { jacobian } from "../src/index.ts";
import { checkAfterEach, expectClose, f64, loose, random } from "./support.ts";

checkAfterEach();

const w = random([3, 2], 1).requiresGrad_();
const b = random(3, 2).requiresGrad_();
const x = random(2, 3);
const model = (weight: Tensor, bias: Tensor): Tensor => weight.mv(x).add(bias).tanh();
const func = (): Tensor => model(w, b);
const [V, U] = [random([3, 2], 4), random(3, 5)];
const [JW, JB] = jacobian(model, [w.detach(), b.detach()]) as [Tensor, Tensor];
const along = (v: Tensor, u: Tensor): Tensor => JW.mul(v).sum([1, 2]).add(JB.mv(u));
const back = (g: Tensor): Tensor[] => [JW.mul(g.reshape([3, 1, 1])).sum(0), JB.T.mv(g)];

describe("a closure's derivatives", () => {
  it("jvp and vjp agree with the Jacobian, in the structure of the params", () => {
    expectClose(jvp(func, [w, b], [V, U]), along(V, U));
    expectClose(vjp(func, [w, b], U), back(U));
    expectClose(jvp(func, w, V), along(V, U.mul(0)));
    expectClose(vjp(func, w, U), back(U)[0]);
    expectClose(vjp(func, [w], U), [back(U)[0]]);
  });

  it("take params in records and nested arrays", () => {
    const params = { weight: w, rest: [b] };

    expectClose(vjp(func, params, U), { weight: back(U)[0]!, rest: [back(U)[1]!] });
    expectClose(jvp(func, params, { weight: V, rest: [U] }), along(V, U));
    expectClose(fullJacobian(func, params).rest[0]!, JB);
  });

  it("fullJacobian gives flat matrices, in the structure of the params", () => {
    expectClose(fullJacobian(func, [w, b]), [JW.reshape([3, 6]), JB]);
    expectClose(fullJacobian(func, b), JB);
    expectClose(
      fullJacobian(() => w.sin(), w),
      eye(6, { dtype: "float64" }).mul(noGrad(() => w.cos()).flatten()),
    );
    expect(fullJacobian(() => w.sum(), w).shape).toEqual([1, 6]);
    expect(fullJacobian(() => w.narrow(0, 0, 0), w).shape).toEqual([0, 6]);
  });

  it("batchJvp and batchVjp give each vector's product", () => {
    const [Vs, Us] = [random([4, 3, 2], 6), random([4, 3], 7)];

    const rows = batchJvp(func, [w, b], [Vs, Us]);
    const cotangents = batchVjp(func, [w, b], Us);

    for (let i = 0; i < 4; i++) {
      expectClose(rows.select(0, i), along(Vs.select(0, i), Us.select(0, i)));
      expectClose(
        cotangents.map((g) => g.select(0, i)),
        back(Us.select(0, i)),
      );
    }
    expect(batchVjp(func, w, Us).shape).toEqual([4, 3, 2]);
    expect(batchJvp(func, b, random([0, 3], 8)).shape).toEqual([0, 3]);
  });

  it("a 0-d output works", () => {
    const sum = (): Tensor => w.sin().sum();

    expectClose(
      jvp(sum, w, V),
      noGrad(() => w.cos().mul(V).sum()),
    );
    expectClose(
      vjp(sum, w, f64(2)),
      noGrad(() => w.cos().mul(2)),
    );
    expect(batchJvp(sum, w, random([4, 3, 2], 9)).shape).toEqual([4]);
    expect(batchVjp(sum, w, random([4], 9)).shape).toEqual([4, 3, 2]);
  });

  it("gives zeros for params that are not used", () => {
    const idle = random([2, 2], 10).requiresGrad_();

    expectClose(
      vjp(func, [w, idle], U)[1],
      f64([
        [0, 0],
        [0, 0],
      ]),
    );
    expectClose(jvp(func, [idle, w], [random([2, 2], 11), V]), along(V, U.mul(0)));
    expectClose(fullJacobian(func, [idle])[0], random([3, 4], 1).mul(0));
    expectClose(jvp(func, idle, random([2, 2], 11)), U.mul(0));
    expectClose(
      jvp(() => w.mul(2).sum(), [w, idle], [V, idle.detach()]),
      V.sum().mul(2),
    );
  });

  it("calls func once, and goes back once for a whole batch", () => {
    let calls = 0;
    const depths: number[] = [];
    const counted = (): Tensor => {
      calls++;
      const y = func();
      y.registerHook(() => {
        depths.push(levels.length);
      });
      return y;
    };

    fullJacobian(counted, [w, b]);
    batchVjp(counted, [w, b], random([5, 3], 12));
    expect([calls, depths]).toEqual([2, [2, 2]]);

    batchJvp(counted, [w, b], [random([5, 3, 2], 13), random([5, 3], 14)]);
    jvp(counted, [w, b], [V, U]);
    expect(calls).toBe(4);
  });

  it("links results by createGraph alone", () => {
    const o = { createGraph: true };
    const results = (options: { createGraph?: boolean }): Tensor[] => [
      jvp(func, w, V, options),
      vjp(func, w, U, options),
      batchJvp(func, w, V.unsqueeze(0), options),
      batchVjp(func, w, U.unsqueeze(0), options),
      fullJacobian(func, w, options),
    ];

    expect(results({}).map((t) => t.requiresGrad)).toEqual(Array(5).fill(false));
    expect(results(o).map((t) => t.requiresGrad)).toEqual(Array(5).fill(true));
    expectClose(
      grad(jvp(() => b.pow(3), b, U, o).sum(), b),
      noGrad(() => b.mul(6).mul(U)),
    );
  });
});

describe("wrong arguments of a closure's derivatives", () => {
  const call = loose;

  it("v must have the params' count and shapes, or those of the output", () => {
    expect(() => call(jvp)(func, [w, b], [V])).toThrow(ArgumentError);
    expect(() => jvp(func, w, U)).toThrow(ShapeError);
    expect(() => jvp(func, [w, b], [U, V])).toThrow(
      "jvp: v[0] has shape [3], but its place in the parameters has [3, 2]; pass the same shape",
    );
    expect(() => vjp(func, w, V)).toThrow(
      "vjp: v has shape [3, 2], but its place in the output has [3]; pass the same shape",
    );
    expect(() => batchJvp(func, [w, b], [random([4, 3, 2], 1), random([5, 3], 1)])).toThrow(
      "batchJvp: vs[1] has shape [5, 3], but its place in the parameters has [3]; pass [4, 3]",
    );
    expect(() => batchVjp(func, w, random([4, 2], 1))).toThrow(
      "batchVjp: vs has shape [4, 2], but its place in the output has [3]; pass [4, 3]",
    );
    expect(() => call(vjp)(func, w, 3)).toThrow(ArgumentError);
    expect(() => call(batchVjp)(func, w, undefined)).toThrow(ArgumentError);
  });

  it("func must be a synchronous function of a tensor, params tensors that require grad", () => {
    expect(() => call(vjp)(3, w, U)).toThrow("vjp: func is");
    expect(() => call(vjp)(() => 3, w, U)).toThrow("vjp: the function's result");
    expect(() => call(vjp)(async () => func(), w, U)).toThrow("must be synchronous");
    expect(() => call(vjp)(func, [w, 3], U)).toThrow(ArgumentError);
    expect(() => vjp(func, x, U)).toThrow(GradError);
    expect(() => vjp(() => x.sin(), w, x)).toThrow(GradError);
    expect(() => noGrad(() => vjp(func, w, U))).toThrow(GradError);
  });
});
