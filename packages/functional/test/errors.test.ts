import { CotangentError, noGrad, type Tensor, tensor } from "@cotangent/core";
import { describe, expect, it } from "vitest";
import * as functional from "../src/index.ts";
import { checkAfterEach, expectUnwound, f64, type Loose, loose } from "./support.ts";

checkAfterEach();

type Name = keyof typeof functional;
const functions: Readonly<Record<Name, unknown>> = functional;
const call = (name: Name, ...args: unknown[]): unknown => loose(functions[name])(...args);
const made = (name: Name, ...args: unknown[]): Loose => call(name, ...args) as Loose;

/** What is thrown, with its class; whatever is thrown leaves no transform open. */
function thrown(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(CotangentError);
    expectUnwound();
    return String(error);
  }
  throw new Error("nothing was thrown");
}

const x = f64([1, 2]);
const sum = (q: Tensor): Tensor => q.sum();
const sin = (q: Tensor): Tensor => q.sin();
const direct = ["vjp", "jvp", "jacobian", "hessian", "vhp", "hvp"] as const;
const transforms = ["grad", "valueAndGrad", "jacrev", "jacfwd"] as const;
const split = ["linearize", "pullback"] as const;

/** The vector, for functions that take one. */
const vector = (name: Name, v: unknown): unknown[] =>
  ["vjp", "jvp", "vhp", "hvp"].includes(name) ? [v] : [];

const withInputs = (run: (name: Name) => unknown): string[] =>
  [...direct, ...split].map((name) => thrown(() => run(name)));
const withArguments = (run: (name: Name) => unknown): string[] =>
  transforms.map((name) => thrown(() => run(name)));

describe("a func that is no function", () => {
  it("of inputs", () => {
    expect(withInputs((name) => call(name, "sin", x, ...vector(name, x)))).toMatchInlineSnapshot(`
      [
        "ArgumentError: vjp: func is "sin"; pass a function of tensors",
        "ArgumentError: jvp: func is "sin"; pass a function of tensors",
        "ArgumentError: jacobian: func is "sin"; pass a function of tensors",
        "ArgumentError: hessian: func is "sin"; pass a function of tensors",
        "ArgumentError: vhp: func is "sin"; pass a function of tensors",
        "ArgumentError: hvp: func is "sin"; pass a function of tensors",
        "ArgumentError: linearize: func is "sin"; pass a function of tensors",
        "ArgumentError: pullback: func is "sin"; pass a function of tensors",
      ]
    `);
  });

  it("of arguments", () => {
    expect(withArguments((name) => made(name, 3)(x))).toMatchInlineSnapshot(`
      [
        "ArgumentError: grad: func is 3; pass a function of tensors",
        "ArgumentError: valueAndGrad: func is 3; pass a function of tensors",
        "ArgumentError: jacrev: func is 3; pass a function of tensors",
        "ArgumentError: jacfwd: func is 3; pass a function of tensors",
      ]
    `);
  });
});

