import { noGrad, type Tensor, grad as tapeGrad } from "@cotangent/core";
import { describe, expect, it } from "vitest";
import {
  grad,
  hessian,
  hvp,
  jacfwd,
  jacobian,
  jacrev,
  jvp,
  linearize,
  pullback,
  vhp,
  vjp,
  vmap,
} from "../src/index.ts";
import { checkAfterEach, expectClose, f64, random, shapes } from "./support.ts";

checkAfterEach();

interface Params {
  w: Tensor;
  layers: [Tensor, { b: Tensor }];
}
const params: Params = { w: random([2, 3], 1), layers: [random(2, 2), { b: random([], 3) }] };
const tangents: Params = { w: random([2, 3], 4), layers: [random(2, 5), { b: random([], 6) }] };
const pair: [Tensor, Tensor] = [random(3, 7), random(2, 8)];

const f = (p: Params, [input, scale]: readonly [Tensor, Tensor]) => ({
  hidden: p.w.mv(input).add(p.layers[0]).tanh(),
  rest: [p.layers[1].b.mul(scale)] as [Tensor],
});
const loss = (p: Params, q: readonly [Tensor, Tensor]): Tensor => {
  const { hidden, rest } = f(p, q);
  return hidden.mul(rest[0]).sum().add(p.w.pow(3).sum());
};
const inputs: [Params, [Tensor, Tensor]] = [params, pair];
const v: [Params, [Tensor, Tensor]] = [tangents, [random(3, 9), random(2, 10)]];
const cotangents = { hidden: random(2, 11), rest: [random(2, 12)] as [Tensor] };

const leaves = (t: [Params, [Tensor, Tensor]]): Tensor[] => [
  t[0].w,
  t[0].layers[0],
  t[0].layers[1].b,
  ...t[1],
];
const flat = (...[w, first, b, x, s]: Tensor[]): [Tensor, Tensor] => {
  const { hidden, rest } = f({ w: w!, layers: [first!, { b: b! }] }, [x!, s!]);
  return [hidden, rest[0]];
};

describe("trees", () => {
  it("give in vjp, jvp, linearize and pullback what flat lists give", () => {
    const [, g] = vjp(f, inputs, cotangents);
    const [y, dot] = jvp(f, inputs, v);

    expect(shapes(g)).toEqual(shapes(inputs));
    expectClose(leaves(g), vjp(flat, leaves(inputs), [cotangents.hidden, cotangents.rest[0]])[1]);
    expectClose([dot.hidden, dot.rest[0]], jvp(flat, leaves(inputs), leaves(v))[1]);
    expectClose(y, f(...inputs));
    expectClose(linearize(f, inputs)[1](...v), dot);
    expectClose(pullback(f, inputs)[1](cotangents), g);
  });

  it("give in jacobian, jacrev and jacfwd the inputs' structure in the outputs'", () => {
    const J = jacobian(f, inputs);
    const of = (out: number[]) => [
      { w: [...out, 2, 3], layers: [[...out, 2], { b: out }] },
      [
        [...out, 3],
        [...out, 2],
      ],
    ];

    expect(shapes(J)).toEqual({ hidden: of([2]), rest: [of([2])] });
    const rows = jacobian(flat, leaves(inputs));
    expectClose(leaves(J.hidden), rows[0]);
    expectClose(leaves(J.rest[0]), rows[1]);
    for (const jac of [jacrev, jacfwd as typeof jacrev])
      expectClose(jac(f, { argnums: [0, 1] })(...inputs), J);
    expectClose(jacobian(f, inputs, { strategy: "forward-mode", chunkSize: 4 }), J);
    expectClose(jacobian(f, inputs, { strategy: "auto", strict: false }), J);
  });

  it("give in hessian, vhp and hvp the inputs' structure, twice or once", () => {
    const H = hessian(loss, inputs);
    const other = hessian(loss, inputs, { outerJacobianStrategy: "forward-mode" });

    expectClose(other, H);
    expect(shapes(H[0].layers[1].b)).toEqual(shapes(inputs));
    expect(H[0].w[1][0].shape).toEqual([2, 3, 3]);
    const Hv = hvp(loss, inputs, v)[1];
    expectClose(vhp(loss, inputs, v)[1], Hv);
    const slope = (...args: typeof inputs) => grad(loss, { argnums: [0, 1] })(...args);
    expectClose(jvp(slope, inputs, v)[1], Hv);
  });

  it("give under vmap a leading axis to each leaf", () => {
    const rows = { w: random([4, 2, 3], 13), layers: [random([4, 2], 14), { b: random(4, 15) }] };
    const mapped = vmap(f, { inDims: [0, null] })(rows as Params, pair);

    expect(shapes(mapped)).toEqual({ hidden: [4, 2], rest: [[4, 2]] });
  });

  it("may list their keys in another order", () => {
    const sum = ({ a, b }: { a: Tensor; b: Tensor }) => ({ c: a.mul(2), d: b.mul(3) });
    const [a, b] = [random(2, 16), random(2, 17)];

    expectClose(jvp(sum, { a, b }, { b: a, a: b })[1], { c: b.mul(2), d: a.mul(3) });
    expectClose(vjp(sum, { a, b }, { d: a, c: b })[1], { a: b.mul(2), b: a.mul(3) });
  });

  it("may be frozen, and stay as they are", () => {
    const frozen = Object.freeze({ a: f64([1, 2]), list: Object.freeze([f64([3, 4])]) });

    const [, g] = vjp((p: typeof frozen) => p.a.mul(p.list[0]!), frozen, f64([1, 1]));

    expectClose(g, { a: f64([3, 4]), list: [f64([1, 2])] });
  });
});

