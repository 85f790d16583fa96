import {
  ArgumentError,
  eye,
  GradError,
  noGrad,
  ShapeError,
  type Tensor,
  zeros,
} from "@cotangent/core";
import { describe, expect, it } from "vitest";
import {
  gradcheck,
  gradgradcheck,
  type HessianOptions,
  hessian,
  hvp,
  jacfwd,
  jacrev,
  vhp,
  vmap,
} from "../src/index.ts";
import { checkAfterEach, expectClose, f64, loose, random, shapes } from "./support.ts";

checkAfterEach();

const modes: readonly HessianOptions[] = [
  {},
  { vectorize: false },
  { chunkSize: 3 },
  { outerJacobianStrategy: "forward-mode" },
  { outerJacobianStrategy: "forward-mode", vectorize: false },
  { outerJacobianStrategy: "forward-mode", chunkSize: 3 },
  { outerJacobianStrategy: "auto" },
];

const identity = (n: number): Tensor => eye(n, { dtype: "float64" });
const none = (shape: readonly number[]): Tensor => zeros(shape, { dtype: "float64" });
const cubes = (x: Tensor): Tensor => x.pow(3).sum();
const linear = (x: Tensor): Tensor => x.mul(3).sum();
const disconnected = (a: Tensor): Tensor =>
  a.astype("int32").astype("float64").requiresGrad_().sum();
const product = (x: Tensor, y: Tensor): Tensor => x.exp().mul(y).sum();

