import { inspect } from "node:util";
import {
  ArgumentError,
  manualSeed,
  noGrad,
  rand,
  ShapeError,
  type Tensor,
  tensor,
  zeros,
} from "@cotangent/core";
import { describe, expect, it } from "vitest";
import { Linear, Module, Parameter, ReLU, Sequential, Tanh } from "../src/index.ts";

class Heads extends Module {
  body = new Linear(2, 3);
  heads = [new Linear(3, 1), new Linear(3, 1)];
  scale = new Parameter(tensor([2]));
  constructor() {
    super();
    this.registerBuffer("steps", zeros([], { dtype: "int32" }));
  }
  override forward(x: Tensor): Tensor[] {
    const h = this.body.forward(x).relu();
    return this.heads.map((head) => head.forward(h).mul(this.scale));
  }
}

describe("Module", () => {
  it("registers parameters, modules and arrays of modules under their names", () => {
    const model = new Heads();

    expect(model.namedParameters().map(([name]) => name)).toEqual([
      "scale",
      "body.weight",
      "body.bias",
      "heads.0.weight",
      "heads.0.bias",
      "heads.1.weight",
      "heads.1.bias",
    ]);
    expect(model.namedBuffers().map(([name]) => name)).toEqual(["steps"]);
    expect(model.modules()).toHaveLength(4);
  });

  it("lists a shared parameter once, but keeps every name in the state", () => {
    const model = new Sequential(new Linear(2, 2), new Linear(2, 2));
    const [first, second] = model.children() as [Linear, Linear];
    Object.assign(second, { weight: first.weight });

    expect(model.parameters()).toHaveLength(3);
    expect(Object.keys(model.stateDict())).toContain("1.weight");
  });

  it("keeps a snapshot in stateDict while parameters are assigned to", () => {
    const model = new Linear(2, 1, { bias: false });
    const before = model.stateDict();
    const values = before.weight!.arraySync();

    noGrad(() => void model.weight.assign(zeros([1, 2])));

    expect(before.weight!.arraySync()).toEqual(values);
    expect(model.weight.arraySync()).toEqual([[0, 0]]);
  });

  it("loads what another model saved, into the same parameters", () => {
    const [a, b] = [new Heads(), new Heads()];
    const parameters = b.parameters();

    expect(b.loadStateDict(a.stateDict())).toEqual({ missingKeys: [], unexpectedKeys: [] });

    b.parameters().forEach((p, i) => expect(p).toBe(parameters[i]));
    expect(b.body.weight.arraySync()).toEqual(a.body.weight.arraySync());
    expect(b.body.weight.requiresGrad).toBe(true);
  });

  it("loads nothing when a name or a shape does not fit", () => {
    const model = new Linear(2, 1);
    const before = model.weight.arraySync();

    expect(() => model.loadStateDict({ weight: zeros([1, 2]) })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: loadStateDict: missing names: bias; unexpected names: none; pass strict: false to load the others]`,
    );
    expect(() => model.loadStateDict({ weight: zeros([1, 2]), bias: zeros([2]) })).toThrow(
      ShapeError,
    );
    expect(() =>
      model.loadStateDict({ weight: zeros([1, 2]), bias: zeros([2]) }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: loadStateDict: bias has shape [2] in the state and [1] in the module; the shapes must be equal]`,
    );

    expect(model.weight.arraySync()).toEqual(before);
  });

  it("reports missing and unexpected names when it is not strict", () => {
    const model = new Linear(2, 1);

    const report = model.loadStateDict(
      { weight: zeros([1, 2]), other: zeros([1]) },
      { strict: false },
    );

    expect(report).toEqual({ missingKeys: ["bias"], unexpectedKeys: ["other"] });
    expect(model.weight.arraySync()).toEqual([[0, 0]]);
  });

  it("changes the dtype of its tensors and their gradients, not the objects", () => {
    const model = new Heads();
    const [scale] = model.parameters();
    model.heads[0]!.forward(rand([1, 3]))
      .sum()
      .backward();

    expect(model.to("float64")).toBe(model);

    expect(model.parameters()[0]).toBe(scale);
    expect(model.body.weight.dtype).toBe("float64");
    expect(model.heads[0]!.weight.grad!.dtype).toBe("float64");
    expect(model.namedBuffers()[0]![1].dtype).toBe("int32");
    expect(model.forward(rand([1, 2], { dtype: "float64" }))[0]!.dtype).toBe("float64");
  });

  it("switches train and eval below it, and zeroes gradients", () => {
    const model = new Sequential(new Linear(1, 1), new ReLU());
    model
      .forward(tensor([[1]]))
      .sum()
      .backward();

    model.eval();
    model.zeroGrad();

    expect(model.modules().map((m) => m.training)).toEqual([false, false, false]);
    expect(model.parameters().every((p) => p.grad === null)).toBe(true);
  });

  it("stops and starts recording its parameters", () => {
    const model = new Linear(1, 1);

    expect(model.requiresGrad_(false).forward(tensor([[1]])).requiresGrad).toBe(false);
    expect(model.requiresGrad_().forward(tensor([[1]])).requiresGrad).toBe(true);
  });

  it("runs forward hooks until they are removed; what one returns replaces the output", () => {
    const model = new Linear(1, 1);
    const seen: Tensor[] = [];
    const hook = model.registerForwardHook((_model, [x], y) => {
      seen.push(x, y);
      return y.mul(0);
    });

    expect(model.forward(tensor([[3]])).arraySync()).toEqual([[expect.closeTo(0)]]);
    hook.remove();

    expect(model.forward(tensor([[0]])).item()).toBe(model.bias!.item());
    expect(seen).toHaveLength(2);
    expect(model.namedParameters()).toHaveLength(2);
  });

  it("applies a function to children first", () => {
    const names: string[] = [];

    new Sequential(new Tanh(), new ReLU()).apply((m) => names.push(m.constructor.name));

    expect(names).toEqual(["Tanh", "ReLU", "Sequential"]);
  });

  it("prints its structure, also on the console of Node", () => {
    expect(inspect(new Sequential(new Tanh()))).toBe(String(new Sequential(new Tanh())));
    expect(String(new Sequential(new Linear(2, 3), new Tanh()))).toMatchInlineSnapshot(`
      "Sequential(
        (0): Linear(2, 3)
        (1): Tanh()
      )"
    `);
  });
});