describe("inputs", () => {
  it("that hold no tensor, or something else", () => {
    expect([
      ...withInputs((name) => call(name, sum, [], ...vector(name, []))),
      thrown(() => call("jacobian", sum, {})),
      thrown(() => call("jacobian", sum, [x, 3])),
      thrown(() => call("vjp", sum, { w: x, n: "two" })),
      thrown(() => call("hessian", sum, [[1, 2]])),
      thrown(() => call("jvp", sum, undefined)),
      thrown(() => call("vhp", sum, null)),
      thrown(() => call("hvp", sum, new Float32Array(2))),
      thrown(() => call("linearize", sum, new Map([["w", x]]))),
      thrown(() => call("pullback", sum, [x, sin])),
    ]).toMatchInlineSnapshot(`
      [
        "ArgumentError: vjp: inputs hold no tensor; pass at least one",
        "ArgumentError: jvp: inputs hold no tensor; pass at least one",
        "ArgumentError: jacobian: inputs hold no tensor; pass at least one",
        "ArgumentError: hessian: inputs hold no tensor; pass at least one",
        "ArgumentError: vhp: inputs hold no tensor; pass at least one",
        "ArgumentError: hvp: inputs hold no tensor; pass at least one",
        "ArgumentError: linearize: inputs hold no tensor; pass at least one",
        "ArgumentError: pullback: inputs hold no tensor; pass at least one",
        "ArgumentError: jacobian: inputs hold no tensor; pass at least one",
        "ArgumentError: jacobian: inputs[1] is 3; a tree holds tensors in arrays and records",
        "ArgumentError: vjp: inputs.n is "two"; a tree holds tensors in arrays and records",
        "ArgumentError: hessian: inputs[0][0] is 1; a tree holds tensors in arrays and records",
        "ArgumentError: jvp: inputs is undefined; a tree holds tensors in arrays and records",
        "ArgumentError: vhp: inputs is null; a tree holds tensors in arrays and records",
        "ArgumentError: hvp: inputs is an object; a tree holds tensors in arrays and records",
        "ArgumentError: linearize: inputs is an object; a tree holds tensors in arrays and records",
        "ArgumentError: pullback: inputs[1] is a function; a tree holds tensors in arrays and records",
      ]
    `);
  });

  it("of a dtype without derivative", () => {
    const n = tensor(new Int32Array([1, 2]));
    expect([
      ...withInputs((name) => call(name, sum, [{ n }], ...vector(name, [{ n }]))),
      ...withArguments((name) => made(name, sum, { argnums: 1 })(x, n)),
      thrown(() => call("vjp", sum, tensor([true]))),
    ]).toMatchInlineSnapshot(`
      [
        "DTypeError: vjp: inputs[0].n is int32, which has no derivative; convert it with x.astype("float32")",
        "DTypeError: jvp: inputs[0].n is int32, which has no derivative; convert it with x.astype("float32")",
        "DTypeError: jacobian: inputs[0].n is int32, which has no derivative; convert it with x.astype("float32")",
        "DTypeError: hessian: inputs[0].n is int32, which has no derivative; convert it with x.astype("float32")",
        "DTypeError: vhp: inputs[0].n is int32, which has no derivative; convert it with x.astype("float32")",
        "DTypeError: hvp: inputs[0].n is int32, which has no derivative; convert it with x.astype("float32")",
        "DTypeError: linearize: inputs[0].n is int32, which has no derivative; convert it with x.astype("float32")",
        "DTypeError: pullback: inputs[0].n is int32, which has no derivative; convert it with x.astype("float32")",
        "DTypeError: grad: argument 1 is int32, which has no derivative; convert it with x.astype("float32")",
        "DTypeError: valueAndGrad: argument 1 is int32, which has no derivative; convert it with x.astype("float32")",
        "DTypeError: jacrev: argument 1 is int32, which has no derivative; convert it with x.astype("float32")",
        "DTypeError: jacfwd: argument 1 is int32, which has no derivative; convert it with x.astype("float32")",
        "DTypeError: vjp: inputs is bool, which has no derivative; convert it with x.astype("float32")",
      ]
    `);
  });
});

