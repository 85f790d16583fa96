import { enableGrad, GradError, grad, noGrad, type Tensor } from "@cotangent/core";
import { describe, expect, it } from "vitest";
import {
  grad as gradOf,
  hvp,
  type JacobianOptions,
  jacobian,
  jvp,
  vhp,
  vjp,
  vmap,
} from "../src/index.ts";
import { checkAfterEach, expectClose, f64, type Loose, loose, random } from "./support.ts";

checkAfterEach();

const x = f64([0.5, 1.5]);
const y = f64([1, 2]);

/** What strict says: nothing is wrong, or a part of the message. */
type Answer = string | null;

interface Case {
  readonly f: Loose;
  readonly inputs: readonly Tensor[];
  readonly plain: Answer;
  readonly second: Answer;
  /** Where jacobian looks at every pair of an output and an input. */
  readonly pairs?: { readonly plain: Answer; readonly second: Answer };
}

const NO_GRAPH = "output 0 of the function does not depend on the inputs";
const FLAT = "the jacobian of the function is independent of input 0";
const nowhere = { plain: NO_GRAPH, second: NO_GRAPH };
const constant = { plain: null, second: FLAT };
const fine = { plain: null, second: null };
const of1 = (f: (q: Tensor) => unknown) => ({ f: loose(f), inputs: [x] });
const of2 = (f: (p: Tensor, q: Tensor) => unknown) => ({ f: loose(f), inputs: [x, y] });

const cases: Readonly<Record<string, Case>> = {
  clone: { ...of1((q) => q.clone()), ...constant },
  "the input itself": { ...of1((q) => q), ...constant },
  detach: { ...of1((q) => q.sin().detach()), ...nowhere },
  noGrad: { ...of1((q) => noGrad(() => q.sin())), ...nowhere },
  "another tensor": { ...of1(() => f64([1, 2])), ...nowhere },
  linear: { ...of1((q) => q.mul(3)), ...constant },
  square: { ...of1((q) => q.mul(q)), ...fine },
  "steps, whose derivative is zero": { ...of1((q) => q.floor()), ...constant },
  comparison: { ...of1((q) => q.gt(1).astype("float64")), ...nowhere },
  "a product with zero": { ...of1((q) => q.sin().mul(0)), ...fine },
  "ops under vmap": { ...of1((q) => vmap((p: Tensor) => p.sin())(q)), ...fine },
  "a product of both": { ...of2((p, q) => p.mul(q)), ...fine },
  "an input that is not used": {
    ...of2((p) => p.sin()),
    plain: "the output of the function is independent of input 1",
    second: "the output of the function is independent of input 1",
    pairs: {
      plain: "output 0 of the function is independent of input 1",
      second: "output 0 of the function is independent of input 1",
    },
  },
  "linear in one input": {
    ...of2((p, q) => p.sin().add(q)),
    plain: null,
    second: "the jacobian of the function is independent of input 1",
  },
  "a constant second output": {
    ...of1((q) => [q.sin(), f64([1])]),
    plain: "output 1 of the function",
    second: "output 1 of the function",
  },
  "two outputs, each of one input": {
    ...of2((p, q) => [p.sin(), q.sin()]),
    ...fine,
    pairs: {
      plain: "output 0 of the function is independent of input 1",
      second: "output 0 of the function is independent of input 1",
    },
  },
  "two outputs, one of them linear": {
    ...of2((p, q) => [p.sin().mul(q), p.add(q)]),
    ...fine,
    pairs: constant,
  },
};

const blockModes: readonly JacobianOptions[] = [
  {},
  { chunkSize: 1 },
  { chunkSize: 3 },
  { vectorize: false },
  { strategy: "forward-mode" },
  { strategy: "forward-mode", chunkSize: 1 },
  { strategy: "forward-mode", chunkSize: 3 },
  { strategy: "auto" },
];

interface Run {
  readonly name: string;
  readonly pairs: boolean;
  run(f: Loose, inputs: readonly Tensor[], options: object): unknown;
}

/** Cotangents of ones in the structure of the outputs. */
const onesOf = (tree: unknown): unknown =>
  Array.isArray(tree)
    ? tree.map((t: Tensor) => t.detach().mul(0).add(1))
    : (tree as Tensor).detach().mul(0).add(1);

const runs: readonly Run[] = [
  {
    name: "vjp",
    pairs: false,
    run: (f, inputs, options) => loose(vjp)(f, inputs, onesOf(f(...inputs)), options),
  },
  {
    name: "jvp",
    pairs: false,
    run: (f, inputs, options) => loose(jvp)(f, inputs, onesOf(inputs), options),
  },
  ...blockModes.map((mode) => ({
    name: `jacobian ${JSON.stringify(mode)}`,
    pairs: true,
    run: (f: Loose, inputs: readonly Tensor[], options: object) =>
      loose(jacobian)(f, inputs, { ...mode, ...options }),
  })),
];

