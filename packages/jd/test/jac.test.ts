import {
  grad,
  leaves,
  memory,
  ones,
  rand,
  randn,
  type Tensor,
  tensor,
  zeros,
} from "@cotangent/core";
import { jacobian } from "@cotangent/functional";
import { describe, expect, it } from "vitest";
import { backward, gramian, jac } from "../src/index.ts";

const o = { dtype: "float64" } as const;
const near = (a: Tensor, b: Tensor): void => {
  expect(a.shape).toEqual(b.shape);
  expect(a.allCloseSync(b, { rtol: 1e-12, atol: 1e-12 })).toBe(true);
};

describe("jac", () => {
  it("gives the rows of every output element for each input", () => {
    const w = tensor([1, 2], { requiresGrad: true });

    const [J] = jac([tensor([-1, 1]).dot(w), w.square().sum()], [w]);

    expect(J.arraySync()).toEqual([
      [-1, 1],
      [2, 4],
    ]);
  });

  it("agrees with jacobian for every chunk size", () => {
    const x = randn([2, 3], { ...o, requiresGrad: true });
    const f = (x: Tensor): Tensor => x.sin().matmul(x.T).flatten();
    const expected = jacobian(f, x);

    for (const chunkSize of [1, 2, 3, 4, 100]) near(jac(f(x), x, { chunkSize })[0], expected);
    near(jac(f(x), x)[0], expected);
  });

  it("multiplies rows from the left, as many as there are", () => {
    const x = randn([3], { ...o, requiresGrad: true });
    const rows = randn([5, 3], o);

    near(jac(x.exp(), x, { jacOutputs: rows })[0], rows.matmul(jac(x.exp(), x)[0]));
    near(jac(x.exp(), x, { jacOutputs: rows, chunkSize: 2 })[0], rows.matmul(jac(x.exp(), x)[0]));
    expect(jac(x.exp(), x, { jacOutputs: zeros([0, 3], o) })[0].shape).toEqual([0, 3]);
  });

  it("composes by jacOutputs", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const h = x.square();
    const ys = [h.sum(), tensor([1, -1]).dot(h)];

    const [ofH] = jac(ys, [h], { retainGraph: true });
    const [ofX] = jac(h, [x], { jacOutputs: ofH });

    expect(ofX.arraySync()).toEqual([
      [2, 4],
      [2, -4],
    ]);
  });

  it("takes the leaves in their order when no inputs are named", () => {
    const a = rand([2], { requiresGrad: true });
    const b = rand([3], { requiresGrad: true });
    const y = b.sum().mul(a.sum());

    expect(leaves(y).map((x) => [a, b].indexOf(x))).toEqual([0, 1]);
    expect(jac(y).map((J) => J.shape)).toEqual([
      [1, 2],
      [1, 3],
    ]);
  });

  it("gives zeros where nothing depends, and repeats repeated inputs", () => {
    const [a, b] = [rand([2], { requiresGrad: true }), rand([3], { requiresGrad: true })];

    const [ofA, ofB, again] = jac(a.mul(2), [a, b, a]);

    expect(ofB.arraySync()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(again.arraySync()).toEqual(ofA.arraySync());
    expect(jac(a.mul(2), [])).toEqual([]);
  });

  it("is recorded with createGraph only", () => {
    const x = tensor([1, 2], { requiresGrad: true });

    expect(jac(x.pow(3), x)[0].requiresGrad).toBe(false);
    const [J] = jac(x.pow(3), x, { createGraph: true });

    expect(grad(J.sum(), x).arraySync()).toEqual([6, 12]);
  });

  it("frees the graph with the last chunk unless it is retained", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = x.exp();

    jac(y, x, { retainGraph: true, chunkSize: 1 });
    jac(y, x, { chunkSize: 1 });

    expect(() => jac(y, x)).toThrowErrorMatchingInlineSnapshot(
      `[GradError: exp: its saved values were freed by an earlier backward pass; pass retainGraph: true to that one]`,
    );
  });

  it("names what does not fit", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = x.exp();

    expect(() => jac([], x)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: jac: outputs is empty; pass at least one tensor]`,
    );
    expect(() => jac([y, y], x)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: jac: a tensor appears twice in outputs; pass each once]`,
    );
    expect(() => jac(y, x, { chunkSize: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: jac: chunkSize is 0; pass an integer > 0]`,
    );
    expect(() => jac(y, x, { jacOutputs: ones([2, 3]) })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: jac: jacOutputs[0] has shape [2, 3] for an output of shape [2]; pass [2, 2]: the same number of rows for each, then the output's shape]`,
    );
    expect(() =>
      jac(y, x, { jacOutputs: [ones([2, 2]), ones([2, 2])] }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: jac: jacOutputs has 2 tensors for 1 outputs; pass one for each]`,
    );
    expect(() => jac(tensor([1]), x)).toThrowErrorMatchingInlineSnapshot(
      `[GradError: jac: output 0 was not computed from a tensor that requires grad, or under noGrad; call requiresGrad_() on an input first]`,
    );
    expect(() => jac(3 as never, x)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: jac: outputs is 3; pass a Tensor, made by tensor(…)]`,
    );
  });
});