describe("results of func", () => {
  it("that are no tensors", () => {
    const results = [undefined, null, 3, "bar", [], {}, [x, 3], { a: { b: [true] } }, sin];
    expect(results.map((r) => thrown(() => call("jacobian", () => r, x)))).toMatchInlineSnapshot(`
      [
        "ArgumentError: jacobian: the function's result is undefined; a tree holds tensors in arrays and records",
        "ArgumentError: jacobian: the function's result is null; a tree holds tensors in arrays and records",
        "ArgumentError: jacobian: the function's result is 3; a tree holds tensors in arrays and records",
        "ArgumentError: jacobian: the function's result is "bar"; a tree holds tensors in arrays and records",
        "ArgumentError: jacobian: the function returned no tensor; it must return at least one",
        "ArgumentError: jacobian: the function returned no tensor; it must return at least one",
        "ArgumentError: jacobian: the function's result[1] is 3; a tree holds tensors in arrays and records",
        "ArgumentError: jacobian: the function's result.a.b[0] is true; a tree holds tensors in arrays and records",
        "ArgumentError: jacobian: the function's result is a function; a tree holds tensors in arrays and records",
      ]
    `);
  });

  it("that are Promises", () => {
    const later = async (q: Tensor): Promise<Tensor> => q;
    expect([
      ...withInputs((name) => call(name, later, x, ...vector(name, x))),
      ...withArguments((name) => made(name, later)(x)),
      thrown(() => made("vmap", later)(x)),
      thrown(() => call("gradcheck", later, f64([1], true))),
    ]).toMatchInlineSnapshot(`
      [
        "ArgumentError: vjp: the function returned a Promise; it must be synchronous, so await outside of it",
        "ArgumentError: jvp: the function returned a Promise; it must be synchronous, so await outside of it",
        "ArgumentError: jacobian: the function returned a Promise; it must be synchronous, so await outside of it",
        "ArgumentError: hessian: the function returned a Promise; it must be synchronous, so await outside of it",
        "ArgumentError: vhp: the function returned a Promise; it must be synchronous, so await outside of it",
        "ArgumentError: hvp: the function returned a Promise; it must be synchronous, so await outside of it",
        "ArgumentError: linearize: the function returned a Promise; it must be synchronous, so await outside of it",
        "ArgumentError: pullback: the function returned a Promise; it must be synchronous, so await outside of it",
        "ArgumentError: grad: the function returned a Promise; it must be synchronous, so await outside of it",
        "ArgumentError: valueAndGrad: the function returned a Promise; it must be synchronous, so await outside of it",
        "ArgumentError: jacrev: the function returned a Promise; it must be synchronous, so await outside of it",
        "ArgumentError: jacfwd: the function returned a Promise; it must be synchronous, so await outside of it",
        "ArgumentError: vmap: the function returned a Promise; it must be synchronous, so await outside of it",
        "ArgumentError: gradcheck: the function returned a Promise; it must be synchronous, so await outside of it",
      ]
    `);
  });

  it("that have more than one element, or more than one tensor", () => {
    expect([
      ...["hessian", "vhp", "hvp"].map((name) =>
        thrown(() => call(name as Name, sin, x, ...vector(name as Name, x))),
      ),
      ...["hessian", "vhp", "hvp"].map((name) =>
        thrown(() => call(name as Name, (q: Tensor) => [q.sum()], x, ...vector(name as Name, x))),
      ),
      ...["grad", "valueAndGrad"].map((name) => thrown(() => made(name as Name, sin)(x))),
      thrown(() => made("grad", (q: Tensor) => ({ a: q.sum(), b: q }))(x)),
    ]).toMatchInlineSnapshot(`
      [
        "ShapeError: hessian: the function returned shape [2]; it must return a single element, so reduce it with sum() or mean()",
        "ShapeError: vhp: the function returned shape [2]; it must return a single element, so reduce it with sum() or mean()",
        "ShapeError: hvp: the function returned shape [2]; it must return a single element, so reduce it with sum() or mean()",
        "ArgumentError: hessian: the function returned a structure with tensors at [0]; it must return one Tensor",
        "ArgumentError: vhp: the function returned a structure with tensors at [0]; it must return one Tensor",
        "ArgumentError: hvp: the function returned a structure with tensors at [0]; it must return one Tensor",
        "ShapeError: grad: the function returned shape [2]; it must return a 0-d tensor, so reduce it with sum(), or use pullback or jacrev",
        "ShapeError: valueAndGrad: the function returned shape [2]; it must return a 0-d tensor, so reduce it with sum(), or use pullback or jacrev",
        "ShapeError: grad: the function returned a structure with tensors at .a, .b; it must return a 0-d tensor, so reduce it with sum(), or use pullback or jacrev",
      ]
    `);
  });

  it("that escaped another transform", () => {
    let kept: Tensor | undefined;
    call("vjp", (q: Tensor) => (kept = q.sin()).sum(), x);
    expect([
      ...direct.map((name) => thrown(() => call(name, () => kept!, x, ...vector(name, x)))),
      ...split.map((name) => thrown(() => call(name, () => kept!, x))),
      ...withArguments((name) => made(name, () => kept!)(x)),
      thrown(() => call("vjp", (q: Tensor) => q.mul(kept!), x)),
      thrown(() => call("vjp", sum, kept!)),
    ]).toMatchInlineSnapshot(`
      [
        "GradError: vjp: a tensor of shape [2] escaped the vjp that made it; return it from the function instead",
        "GradError: jvp: a tensor of shape [2] escaped the vjp that made it; return it from the function instead",
        "GradError: jacobian: a tensor of shape [2] escaped the vjp that made it; return it from the function instead",
        "GradError: hessian: a tensor of shape [2] escaped the vjp that made it; return it from the function instead",
        "GradError: vhp: a tensor of shape [2] escaped the vjp that made it; return it from the function instead",
        "GradError: hvp: a tensor of shape [2] escaped the vjp that made it; return it from the function instead",
        "GradError: linearize: a tensor of shape [2] escaped the vjp that made it; return it from the function instead",
        "GradError: pullback: a tensor of shape [2] escaped the vjp that made it; return it from the function instead",
        "GradError: grad: a tensor of shape [2] escaped the vjp that made it; return it from the function instead",
        "GradError: valueAndGrad: a tensor of shape [2] escaped the vjp that made it; return it from the function instead",
        "GradError: jacrev: a tensor of shape [2] escaped the vjp that made it; return it from the function instead",
        "GradError: jacfwd: a tensor of shape [2] escaped the vjp that made it; return it from the function instead",
        "GradError: mul: a tensor of shape [2] escaped the vjp that made it; return it from the function instead",
        "GradError: vjp: a tensor of shape [2] escaped the vjp that made it; return it from the function instead",
      ]
    `);
  });

  it("that are thrown: the error passes through as it is", () => {
    const failing = (): never => {
      throw new RangeError("mine");
    };
    for (const name of [...direct, ...split]) {
      expect(() => call(name, failing, x, ...vector(name, x))).toThrow(RangeError);
      expectUnwound();
    }
    for (const name of [...transforms, "vmap"] as const) {
      expect(() => noGrad(() => made(name, failing)(x))).toThrow("mine");
      expectUnwound();
    }
  });
});