describe("captured tensors", () => {
  const x = f64([1, 2], true);
  const product = (q: Tensor): Tensor => q.mul(x);

  it("are constants, also when they are the input itself", () => {
    const plain = x.detach();

    expectClose(vjp(product, x, f64([1, 1]))[1], plain);
    expectClose(jvp(product, x, f64([1, 1]))[1], plain);
    expectClose(
      jacobian((q: Tensor) => q.mul(x).sum(), x),
      plain,
    );
    expectClose(
      jacobian((q: Tensor) => q.mul(x).sum(), x, { strategy: "forward-mode" }),
      plain,
    );
  });

  it("are reached by the tape through results that are linked", () => {
    const w = f64([3, 4], true);
    const v = f64([1, 10]);
    const cube = (q: Tensor): Tensor => q.mul(w.pow(3));
    const expected = noGrad(() => w.pow(2).mul(3).mul(v));

    const linked = { createGraph: true };
    const results = [
      vjp(cube, x, v, linked)[1],
      jvp(cube, x, v, linked)[1],
      linearize(cube, x)[1](v),
      pullback(cube, x)[1](v),
      jacobian(cube, x, linked).mv(v),
      jacobian(cube, x, { ...linked, strategy: "forward-mode" }).mv(v),
    ];

    for (const result of results) expectClose(tapeGrad(result.sum(), w), expected);
  });
});

describe("createGraph false", () => {
  it("cuts results inside another transform, in every function", () => {
    const x = f64([0.5, 1.5]);
    const v = f64([1, 1]);
    const cut = { createGraph: false };
    const cube = (q: Tensor): Tensor => q.pow(3).sum();
    const inner: ((q: Tensor) => Tensor)[] = [
      (q) => vjp(cube, q, undefined, cut)[1],
      (q) => jvp((p: Tensor) => p.pow(3), q, v, cut)[1],
      (q) => jacobian(cube, q, cut),
      (q) => jacobian(cube, q, { ...cut, strategy: "forward-mode" }),
      (q) => hessian(cube, q, cut).sum(1),
      (q) => hessian(cube, q, { ...cut, outerJacobianStrategy: "forward-mode" }).sum(1),
      (q) => vhp(cube, q, v, cut)[1],
      (q) => hvp(cube, q, v, cut)[1],
    ];

    for (const f of inner) {
      expectClose(vjp(f, x, v)[1], x.mul(0));
      expectClose(jvp(f, x, v)[1], x.mul(0));
      expect(vmap((q: Tensor) => f(q.expand([2])))(x).shape).toEqual([2, 2]);
    }
  });
});

describe("dtypes", () => {
  it("of a product are those of its side", () => {
    const single = f64([1, 2]).astype("float32");
    const widen = (q: Tensor): Tensor => q.astype("float64");

    expect(jvp(widen, single, single)[1].dtype).toBe("float64");
    expect(vjp(widen, single, f64([1, 2]))[1].dtype).toBe("float32");
  });

  it("without derivative in outputs give zeros", () => {
    const f = (q: Tensor): Tensor[] => [q.sin(), q.gt(1), q.astype("int32")];
    const x = f64([1, 2]);

    for (const strategy of ["reverse-mode", "forward-mode", "auto"] as const) {
      const [, b, n] = jacobian(f, x, { strategy });
      expectClose(
        [b, n],
        Array(2).fill(
          f64([
            [0, 0],
            [0, 0],
          ]),
        ),
      );
    }
    expect(jvp(f, x, x)[1].map((t) => t.dataSync().some(Boolean))).toEqual([true, false, false]);
  });
});
