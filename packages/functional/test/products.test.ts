import { ArgumentError, GradError, grad, noGrad, ShapeError, type Tensor } from "@cotangent/core";
import { describe, expect, it } from "vitest";
import { gradcheck, gradgradcheck, jvp, vjp } from "../src/index.ts";
import { checkAfterEach, expectClose, f64, loose, random, shapes } from "./support.ts";

checkAfterEach();

const firstThree = (a: Tensor): Tensor => a.narrow(0, 0, 3).mul(3);
const expRows = (x: Tensor): Tensor => x.exp().sum(1);
const adder = (x: Tensor, y: Tensor): Tensor => x.mul(2).add(y.mul(3));
const swap = (x: Tensor, y: Tensor): [Tensor, Tensor] => [y.exp().sum(1), x.mul(3)];
const disconnected = (a: Tensor): Tensor =>
  a.astype("int32").astype("float64").requiresGrad_().clone();

describe("vjp", () => {
  const x = random([4, 4], 1);

  it("err_check: refuses what is no tensor, and a v that is missing or does not fit", () => {
    const a = random(4, 2);
    const v = random(3, 3);

    expect(() => loose(vjp)(firstThree, [a, 2], v)).toThrow(ArgumentError);
    expect(() => loose(vjp)((q: Tensor) => [firstThree(q), "bar"], a, v)).toThrow(ArgumentError);
    expect(() => vjp(firstThree, a)).toThrow("v may be left out only");
    expect(() => loose(vjp)(firstThree, a, [v, v])).toThrow(ArgumentError);
    expect(() => vjp(firstThree, a, v.narrow(0, 0, 2))).toThrow(ShapeError);
    expect(shapes(vjp(firstThree, a, v)[1])).toEqual([4]);
  });

  it("err_check_strict: zeros or an error where there is no dependence", () => {
    const a = random(4, 4);
    const v = random(4, 5);

    for (const f of [(q: Tensor) => q.detach(), disconnected]) {
      expect(() => vjp(f, a, v, { strict: true })).toThrow(GradError);
      expectClose(vjp(f, a, v)[1], a.mul(0));
    }
    const clone = (q: Tensor): Tensor => q.clone();
    expect(() => vjp(clone, a, v, { strict: true, createGraph: true })).toThrow(
      "the jacobian of the function is independent of input 0",
    );
    expectClose(vjp(clone, a, v, { createGraph: true })[1], v);
    expectClose(vjp(clone, a, v, { strict: true })[1], v);
  });

  it("no_grad: works, and links only by createGraph", () => {
    const a = random([4, 4], 6).requiresGrad_();
    const v = random(4, 7);

    const [y, g] = noGrad(() => vjp(expRows, a, v));
    expect([y.requiresGrad, g.requiresGrad]).toEqual([false, false]);
    expectClose(
      g,
      noGrad(() => a.exp().mul(v.unsqueeze(1))),
    );

    const linked = noGrad(() => vjp(expRows, a, v, { createGraph: true }));
    expect(linked.map((t) => t.requiresGrad)).toEqual([true, true]);
  });

  it("output: structures of one and two inputs and outputs, without history", () => {
    const [a, b] = [random([4, 4], 8).requiresGrad_(), random([4, 4], 9)];
    const v = random(4, 10);

    const one = vjp(expRows, a, v);
    expect(shapes(one)).toEqual([[4], [4, 4]]);
    expect(one.some((t) => t.requiresGrad)).toBe(false);

    const two = vjp(adder, [a, b], x);
    expectClose(two[1], [x.mul(2), x.mul(3)]);

    const [ys, gs] = vjp(swap, [a, b], [v, x]);
    expect(shapes(ys)).toEqual([[4], [4, 4]]);
    expectClose(gs, [x.mul(3), b.exp().mul(v.unsqueeze(1))]);
    expect([...ys, ...gs].some((t) => t.requiresGrad)).toBe(false);
  });

  it("scalar: v may be left out of an output of one element, and a 0-d input works", () => {
    const all = (q: Tensor): Tensor => q.sum();

    expectClose(vjp(all, x)[1], x.mul(0).add(1));
    expectClose(vjp(all, x, f64(2))[1], x.mul(0).add(2));
    const [y, g] = vjp((q: Tensor) => q.expand([4]), f64(3), f64([1, 2, 3, 4]));
    expectClose([y, g], [f64([3, 3, 3, 3]), f64(10)]);
  });

  it("create_graph: is differentiable by inputs and by v, also inside another function", () => {
    const a = random([3, 2], 11).requiresGrad_();
    const v = random(3, 12).requiresGrad_();
    const product = (q: Tensor, u: Tensor): Tensor => vjp(expRows, q, u, { createGraph: true })[1];

    expect(product(a, v).requiresGrad).toBe(true);
    expect(gradcheck(product, [a, v])).toBe(true);
    expect(gradgradcheck(product, [a, v])).toBe(true);

    const nested = (q: Tensor, u: Tensor): Tensor => {
      const [y, g] = vjp(expRows, q.sin(), u.cos(), { createGraph: true });
      return y.sum().add(g.mul(g).sum()).add(q.prod());
    };
    expect(gradcheck(nested, [a, v])).toBe(true);
    expect(gradgradcheck(nested, [a, v])).toBe(true);
  });
});