describe("Parameter", () => {
  it("is a leaf that requires grad, with values of its own", () => {
    const data = tensor([1, 2]);
    const p = new Parameter(data);

    noGrad(() => void p.assign(tensor([3, 4])));

    expect([p.isLeaf, p.requiresGrad, data.requiresGrad]).toEqual([true, true, false]);
    expect(data.arraySync()).toEqual([1, 2]);
  });
});

describe("Linear", () => {
  it("multiplies by the transposed weight and adds the bias", () => {
    const layer = new Linear(2, 3);
    const x = rand([4, 5, 2]);

    const expected = x.matmul(layer.weight.T).add(layer.bias!);

    expect(layer.forward(x).arraySync()).toEqual(expected.arraySync());
  });

  it("begins uniform in ±1/√in, the same for the same seed", () => {
    manualSeed(0);
    const a = new Linear(4, 1000);
    manualSeed(0);
    const b = new Linear(4, 1000);
    const values = a.weight.dataSync();

    expect(b.weight.arraySync()).toEqual(a.weight.arraySync());
    expect(Math.max(...values)).toBeLessThanOrEqual(0.5);
    expect(Math.max(...values)).toBeGreaterThan(0.49);
    expect(Math.min(...values)).toBeLessThan(-0.49);
  });

  it("names what is no tensor", () => {
    const layers = [new Linear(1, 1), new Tanh(), new ReLU(), new Sequential(new Linear(1, 1))];

    for (const layer of layers) expect(() => layer.forward([1] as never)).toThrow(ArgumentError);
    expect(() => new Parameter([1, 2] as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: Parameter: data is an array of length 2; pass a Tensor, made by tensor(…)]`,
    );
    expect(() => new Linear(1, 1, { biases: false } as object)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: Linear: there is no option biases; it takes bias, dtype, device, generator]`,
    );
  });

  it("refuses sizes that are no sizes", () => {
    expect(() => new Linear(1.5, 2)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: Linear: inFeatures is 1.5; pass an integer ≥ 0]`,
    );
    expect(() => new Sequential(3 as never)).toThrow(ArgumentError);
  });
});