function expectAnswer(run: () => unknown, answer: Answer): void {
  if (answer === null) return void expect(run).not.toThrow();
  expect(run).toThrow(answer);
  expect(run).toThrow(GradError);
}

describe.each(runs)("strict $name", ({ run, pairs }) => {
  it.each(Object.entries(cases))("%s", (_, c) => {
    const { plain, second } = (pairs && c.pairs) || c;

    expectAnswer(() => run(c.f, c.inputs, { strict: true }), plain);
    expectAnswer(() => run(c.f, c.inputs, { strict: true, createGraph: true }), second);
    expect(() => run(c.f, c.inputs, { createGraph: true })).not.toThrow();
  });

  it("gives what it gives without strict", () => {
    const f = loose((q: Tensor) => q.sin().mul(q));

    expectClose(run(f, [x], { strict: true }), run(f, [x], {}));
    expectClose(run(f, [x], { strict: true, createGraph: true }), run(f, [x], {}));
  });
});

describe.each([
  ["vhp", vhp],
  ["hvp", hvp],
] as const)("strict %s", (_, product) => {
  const v = f64([1, 1]);
  const ask = (f: (q: Tensor) => Tensor, createGraph: boolean) => () =>
    product(f, x, v, { strict: true, createGraph });
  const jacobianFlat = "the jacobian of the function with respect to input 0";

  it.each([
    ["detach", (q: Tensor) => q.detach().sum(), NO_GRAPH, NO_GRAPH],
    ["linear", (q: Tensor) => q.sum(), jacobianFlat, jacobianFlat],
    ["square", (q: Tensor) => q.mul(q).sum(), null, "the hessian of the function"],
    ["cube", (q: Tensor) => q.pow(3).sum(), null, null],
  ] as const)("%s", (_name, f, plain, second) => {
    expectAnswer(ask(f, false), plain);
    expectAnswer(ask(f, true), second);
  });

  it("says which input the Jacobian does not depend on", () => {
    const f = (p: Tensor, q: Tensor): Tensor => p.pow(3).sum().add(q.sum());

    expect(() => product(f, [x, y], [v, v], { strict: true })).toThrow(
      "the jacobian of the function with respect to input 1 is independent of the inputs",
    );
  });
});

describe("noGrad, detach and createGraph", () => {
  const slope = (f: (q: Tensor) => Tensor): Tensor => vjp((q: Tensor) => f(q).sum(), x)[1];
  const turned = (f: (q: Tensor) => Tensor): Tensor => jvp(f, x, f64([1, 1]))[1];
  const zeros = f64([0, 0]);

  it("ignores noGrad outside, and respects it inside, in reverse mode", () => {
    expectClose(
      noGrad(() => slope((q) => q.sin())),
      x.cos(),
    );
    expectClose(
      slope((q) => noGrad(() => q.sin())),
      zeros,
    );
    expectClose(
      slope((q) => noGrad(() => enableGrad(() => q.sin()))),
      x.cos(),
    );
    expectClose(
      slope((q) => noGrad(() => vjp((p: Tensor) => p.sin().sum(), q)[1])),
      zeros,
    );
  });

  it("does not turn forward mode off by noGrad, but cuts it by detach", () => {
    expectClose(
      turned((q) => noGrad(() => q.sin())),
      x.cos(),
    );
    expectClose(
      turned((q) => noGrad(() => vjp((p: Tensor) => p.sin().sum(), q)[1])),
      x.sin().neg(),
    );
    expectClose(
      turned((q) => q.sin().detach()),
      zeros,
    );
    expectClose(turned(vmap((p: Tensor) => gradOf((r) => r.mul(r.detach()))(p))), zeros);
  });

  it("keeps the batch in detach", () => {
    expectClose(vmap((p: Tensor) => p.sin().detach())(x), x.sin());
  });

  it("links by an explicit createGraph also under noGrad inside a transform", () => {
    const inner = (q: Tensor): Tensor =>
      noGrad(() => vjp((p: Tensor) => p.sin().sum(), q, undefined, { createGraph: true })[1]);

    expectClose(slope(inner), x.sin().neg());
  });

  it.each(blockModes)(
    "differentiates through a linked Jacobian %o, with and without strict",
    (mode) => {
      const w = f64([0.5, 1.5], true);
      const expected = x.cos().mul(2).sub(x.mul(x.sin()));

      for (const strict of [false, true]) {
        const J = noGrad(() =>
          jacobian((q: Tensor) => q.sin().mul(q), w, { ...mode, strict, createGraph: true }),
        );
        expectClose(grad(J.sum(), w), expected);
      }
    },
  );

  it("gives results without history, also of captured tensors, unless createGraph links them", () => {
    const w = random(2, 1).requiresGrad_();
    const scaled = (q: Tensor): Tensor => q.mul(w);
    const [out, g] = vjp(scaled, x, y);

    expect([out.requiresGrad, g.requiresGrad]).toEqual([false, false]);
    const linked = vjp(scaled, x, y, { createGraph: true });
    expect(linked.map((t) => t.requiresGrad)).toEqual([true, true]);
  });
});
