import { ArgumentError, GradError, grad, noGrad, ShapeError, type Tensor } from "@cotangent/core";
import { describe, expect, it } from "vitest";
import { gradcheck, gradgradcheck, hvp, vhp } from "../src/index.ts";
import { checkAfterEach, expectClose, f64, loose, random, shapes } from "./support.ts";

checkAfterEach();

const firstThree = (a: Tensor): Tensor => a.narrow(0, 0, 3).exp().sum();
const cubes = (x: Tensor): Tensor => x.pow(3).sum();
const mixed = (x: Tensor, y: Tensor): Tensor => x.mul(x).mul(2).add(y.pow(3)).mul(x).sum();
const linear = (x: Tensor): Tensor => x.mul(3).sum();
const disconnected = (a: Tensor): Tensor =>
  a.astype("int32").astype("float64").requiresGrad_().sum();

describe.each([
  ["vhp", vhp],
  ["hvp", hvp],
] as const)("%s", (name, product) => {
  it("err_check: refuses inputs, outputs and v that do not fit", () => {
    const a = random(4, 1);
    const v = random(4, 2);
    const b = random([2, 4], 3);

    expect(() => loose(product)(firstThree, [a, 2], v)).toThrow(ArgumentError);
    expect(() => loose(product)(() => "bar", a, v)).toThrow(ArgumentError);
    expect(() => product((q: Tensor) => q.narrow(0, 0, 3), a, v)).toThrow(ShapeError);
    expect(() => loose(product)((q: Tensor) => [firstThree(q), q], a, v)).toThrow(
      "it must return one Tensor",
    );
    expect(() => product(firstThree, a, v.narrow(0, 0, 2))).toThrow(`${name}: v has shape [2]`);
    expect(() => loose(product)(firstThree, a, [v, v])).toThrow(ArgumentError);
    expect(() => product(firstThree, a)).toThrow("v may be left out only");
    expect(shapes(product(firstThree, a, v)[1])).toEqual([4]);

    const two = (p: Tensor, q: Tensor): Tensor => firstThree(p).mul(cubes(q));
    expect(() => loose(product)(two, [a, b], [v, 2])).toThrow(ArgumentError);
    expect(shapes(product(two, [a, b], [v, b]))).toEqual([[], [[4], [2, 4]]]);
  });

  it("err_check_strict: zeros or an error where there is no second derivative", () => {
    const a = random(4, 4);
    const v = random(4, 5);

    for (const f of [(q: Tensor) => q.detach().sum(), disconnected, linear]) {
      expect(() => product(f, a, v, { strict: true })).toThrow(GradError);
      expectClose(product(f, a, v)[1], a.mul(0));
    }
    expect(() => product(linear, a, v, { strict: true })).toThrow("the jacobian of the function");
    expectClose(product(cubes, a, v, { strict: true })[1], a.mul(6).mul(v));
  });

  it("err_check_strict: a constant Hessian is an error with createGraph alone", () => {
    const [a, v] = [random(4, 4), random(4, 5)];
    const squares = (q: Tensor): Tensor => q.mul(q).sum();

    expectClose(product(squares, a, v, { strict: true })[1], v.mul(2));
    expect(() => product(squares, a, v, { strict: true, createGraph: true })).toThrow(
      "the hessian of the function is independent of input 0",
    );
  });

  it("no_grad: works, and links only by createGraph", () => {
    const a = random([4, 4], 6).requiresGrad_();
    const v = random([4, 4], 7);

    const [y, g] = noGrad(() => product(cubes, a, v));
    expect([y.requiresGrad, g.requiresGrad]).toEqual([false, false]);
    expectClose(
      g,
      noGrad(() => a.mul(6).mul(v)),
    );

    const linked = noGrad(() => product(cubes, a, v, { createGraph: true }));
    expect(linked.map((t) => t.requiresGrad)).toEqual([true, true]);
  });

  it("output: structures of one and two inputs, without history", () => {
    const [a, b] = [random(3, 8).requiresGrad_(), random(3, 9)];
    const [u, v] = [random(3, 10), random(3, 11)];

    const [y, g] = product(mixed, [a, b], [u, v]);

    const [x, z] = [a.detach(), b];
    expectClose(y, mixed(x, z));
    const cross = z.mul(z).mul(3);
    expectClose(g, [x.mul(12).mul(u).add(cross.mul(v)), cross.mul(u).add(z.mul(x).mul(6).mul(v))]);
    expect([y, ...g].some((t) => t.requiresGrad)).toBe(false);
  });

  it("scalar: takes any shape of one element, and needs no v for an input of one element", () => {
    const a = random([4, 4], 12);

    const odd = (q: Tensor): Tensor => cubes(q).reshape([1, 1, 1]);
    const [y, g] = product(odd, a, a);
    expect(y.shape).toEqual([1, 1, 1]);
    expectClose(g, a.mul(a).mul(6));
    expectClose(product(cubes, f64(2))[1], f64(12));
    expectClose(product((q: Tensor) => cubes(q.expand([4])), f64([2]))[1], f64([48]));
  });

  it("create_graph: is differentiable by inputs and by v, also inside another function", () => {
    const a = random(3, 13).requiresGrad_();
    const b = random(3, 14).requiresGrad_();
    const v = random(3, 15).requiresGrad_();
    const single = (q: Tensor, u: Tensor): Tensor =>
      product((p: Tensor) => p.sin().prod(), q, u, { createGraph: true })[1];

    expect(single(a, v).requiresGrad).toBe(true);
    expect(gradcheck(single, [a, v])).toBe(true);
    expect(gradgradcheck(single, [a, v])).toBe(true);

    const nested = (p: Tensor, q: Tensor, u: Tensor): Tensor => {
      const [y, [g, h]] = product(mixed, [p.sin(), q], [u.cos(), u], { createGraph: true });
      return y.exp().add(g.mul(h).sum()).add(p.prod());
    };
    expect(gradcheck(nested, [a, b, v])).toBe(true);
    expect(gradgradcheck(nested, [a, b, v], { fastMode: true })).toBe(true);
  });

  it("leads by the tape to the third derivative", () => {
    const w = f64([0.5, 1.5], true);

    const [, g] = product(cubes, w, f64([1, 1]), { createGraph: true });

    expectClose(grad(g.sum(), w), f64([6, 6]));
  });
});