describe("backward", () => {
  it("adds up .jac of the leaves and leaves .grad alone", () => {
    const x = tensor([1, 2], { requiresGrad: true });

    backward(x.square());
    backward(x.square(), { chunkSize: 1 });

    expect(x.jac!.arraySync()).toEqual([
      [4, 0],
      [0, 8],
    ]);
    expect([x.grad, x.jac!.requiresGrad]).toEqual([null, false]);
  });

  it("adds only to the named inputs, each once, results that retain grad too", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const h = x.mul(3);
    h.retainGrad();

    backward(h.sum(), { inputs: [h, h], jacTensors: tensor([2]) });

    expect(h.jac!.arraySync()).toEqual([[2, 2]]);
    expect(x.jac).toBe(null);
  });

  it("changes nothing when rows do not fit what is there", () => {
    const [x, z] = [tensor([1, 2], { requiresGrad: true }), tensor([1], { requiresGrad: true })];
    backward(x.square());

    expect(() => backward([x.sum().add(z.sum())])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: backward: .jac has 2 rows already, and 1 would be added; set x.jac = null first]`,
    );

    expect(z.jac).toBe(null);
    expect(x.jac!.shape).toEqual([2, 2]);
  });

  it("refuses a result that does not retain grad", () => {
    const h = tensor([1, 2], { requiresGrad: true }).mul(3);

    expect(() => backward(h.sum(), { inputs: h })).toThrowErrorMatchingInlineSnapshot(
      `[GradError: backward: inputs[0] (shape [2]) cannot hold .jac; it must require grad, and be a leaf or have called retainGrad()]`,
    );
  });
});

describe("gramian", () => {
  it("is J·Jᵀ over all inputs", () => {
    const weight = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { requiresGrad: true },
    );
    const bias = tensor([0.5, -0.5], { requiresGrad: true });
    const y1 = weight.matmul(tensor([1, -1])).add(bias);
    const y2 = weight.square().sum().add(bias.square().sum());

    const G = gramian([y1, y2], [weight, bias]);

    expect(G.arraySync()).toEqual([
      [3, 0, -1],
      [0, 3, -3],
      [-1, -3, 122],
    ]);
  });
});

describe("outputs without a graph", () => {
  it("are an error when no inputs are named, and when they are", () => {
    const y = ones([1]).sum();
    const x = ones([1], { requiresGrad: true });

    expect(() => jac(y)).toThrowErrorMatchingInlineSnapshot(
      `[GradError: jac: output 0 was not computed from a tensor that requires grad, or under noGrad; call requiresGrad_() on an input first, or name the inputs]`,
    );
    expect(() => backward(y)).toThrowErrorMatchingInlineSnapshot(
      `[GradError: backward: output 0 was not computed from a tensor that requires grad, or under noGrad; call requiresGrad_() on an input first, or name the inputs]`,
    );
    expect(() => gramian(y)).toThrowErrorMatchingInlineSnapshot(
      `[GradError: gramian: output 0 was not computed from a tensor that requires grad, or under noGrad; call requiresGrad_() on an input first, or name the inputs]`,
    );
    expect(() => gramian(y, x)).toThrowErrorMatchingInlineSnapshot(
      `[GradError: gramian: output 0 was not computed from a tensor that requires grad, or under noGrad; call requiresGrad_() on an input first]`,
    );
    expect(() => gramian(x.sum(), [])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: gramian: inputs is empty; pass at least one tensor]`,
    );
  });
});

describe("misspelt options", () => {
  it("are not ignored", () => {
    const x = ones([1], { requiresGrad: true });
    const typo = { jac_outputs: x } as object;

    expect(() => jac(x.sum(), x, typo)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: jac: there is no option jac_outputs; it takes jacOutputs, retainGraph, chunkSize, createGraph]`,
    );
    expect(() => backward(x.sum(), typo)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: backward: there is no option jac_outputs; it takes jacTensors, inputs, retainGraph, chunkSize]`,
    );
    expect(() => gramian(x.sum(), x, typo)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: gramian: there is no option jac_outputs; it takes jacOutputs, retainGraph]`,
    );
  });
});

describe("memory", () => {
  it("holds nothing after a call but the results", () => {
    const x = tensor([1, 2, 3], { requiresGrad: true });
    const y = x.exp().mul(x.sin());
    const before = memory().tensors;
    const [J] = jac(y, [x], { retainGraph: true, chunkSize: 2 });
    expect(memory().tensors - before).toBe(1);
    const G = gramian(y, [x], { retainGraph: true });

    expect(memory().tensors - before).toBe(2);
    expect(G.arraySync()).toEqual(J.matmul(J.T).arraySync());
  });
});