describe("jvp", () => {
  it("err_check: refuses what is no tensor, and a v that is missing or does not fit", () => {
    const a = random(4, 2);
    const v = random(4, 3);

    expect(() => loose(jvp)(firstThree, [a, 2], v)).toThrow(ArgumentError);
    expect(() => loose(jvp)((q: Tensor) => [firstThree(q), 2], a, v)).toThrow(ArgumentError);
    expect(() => jvp(firstThree, a)).toThrow("v may be left out only");
    expect(() => loose(jvp)(firstThree, a, [v, v])).toThrow(ArgumentError);
    expect(() => jvp(firstThree, a, v.narrow(0, 0, 2))).toThrow(ShapeError);
    expect(shapes(jvp(firstThree, a, v)[1])).toEqual([3]);
  });

  it("err_check_strict: zeros or an error where there is no dependence", () => {
    const a = random(4, 4);
    const v = random(4, 5);

    for (const f of [(q: Tensor) => q.detach(), disconnected]) {
      expect(() => jvp(f, a, v, { strict: true })).toThrow(GradError);
      const [y, t] = jvp(f, a, v);
      expectClose(t, y.detach().mul(0));
    }
    const clone = (q: Tensor): Tensor => q.clone();
    expect(() => jvp(clone, a, v, { strict: true, createGraph: true })).toThrow(
      "the jacobian of the function is independent of input 0",
    );
    expectClose(jvp(clone, a, v, { createGraph: true })[1], v);
  });

  it("no_grad: works, and links only by createGraph", () => {
    const a = random([4, 4], 6).requiresGrad_();
    const v = random([4, 4], 7);

    const [y, t] = noGrad(() => jvp(expRows, a, v));
    expect([y.requiresGrad, t.requiresGrad]).toEqual([false, false]);
    expectClose(
      t,
      noGrad(() => a.exp().mul(v).sum(1)),
    );

    const linked = noGrad(() => jvp(expRows, a, v, { createGraph: true }));
    expect(linked.map((q) => q.requiresGrad)).toEqual([true, true]);
  });

  it("output: structures of one and two inputs and outputs, without history", () => {
    const [a, b] = [random([4, 4], 8).requiresGrad_(), random([4, 4], 9)];
    const [u, v] = [random([4, 4], 10), random([4, 4], 11)];

    expect(shapes(jvp(expRows, a, u))).toEqual([[4], [4]]);
    expectClose(jvp(adder, [a, b], [u, v])[1], u.mul(2).add(v.mul(3)));

    const [ys, ts] = jvp(swap, [a, b], [u, v]);
    expect(shapes(ys)).toEqual([[4], [4, 4]]);
    expectClose(ts, [b.exp().mul(v).sum(1), u.mul(3)]);
    expect([...ys, ...ts].some((t) => t.requiresGrad)).toBe(false);
  });

  it("scalar: v may be left out of an input of one element", () => {
    const repeat = (q: Tensor): Tensor => q.expand([4]);

    expectClose(jvp(repeat, f64(3)), [f64([3, 3, 3, 3]), f64([1, 1, 1, 1])]);
    expectClose(jvp(repeat, f64(3), f64(2))[1], f64([2, 2, 2, 2]));
    expectClose(
      jvp((q: Tensor) => q.sum(), random([4, 4], 1), f64(Array(4).fill([1, 1, 1, 1])))[1],
      f64(16),
    );
    expectClose(jvp(repeat, f64([3]))[1], f64([1, 1, 1, 1]));
  });

  it("create_graph: is differentiable by inputs and by v, also inside another function", () => {
    const a = random([3, 2], 11).requiresGrad_();
    const v = random([3, 2], 12).requiresGrad_();
    const product = (q: Tensor, u: Tensor): Tensor => jvp(expRows, q, u, { createGraph: true })[1];

    expect(product(a, v).requiresGrad).toBe(true);
    expect(gradcheck(product, [a, v])).toBe(true);
    expect(gradgradcheck(product, [a, v])).toBe(true);

    const nested = (q: Tensor, u: Tensor): Tensor => {
      const [y, t] = jvp(expRows, q.sin(), u.cos(), { createGraph: true });
      return y.sum().add(t.mul(t).sum()).add(q.prod());
    };
    expect(gradcheck(nested, [a, v])).toBe(true);
    expect(gradgradcheck(nested, [a, v])).toBe(true);
  });

  it("is true forward mode: the function's ops make no nodes", () => {
    const a = random(3, 13).requiresGrad_();
    let inside: Tensor | undefined;

    jvp((q: Tensor) => (inside = q.sin().mul(q)), a, random(3, 14));

    expect(inside!.level.kind).toBe("dual");
    expect([inside!.node, inside!.value!.node, inside!.tangent!.node]).toEqual([null, null, null]);
  });
});

describe("createGraph inside another transform", () => {
  it("links by default, and is cut by false", () => {
    const x = f64([0.5, 1.5]);
    const second = (createGraph?: boolean): Tensor => {
      const options = createGraph === undefined ? {} : { createGraph };
      const slope = (q: Tensor): Tensor =>
        vjp((p: Tensor) => p.sin().sum(), q, undefined, options)[1];
      return vjp((q: Tensor) => slope(q).sum(), x)[1];
    };

    expectClose(second(), x.sin().neg());
    expectClose(second(true), x.sin().neg());
    expectClose(second(false), x.mul(0));
  });

  it("leads from a linked product to the caller's tensors by the tape", () => {
    const w = f64([0.5, 1.5], true);

    const [, g] = vjp((q: Tensor) => q.pow(3).sum(), w, undefined, { createGraph: true });

    expectClose(
      grad(g.sum(), w),
      noGrad(() => w.mul(6)),
    );
  });
});
