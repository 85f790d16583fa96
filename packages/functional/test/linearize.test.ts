import { ArgumentError, DTypeError, grad, ShapeError, type Tensor } from "@cotangent/core";
import { describe, expect, it } from "vitest";
import { jvp, linearize, pullback, vjp, vmap } from "../src/index.ts";
import { checkAfterEach, expectClose, f64, type Loose, loose, random } from "./support.ts";

checkAfterEach();

const f = (x: Tensor, y: Tensor): { sum: Tensor; rest: [Tensor] } => ({
  sum: x.sin().mul(y),
  rest: [x.exp().sum()],
});

describe("linearize", () => {
  const inputs: [Tensor, Tensor] = [random(3, 1), random(3, 2)];

  it("basic: the function it returns is jvp at that point", () => {
    const [, push] = linearize(f, inputs);

    for (const seed of [3, 4, 5]) {
      const v: [Tensor, Tensor] = [random(3, seed), random(3, seed + 10)];
      expectClose(push(...v), jvp(f, inputs, v)[1]);
    }
  });

  it("return: gives outputs and a function, in their structures", () => {
    const [y, push] = linearize(f, inputs);

    expectClose(y, f(...inputs));
    expectClose(
      push(random(3, 6), random(3, 7)).rest,
      jvp(f, inputs, [random(3, 6), random(3, 7)])[1].rest,
    );
  });

  it("calls func once, however often it is pushed", () => {
    let calls = 0;
    const [, push] = linearize(
      (q: Tensor) => {
        calls++;
        return q.sin();
      },
      f64([1, 2]),
    );

    push(f64([1, 0]));
    push(f64([0, 1]));

    expect(calls).toBe(1);
  });

  it("takes one tangent for a tree that is no array", () => {
    const [, push] = linearize(({ a }: { a: Tensor }) => a.mul(a), { a: f64([1, 2]) });

    expectClose(push({ a: f64([1, 10]) }), f64([2, 40]));
  });

  it("checks count, shape and dtype of tangents", () => {
    const [, push] = linearize(f, inputs);
    const bad = loose(push);
    const v = random(3, 8);

    expect(() => bad(v)).toThrow(ArgumentError);
    expect(() => bad(v, v, v)).toThrow(ArgumentError);
    expect(() => bad(v, random(2, 9))).toThrow(ShapeError);
    expect(() => bad(v, v.astype("float32"))).toThrow(DTypeError);
    expect(() => bad(v, 3)).toThrow(ArgumentError);
  });

  it("gives zeros for outputs that do not depend on the inputs", () => {
    const [, push] = linearize((q: Tensor) => [f64([5]), q.detach()], f64([1, 2]));

    expectClose(push(f64([1, 1])), [f64([0]), f64([0, 0])]);
  });

  it("hands aux through", () => {
    const g = (q: Tensor) => [q.sin(), "note"] as const;

    const [y, push, aux] = linearize(g, f64([1]), { hasAux: true });

    expectClose([y, push(f64([1]))], [f64([Math.sin(1)]), f64([Math.cos(1)])]);
    expect(aux).toBe("note");
  });

  it("can be mapped over tangents, and differentiated in the point", () => {
    const rows = random([4, 2], 10);
    const [, push] = linearize((q: Tensor) => q.sin(), f64([1, 2]));
    expectClose(vmap(push as (t: Tensor) => Tensor)(rows), rows.mul(f64([1, 2]).cos()));

    const slope = (q: Tensor): Tensor => linearize((p: Tensor) => p.sin(), q)[1](f64([1, 1]));
    expectClose(vjp((q: Tensor) => slope(q).sum(), f64([1, 2]))[1], f64([1, 2]).sin().neg());
  });
});

describe("pullback", () => {
  it("pulls cotangents as vjp does, as often as asked, with one call of func", () => {
    const inputs: [Tensor, Tensor] = [random(3, 1), random(3, 2)];
    let calls = 0;
    const counted: typeof f = (x, y) => {
      calls++;
      return f(x, y);
    };

    const [y, pull] = pullback(counted, inputs);

    expectClose(y, f(...inputs));
    for (const seed of [3, 4]) {
      const v: ReturnType<typeof f> = { sum: random(3, seed), rest: [random([], seed)] };
      expectClose(pull(v), vjp(f, inputs, v)[1]);
    }
    expect(calls).toBe(1);
  });

  it("checks structure, shape and dtype of cotangents", () => {
    const [, pull] = pullback((q: Tensor) => [q.sin(), q.sum()] as const, f64([1, 2]));
    const bad: Loose = loose(pull);

    expect(() => bad(f64([1, 2]))).toThrow("pullback: cotangents must have the structure");
    expect(() => bad([f64([1, 2, 3]), f64(1)])).toThrow(ShapeError);
    expect(() => bad([f64([1, 2]).astype("float32"), f64(1)])).toThrow(DTypeError);
  });

  it("is linked to the caller's tensors", () => {
    const w = f64([0.5, 1.5], true);

    const [, pull] = pullback((q: Tensor) => q.pow(3), w);
    const g = pull(f64([1, 1]));

    expectClose(grad(g.sum(), w), f64([3, 9]));
  });

  it("works under vmap, with cotangents of each row", () => {
    const rows = random([4, 2], 5);
    const slopes = vmap((q: Tensor) => pullback((p: Tensor) => p.sin(), q)[1](f64([1, 1])))(rows);

    expectClose(slopes, rows.cos());
  });
});