describe("v", () => {
  it("of another structure, shape or dtype, or missing", () => {
    const pair = (q: Tensor): Tensor[] => [q.sin(), q.sum()];
    const single = x.astype("float32");
    expect([
      thrown(() => call("vjp", pair, x, x)),
      thrown(() => call("vjp", pair, x, [x])),
      thrown(() => call("vjp", pair, x, { a: x, b: x })),
      thrown(() => call("vjp", pair, x, [x, x])),
      thrown(() => call("vjp", pair, x)),
      thrown(() => call("vjp", sin, x, { strict: true })),
      thrown(() => call("vjp", sin, x, 1)),
      ...["jvp", "vhp", "hvp"].flatMap((name) => [
        thrown(() => call(name as Name, sum, x, [x])),
        thrown(() => call(name as Name, sum, x, f64([1, 2, 3]))),
        thrown(() => call(name as Name, sum, x, single)),
        thrown(() => call(name as Name, sum, x)),
      ]),
      thrown(() => call("jvp", (q: { a: Tensor }) => q.a, { a: x }, { a: f64([[1, 2]]) })),
    ]).toMatchInlineSnapshot(`
      [
        "ArgumentError: vjp: v must have the structure of the outputs: v[0], v[1]; it has v",
        "ArgumentError: vjp: v must have the structure of the outputs: v[0], v[1]; it has v[0]",
        "ArgumentError: vjp: v must have the structure of the outputs: v[0], v[1]; it has v.a, v.b",
        "ShapeError: vjp: v[1] has shape [2], but its place in the outputs has []; pass the same shape",
        "ArgumentError: vjp: v may be left out only when the outputs are one tensor with a single element, but the shapes are [2], []; pass v",
        "ArgumentError: vjp: v.strict is true; a tree holds tensors in arrays and records",
        "ArgumentError: vjp: v is 1; a tree holds tensors in arrays and records",
        "ArgumentError: jvp: v must have the structure of the inputs: v; it has v[0]",
        "ShapeError: jvp: v has shape [3], but its place in the inputs has [2]; pass the same shape",
        "DTypeError: jvp: v is float32, but its place in the inputs is float64; convert it with v.astype("float64")",
        "ArgumentError: jvp: v may be left out only when the inputs are one tensor with a single element, but the shapes are [2]; pass v",
        "ArgumentError: vhp: v must have the structure of the inputs: v; it has v[0]",
        "ShapeError: vhp: v has shape [3], but its place in the inputs has [2]; pass the same shape",
        "DTypeError: vhp: v is float32, but its place in the inputs is float64; convert it with v.astype("float64")",
        "ArgumentError: vhp: v may be left out only when the inputs are one tensor with a single element, but the shapes are [2]; pass v",
        "ArgumentError: hvp: v must have the structure of the inputs: v; it has v[0]",
        "ShapeError: hvp: v has shape [3], but its place in the inputs has [2]; pass the same shape",
        "DTypeError: hvp: v is float32, but its place in the inputs is float64; convert it with v.astype("float64")",
        "ArgumentError: hvp: v may be left out only when the inputs are one tensor with a single element, but the shapes are [2]; pass v",
        "ShapeError: jvp: v.a has shape [1, 2], but its place in the inputs has [2]; pass the same shape",
      ]
    `);
  });

  it("of linearize and pullback", () => {
    const [, push] = call("linearize", sin, [x]) as [Tensor, Loose];
    const [, pull] = call("pullback", sin, x) as [Tensor, Loose];
    expect([
      thrown(() => push()),
      thrown(() => push(f64([1]))),
      thrown(() => pull([x])),
      thrown(() => pull(undefined)),
      thrown(() => pull(x.astype("float32"))),
    ]).toMatchInlineSnapshot(`
      [
        "ArgumentError: linearize: tangents must have the structure of the inputs: tangents[0]; it has no tensor",
        "ShapeError: linearize: tangents[0] has shape [1], but its place in the inputs has [2]; pass the same shape",
        "ArgumentError: pullback: cotangents must have the structure of the outputs: cotangents; it has cotangents[0]",
        "ArgumentError: pullback: cotangents is undefined; a tree holds tensors in arrays and records",
        "DTypeError: pullback: cotangents is float32, but its place in the outputs is float64; convert it with v.astype("float64")",
      ]
    `);
  });
});

