import { ArgumentError, eye, GradError, noGrad, type Tensor, zeros } from "@cotangent/core";
import { describe, expect, it } from "vitest";
import {
  gradcheck,
  gradgradcheck,
  type JacobianOptions,
  jacobian,
  jvp,
  vjp,
} from "../src/index.ts";
import { checkAfterEach, expectClose, f64, loose, random, shapes } from "./support.ts";

checkAfterEach();

const modes: readonly JacobianOptions[] = [
  {},
  { vectorize: false },
  { chunkSize: 3 },
  { strategy: "forward-mode" },
  { strategy: "forward-mode", vectorize: false },
  { strategy: "forward-mode", chunkSize: 3 },
  { strategy: "auto" },
  { strategy: "auto", chunkSize: 2 },
];

const expRows = (x: Tensor): Tensor => x.exp().sum(1);
const identity = (n: number): Tensor => eye(n, { dtype: "float64" });
const none = (shape: readonly number[]): Tensor => zeros(shape, { dtype: "float64" });
/** Of x[i] in row i, and zeros: the Jacobian of functions of each row. */
const byRow = (x: Tensor): Tensor => identity(x.shape[0]!).unsqueeze(-1).mul(x);
const disconnected = (a: Tensor): Tensor =>
  a.astype("int32").astype("float64").requiresGrad_().clone();