describe.each(modes)("hessian %o", (options) => {
  it("err_check: refuses inputs and outputs that do not fit, and interleaves the structure", () => {
    const [a, b] = [random(4, 1), random([2, 4], 2)];

    expect(() => loose(hessian)(cubes, [a, 2], options)).toThrow(ArgumentError);
    expect(() => loose(hessian)(() => 3, a, options)).toThrow(ArgumentError);
    expect(() => hessian((q: Tensor) => q.narrow(0, 0, 3), a, options)).toThrow(ShapeError);
    expect(() => loose(hessian)((q: Tensor) => [cubes(q), q], a, options)).toThrow(
      "it must return one Tensor",
    );
    expect(shapes(hessian(cubes, a, options))).toEqual([4, 4]);
    expect(shapes(hessian(product, [a, b], options))).toEqual([
      [
        [4, 4],
        [4, 2, 4],
      ],
      [
        [2, 4, 4],
        [2, 4, 2, 4],
      ],
    ]);
  });

  it("err_check_strict: zeros or an error where there is no second derivative", () => {
    const a = random(4, 3);

    for (const f of [(q: Tensor) => q.detach().sum(), disconnected, linear]) {
      expect(() => hessian(f, a, { ...options, strict: true })).toThrow(GradError);
      expectClose(hessian(f, a, options), none([4, 4]));
    }
    expect(() => hessian(linear, a, { ...options, strict: true })).toThrow(
      "the jacobian of the function with respect to input 0 is independent of the inputs",
    );
  });

  it("err_check_strict_vectorize: strict works in every mode", () => {
    const a = random(4, 4);

    expectClose(hessian(cubes, a, { ...options, strict: true }), identity(4).mul(a).mul(6));
  });

  it("no_grad: works, and links only by createGraph", () => {
    const a = random(4, 5).requiresGrad_();

    const H = noGrad(() => hessian(cubes, a, options));
    expect(H.requiresGrad).toBe(false);
    expectClose(
      H,
      noGrad(() => identity(4).mul(a).mul(6)),
    );
    expect(noGrad(() => hessian(cubes, a, { ...options, createGraph: true })).requiresGrad).toBe(
      true,
    );
  });

  it("output: values for one and two inputs, without history", () => {
    const [a, b] = [random(3, 6).requiresGrad_(), random(3, 7)];

    const H = hessian(product, [a, b], options);

    expect(H.flat().some((t) => t.requiresGrad)).toBe(false);
    const e = identity(3).mul(a.detach().exp());
    expectClose(H, [
      [e.mul(b), e],
      [e, none([3, 3])],
    ]);
  });

  it("scalar: takes a 0-d input, and any output shape of one element", () => {
    const a = random([2, 2], 8);

    expectClose(hessian(cubes, f64(2), options), f64(12));
    const odd = hessian((q: Tensor) => cubes(q).reshape([1, 1, 1]), a, options);
    expectClose(odd, identity(4).mul(a.flatten()).mul(6).reshape([2, 2, 2, 2]));
  });

  it("create_graph: is differentiable, for one and two inputs, also inside another function", () => {
    const [a, b] = [random(3, 9).requiresGrad_(), random(3, 10).requiresGrad_()];
    const o = { ...options, createGraph: true };
    const single = (p: Tensor): Tensor => hessian((q: Tensor) => q.sin().prod(), p, o);
    const nested = (p: Tensor, q: Tensor): Tensor => {
      const H = hessian(product, [p.cos(), q.sin()], o);
      return H[0][0].sin().add(H[0][1].mul(H[1][0])).sum();
    };

    for (const check of [gradcheck, gradgradcheck]) {
      expect(check(single, a, { fastMode: true })).toBe(true);
      expect(check(nested, [a, b], { fastMode: true })).toBe(true);
    }
  });

  it("vectorize_correctness_simple", () => {
    const a = random([2, 3], 11);

    const H = hessian((q: Tensor) => q.mul(q).sum().pow(2), a, options);

    const x = a.flatten();
    const expected = x
      .outer(x)
      .mul(8)
      .add(identity(6).mul(x.mul(x).sum()).mul(4));
    expectClose(H, expected.reshape([2, 3, 2, 3]));
  });

  it("vectorize_correctness_multi_input", () => {
    const [x, y, z] = [random(2, 12), random([2, 3], 13), random(3, 14)];
    const f = (p: Tensor, q: Tensor, r: Tensor): Tensor => p.dot(q.mv(r));

    const H = hessian(f, [x, y, z], options);

    expectClose([H[0][0], H[1][1], H[2][2]], [none([2, 2]), none([2, 3, 2, 3]), none([3, 3])]);
    expectClose([H[0][2], H[2][0]], [y, y.T]);
    expectClose(H[0][1], identity(2).unsqueeze(-1).mul(z));
    expectClose(H[2][1], identity(3).unsqueeze(1).mul(x.unsqueeze(1)));
  });

  it("vectorize_correctness_unrelated_outputs: to one input, and to all", () => {
    const [a, b] = [random(2, 15), random(3, 16)];

    expectClose(
      hessian((p: Tensor, _: Tensor) => cubes(p), [a, b], options),
      [
        [identity(2).mul(a).mul(6), none([2, 3])],
        [none([3, 2]), none([3, 3])],
      ],
    );
    expectClose(
      hessian((_p: Tensor, _q: Tensor) => f64(1), [a, b], options),
      [
        [none([2, 2]), none([2, 3])],
        [none([3, 2]), none([3, 3])],
      ],
    );
  });

  it("match_vhp_hvp: multiplies vectors as vhp and hvp do", () => {
    const f = (q: Tensor): Tensor => q.pow(3).sum().mul(q.sin().sum());
    const [a, v] = [random(4, 17), random(4, 18)];

    const H = hessian(f, a, options);

    expectClose(hvp(f, a, v)[1], H.mv(v));
    expectClose(vhp(f, a, v)[1], H.T.mv(v));
  });
});

describe("the Hessian as a function", () => {
  const f = (q: Tensor): Tensor => q.sin().prod();

  it("against_reference_simple, _multi_input and _unrelated_outputs: equals hessian", () => {
    const [a, b] = [random(3, 19), random(3, 20)];

    expectClose(jacfwd(jacrev(f))(a), hessian(f, a));
    const both = jacfwd(jacrev(product, { argnums: [0, 1] }), { argnums: [0, 1] });
    expectClose(both(a, b), hessian(product, [a, b]));
    const flat = (p: Tensor, _: Tensor): Tensor => cubes(p);
    const apart = jacfwd(jacrev(flat, { argnums: [0, 1] }), { argnums: [0, 1] });
    expectClose(apart(a, b), hessian(flat, [a, b]));
  });

  it("jacfwd_different_levels: jacfwd of jacrev and jacrev of jacrev agree under vmap", () => {
    const rows = random([5, 3], 21);

    expectClose(vmap(jacfwd(jacrev(f)))(rows), vmap(jacrev(jacrev(f)))(rows));
  });
});