describe("options", () => {
  it("that are out of range, or contradict each other", () => {
    const options = [
      { strategy: "forward" },
      { chunkSize: 0 },
      { chunkSize: -1 },
      { chunkSize: 1.5 },
      { chunkSize: "2" },
      { vectorize: false, chunkSize: 2 },
    ];
    expect([
      ...options.map((o) => thrown(() => call("jacobian", sin, x, o))),
      thrown(() => call("hessian", sum, x, { outerJacobianStrategy: "rev" })),
      thrown(() => call("hessian", sum, x, { chunkSize: 0 })),
      thrown(() => made("jacrev", sin, { chunkSize: 0 })(x)),
      thrown(() => made("jacfwd", sin, { chunkSize: Number.NaN })(x)),
      thrown(() => made("jacfwd", sin, { randomness: "any" })(x)),
    ]).toMatchInlineSnapshot(`
      [
        "ArgumentError: jacobian: strategy is "forward"; use "reverse-mode", "forward-mode" (better with more outputs than inputs) or "auto"",
        "ArgumentError: jacobian: chunkSize is 0; pass an integer > 0",
        "ArgumentError: jacobian: chunkSize is -1; pass an integer > 0",
        "ArgumentError: jacobian: chunkSize is 1.5; pass an integer > 0",
        "ArgumentError: jacobian: chunkSize is "2"; pass an integer > 0",
        "ArgumentError: jacobian: vectorize: false is chunkSize 1, but chunkSize is 2; leave one of them out",
        "ArgumentError: hessian: outerJacobianStrategy is "rev"; use "reverse-mode", "forward-mode" (better with more outputs than inputs) or "auto"",
        "ArgumentError: hessian: chunkSize is 0; pass an integer > 0",
        "ArgumentError: jacrev: chunkSize is 0; pass an integer > 0",
        "ArgumentError: jacfwd: chunkSize is NaN; pass an integer > 0",
        "ArgumentError: jacfwd: randomness is "any"; use "error", "same" or "different"",
      ]
    `);
  });

  it("argnums that name no argument, or one twice", () => {
    const argnums = [2, -3, 0.5, "0", null, [], [0, 0], [0, -2], [0, 5], [0, "1"]];
    const dot = (p: Tensor, q: Tensor): Tensor => p.dot(q);
    expect(
      argnums.map((a) => thrown(() => made("grad", dot, { argnums: a })(x, x))),
    ).toMatchInlineSnapshot(`
      [
        "ArgumentError: grad: argnums 2 does not name one of the 2 arguments; use integers from -2 to 1",
        "ArgumentError: grad: argnums -3 does not name one of the 2 arguments; use integers from -2 to 1",
        "ArgumentError: grad: argnums 0.5 does not name one of the 2 arguments; use integers from -2 to 1",
        "ArgumentError: grad: argnums is "0"; pass a number or an array of numbers",
        "ArgumentError: grad: argnums is null; pass a number or an array of numbers",
        "ArgumentError: grad: argnums is empty; name at least one argument",
        "ArgumentError: grad: argnums [0, 0] name an argument twice; once is enough",
        "ArgumentError: grad: argnums [0, -2] name an argument twice; once is enough",
        "ArgumentError: grad: argnums 5 does not name one of the 2 arguments; use integers from -2 to 1",
        "ArgumentError: grad: argnums "1" does not name one of the 2 arguments; use integers from -2 to 1",
      ]
    `);
    expect(thrown(() => made("jacrev", () => x)())).toMatchInlineSnapshot(
      `"ArgumentError: jacrev: there is no argument to differentiate; pass at least one"`,
    );
  });

  it("hasAux without a pair", () => {
    expect([
      ...withArguments((name) => made(name, sum, { hasAux: true })(x)),
      ...split.map((name) => thrown(() => call(name, sin, x, { hasAux: true }))),
      thrown(() => made("grad", (q: Tensor) => [q.sum(), 1, 2], { hasAux: true })(x)),
    ]).toMatchInlineSnapshot(`
      [
        "ArgumentError: grad: with hasAux the function must return [outputs, aux], not a tensor of shape []",
        "ArgumentError: valueAndGrad: with hasAux the function must return [outputs, aux], not a tensor of shape []",
        "ArgumentError: jacrev: with hasAux the function must return [outputs, aux], not a tensor of shape []",
        "ArgumentError: jacfwd: with hasAux the function must return [outputs, aux], not a tensor of shape []",
        "ArgumentError: linearize: with hasAux the function must return [outputs, aux], not a tensor of shape [2]",
        "ArgumentError: pullback: with hasAux the function must return [outputs, aux], not a tensor of shape [2]",
        "ArgumentError: grad: with hasAux the function must return [outputs, aux], not an array of length 3",
      ]
    `);
  });
});