describe.each(modes)("jacobian %o", (options) => {
  it("err_check: refuses what is no tensor, and interleaves the structures", () => {
    const [a, b] = [random(4, 1), random(3, 2)];
    const half = (q: Tensor): Tensor => q.narrow(0, 0, 3).mul(3);
    const two = (p: Tensor, q: Tensor): [Tensor, Tensor] => [p.mul(3), q.exp().mul(p.sum())];

    expect(() => loose(jacobian)(half, [a, 2], options)).toThrow(ArgumentError);
    expect(() => loose(jacobian)((q: Tensor) => [half(q), "bar"], a, options)).toThrow(
      ArgumentError,
    );
    expect(shapes(jacobian(half, a, options))).toEqual([3, 4]);
    const J = jacobian(two, [a, b], options);
    expect(shapes(J)).toEqual([
      [
        [4, 4],
        [4, 3],
      ],
      [
        [3, 4],
        [3, 3],
      ],
    ]);
    expectClose(J[0], [identity(4).mul(3), none([4, 3])]);
  });

  it("err_check_strict: zeros or an error where there is no dependence", () => {
    const a = random(4, 4);

    for (const f of [(q: Tensor) => q.detach(), disconnected]) {
      expect(() => jacobian(f, a, { ...options, strict: true })).toThrow(GradError);
      expectClose(jacobian(f, a, options), none([4, 4]));
    }
    const clone = (q: Tensor): Tensor => q.clone();
    expect(() => jacobian(clone, a, { ...options, strict: true, createGraph: true })).toThrow(
      "the jacobian of the function is independent of input 0",
    );
    expectClose(jacobian(clone, a, { ...options, createGraph: true }), identity(4));
  });

  it("err_check_strict_vectorize: strict works in every mode", () => {
    const a = random([4, 4], 5);

    expectClose(jacobian(expRows, a, { ...options, strict: true }), byRow(a.exp()));
    expect(() =>
      jacobian((p: Tensor, q: Tensor) => [p, p.mul(q)], [a, a], { ...options, strict: true }),
    ).toThrow("output 0 of the function is independent of input 1");
  });

  it("no_grad: works, and links only by createGraph", () => {
    const a = random([4, 4], 6).requiresGrad_();

    const J = noGrad(() => jacobian(expRows, a, options));
    expect(J.requiresGrad).toBe(false);
    expectClose(
      J,
      noGrad(() => byRow(a.exp())),
    );
    expect(noGrad(() => jacobian(expRows, a, { ...options, createGraph: true })).requiresGrad).toBe(
      true,
    );
  });

  it("output: values for one and two inputs, without history", () => {
    const [a, b] = [random([4, 4], 8).requiresGrad_(), random([4, 4], 9)];

    const J = jacobian(expRows, a, options);
    expect(J.requiresGrad).toBe(false);
    expectClose(J, byRow(a.detach().exp()));
    expectClose(
      jacobian((q: Tensor) => q.clone(), random(4, 1), options),
      identity(4),
    );
    const rows = (p: Tensor, q: Tensor): Tensor => p.mul(2).add(q.exp()).sum(1);
    const twos = f64(Array(4).fill([2, 2, 2, 2]));
    expectClose(jacobian(rows, [a, b], options), [byRow(twos), byRow(b.exp())]);
  });

  it("scalar: has the input's shape for a 0-d output, and the output's for a 0-d input", () => {
    const a = random([4, 4], 10);

    expectClose(
      jacobian((q: Tensor) => q.pow(2).sum(), a, options),
      a.mul(2),
    );
    expectClose(
      jacobian((q: Tensor) => q.expand([4]).mul(2), f64(3), options),
      f64([2, 2, 2, 2]),
    );
    expectClose(
      jacobian((q: Tensor) => q.exp(), f64(0), options),
      f64(1),
    );
  });

  it("create_graph: is differentiable, for one and two inputs, also inside another function", () => {
    const [a, b] = [random([2, 2], 11).requiresGrad_(), random([2, 2], 12).requiresGrad_()];
    const o = { ...options, createGraph: true };
    const single = (p: Tensor): Tensor => jacobian(expRows, p, o);
    const double = (p: Tensor, q: Tensor): readonly Tensor[] =>
      jacobian((s: Tensor, t: Tensor) => s.mul(t.sin()).sum(1), [p, q], o);
    const nested = (p: Tensor, q: Tensor): Tensor => {
      const [J, K] = double(p.cos(), q);
      return J!.sin().add(K!.mul(K!)).sum().add(q.prod());
    };

    for (const check of [gradcheck, gradgradcheck]) {
      expect(check(single, a, { fastMode: true })).toBe(true);
      expect(check(double, [a, b], { fastMode: true })).toBe(true);
      expect(check(nested, [a, b], { fastMode: true })).toBe(true);
    }
  });

  it("vectorize_correctness_simple", () => {
    const a = random([2, 3], 13);

    const J = jacobian((q: Tensor) => q.mul(q).sub(1), a, options);

    expectClose(J, identity(6).mul(a.flatten()).mul(2).reshape([2, 3, 2, 3]));
  });

  it("vectorize_correctness_multi_input", () => {
    const [a, b] = [random([2, 3], 14), random([3, 2], 15)];

    const [A, B] = jacobian((p: Tensor, q: Tensor) => p.matmul(q), [a, b], options);

    expectClose(
      A,
      identity(2)
        .reshape([2, 1, 2, 1])
        .mul(b.T.reshape([1, 2, 1, 3])),
    );
    expectClose(
      B,
      identity(2)
        .reshape([1, 2, 1, 2])
        .mul(a.reshape([2, 1, 3, 1])),
    );
  });

  it("vectorize_correctness_multi_input_multi_output", () => {
    const [a, b] = [random(2, 16), random(3, 17)];
    const f = (p: Tensor, q: Tensor): [Tensor, Tensor] => [p.mul(q.sum()), q.mul(p.prod())];

    const J = jacobian(f, [a, b], options);

    const others = f64([a.select(0, 1).item() as number, a.select(0, 0).item() as number]);
    expectClose(J, [
      [identity(2).mul(b.sum()), a.unsqueeze(1).expand([2, 3])],
      [b.unsqueeze(1).mul(others), identity(3).mul(a.prod())],
    ]);
  });

  it("vectorize_correctness_unrelated_outputs", () => {
    const [a, b] = [random(2, 18), random(3, 19)];
    const f = (p: Tensor, q: Tensor): readonly Tensor[] => [p, q, p.detach(), f64([1])];

    expectClose(jacobian(f, [a, b], options), [
      [identity(2), none([2, 3])],
      [none([3, 2]), identity(3)],
      [none([2, 2]), none([2, 3])],
      [none([1, 2]), none([1, 3])],
    ]);
  });

  it("vectorize_correctness_zero_dim", () => {
    const f = (p: Tensor, q: Tensor): readonly Tensor[] => [p.sin(), p.mul(q)];

    expectClose(jacobian(f, [f64(2), f64([3, 4])], options), [
      [f64(Math.cos(2)), none([2])],
      [f64([3, 4]), identity(2).mul(2)],
    ]);
  });

  it("vectorize_correctness_different_dtype: the dtype is the input's in every mode", () => {
    const f = (p: Tensor, q: Tensor): readonly Tensor[] => [
      p.astype("float32"),
      q.astype("float64"),
    ];
    const single = f64([1, 2, 3]).astype("float32");

    const J = jacobian(f, [f64([1, 2]), single], options);

    const dtypes = J.map((row) => (row as unknown as Tensor[]).map((block) => block.dtype));
    expect(dtypes).toEqual([
      ["float64", "float32"],
      ["float64", "float32"],
    ]);
    expectClose(J[0]![0 as never], identity(2));
  });

  it("match_vjp_jvp: multiplies vectors as vjp and jvp do", () => {
    const f = (q: Tensor): Tensor => q.pow(3).add(q.sum());
    const [a, v] = [random(4, 20), random(4, 21)];

    const J = jacobian(f, a, options);

    expectClose(jvp(f, a, v)[1], J.mv(v));
    expectClose(vjp(f, a, v)[1], J.T.mv(v));
  });
});
