import {
  ArgumentError,
  defineFunction,
  GradError,
  noGrad,
  ShapeError,
  type Tensor,
} from "@cotangent/core";
import { describe, expect, it } from "vitest";
import { jacfwd, jvp } from "../src/index.ts";
import { checkAfterEach, expectClose, f64, loose, random } from "./support.ts";

checkAfterEach();

const x = random(3, 1);
const y = random(3, 2);
const t = random(3, 3);
const u = random(3, 4);

describe("jvp as a transform of functions", () => {
  it("simple", () => {
    expectClose(
      jvp((q: Tensor) => q.sin(), x, t),
      [x.sin(), x.cos().mul(t)],
    );
  });

  it("multiple_inputs", () => {
    const [out, dot] = jvp((p: Tensor, q: Tensor) => p.add(q.mul(q)), [x, y], [t, u]);

    expectClose([out, dot], [x.add(y.mul(y)), t.add(y.mul(u).mul(2))]);
  });

  it("pytree_inputs: a record is one argument, an array is spread", () => {
    const f = ({ a, b }: { a: Tensor; b: readonly Tensor[] }): Tensor => a.mul(b[0]!);
    const [, dot] = jvp(f, { a: x, b: [y] }, { a: t, b: [u] });
    const [, spread] = jvp(
      (p: { a: Tensor }, q: Tensor) => p.a.mul(q),
      [{ a: x }, y],
      [{ a: t }, u],
    );

    expectClose([dot, spread], Array(2).fill(t.mul(y).add(x.mul(u))));
  });

  it("pytree_inputs_error_cases: the structures must be the same", () => {
    const f = loose(({ a }: { a: Tensor }) => a.sin());

    expect(() => loose(jvp)(f, { a: x }, { b: t })).toThrow(
      "jvp: v must have the structure of the inputs",
    );
    expect(() => loose(jvp)(f, { a: x }, t)).toThrow(ArgumentError);
    expect(() => loose(jvp)(f, { a: x }, { a: [t] })).toThrow(ArgumentError);
    expect(() => loose(jvp)(f, { a: x }, { a: 3 })).toThrow(ArgumentError);
    expect(() => loose(jvp)(f, { a: 3 }, { a: t })).toThrow(ArgumentError);
  });

  it("unrelated_input and unrelated_output: zeros", () => {
    expectClose(jvp((p: Tensor, _q: Tensor) => p.mul(2), [x, y], [t, u])[1], t.mul(2));
    expectClose(
      jvp((_q: Tensor) => y, x, t),
      [y, y.mul(0)],
    );
    expectClose(jvp((q: Tensor) => [q, y], x, t)[1], [t, y.mul(0)]);
  });

  it("strict_mode: an unrelated output is an error", () => {
    expect(() => jvp((_q: Tensor) => y, x, t, { strict: true })).toThrow(GradError);
    expectClose(jvp((q: Tensor) => q.sin(), x, t, { strict: true })[1], x.cos().mul(t));
  });

  it("multiple_outputs, and any structure of them", () => {
    const [, dots] = jvp((q: Tensor) => ({ a: [q.sin(), q], b: { c: q.mul(2) } }), x, t);

    expectClose(dots, { a: [x.cos().mul(t), t], b: { c: t.mul(2) } });
  });

  it("new_tensor: tensors that the function makes have no tangent", () => {
    expectClose(jvp((q: Tensor) => q.mul(f64([1, 2, 3])).add(y), x, t)[1], t.mul(f64([1, 2, 3])));
  });

  it("length_mismatch: a tangent for each input", () => {
    const f = loose((p: Tensor, q: Tensor) => p.mul(q));

    expect(() => loose(jvp)(f, [x, y], [t])).toThrow(ArgumentError);
    expect(() => loose(jvp)(f, [x, y], [t, u, t])).toThrow(ArgumentError);
    expect(() => jvp((q: Tensor) => q, x, f64([1, 2]))).toThrow(ShapeError);
  });

  it("nonempty: at least one tensor", () => {
    expect(() => loose(jvp)(() => x, [], [])).toThrow("jvp: inputs hold no tensor");
    expect(() => loose(jvp)(() => [], x, t)).toThrow("jvp: the function returned no tensor");
  });

  it("tuples_of_tensors: the result of a list is a list", () => {
    expectClose(jvp((q: Tensor) => [q.sin()], [x], [t])[1], [x.cos().mul(t)]);
  });

  it("disable_fwd_grad: noGrad turns the tape off, not forward mode, outside and inside", () => {
    const expected = x.cos().mul(t);

    expectClose(noGrad(() => jvp((q: Tensor) => q.sin(), x, t))[1], expected);
    expectClose(jvp((q: Tensor) => noGrad(() => q.sin()), x, t)[1], expected);
    expectClose(
      noGrad(() => jvp((q: Tensor) => noGrad(() => q.sin()).add(q), x, t))[1],
      expected.add(t),
    );
    expectClose(jvp((q: Tensor) => q.sin().detach(), x, t)[1], t.mul(0));
  });

  it("jvp_inside_autograd_function: works in the rules of a function", () => {
    const cube = defineFunction({
      name: "cube",
      forward: (a: Tensor) => a.pow(3),
      vjp: (g, _out, [a]) => [jvp((p: Tensor) => p.pow(3), a, g)[1]],
    });

    expectClose(jvp((q: Tensor) => cube(q), x, t)[1], x.mul(x).mul(3).mul(t));
    expectClose(jacfwd((q) => cube(q).sum())(x), x.mul(x).mul(3));
  });

  it("nests without confusing the perturbations", () => {
    const slope = (f: (q: Tensor) => Tensor, at: Tensor): Tensor => jvp(f, at, f64(1))[1];

    const result = slope((p) => p.mul(slope((q) => p.add(q), f64(1))), f64(3));

    expectClose(result, f64(1));
  });
});