describe("misspelt options", () => {
  it("are not ignored", () => {
    const typo = { create_graph: true };

    expect([
      ...withInputs((name) => call(name, sum, x, ...vector(name, x), typo)),
      ...withArguments((name) => call(name, sum, typo)),
      thrown(() => call("vmap", sum, { in_dims: 0 })),
      thrown(() => call("vmap", sum, x)),
      thrown(() => call("gradcheck", sum, x, { checkForwardAD: true })),
      thrown(() => call("gradgradcheck", sum, x, { checkForwardAd: true })),
    ]).toMatchInlineSnapshot(`
      [
        "ArgumentError: vjp: there is no option create_graph; it takes createGraph, strict",
        "ArgumentError: jvp: there is no option create_graph; it takes createGraph, strict",
        "ArgumentError: jacobian: there is no option create_graph; it takes createGraph, strict, vectorize, chunkSize, strategy",
        "ArgumentError: hessian: there is no option create_graph; it takes createGraph, strict, vectorize, chunkSize, outerJacobianStrategy",
        "ArgumentError: vhp: there is no option create_graph; it takes createGraph, strict",
        "ArgumentError: hvp: there is no option create_graph; it takes createGraph, strict",
        "ArgumentError: linearize: there is no option create_graph; it takes hasAux",
        "ArgumentError: pullback: there is no option create_graph; it takes hasAux",
        "ArgumentError: grad: there is no option create_graph; it takes argnums, hasAux",
        "ArgumentError: valueAndGrad: there is no option create_graph; it takes argnums, hasAux",
        "ArgumentError: jacrev: there is no option create_graph; it takes argnums, hasAux, chunkSize",
        "ArgumentError: jacfwd: there is no option create_graph; it takes argnums, hasAux, chunkSize, randomness",
        "ArgumentError: vmap: there is no option in_dims; it takes inDims, outDims, randomness, chunkSize",
        "ArgumentError: vmap: a tensor of shape [2] stands where the options go; pass an object, such as { inDims: … }",
        "ArgumentError: gradcheck: there is no option checkForwardAD; it takes eps, atol, rtol, raiseException, checkUndefinedGrad, checkGradDtypes, checkBatchedGrad, checkBatchedForwardGrad, checkForwardAd, checkBackwardAd, fastMode",
        "ArgumentError: gradgradcheck: there is no option checkForwardAd; it takes eps, atol, rtol, raiseException, checkUndefinedGrad, checkGradDtypes, checkBatchedGrad, checkBatchedForwardGrad, fastMode, gradOutputs, genNonContigGradOutputs, checkFwdOverRev, checkRevOverRev",
      ]
    `);
  });
});
