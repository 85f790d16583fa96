import {
  backward,
  checkpoint,
  defineFunction,
  enableGrad,
  grad,
  leaves,
  noGrad,
  ravel,
  type Tensor,
  treeLeaves,
  treeMap,
} from "@cotangent/core";
import { describe, expectTypeOf, it } from "vitest";

declare const x: Tensor;
declare const y: Tensor;

describe("grad of a tape", () => {
  it("has the structure of the inputs", () => {
    expectTypeOf(grad(y, x)).toEqualTypeOf<Tensor>();
    expectTypeOf(grad(y, [x, y])).toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(grad([y, y], [x] as Tensor[])).toEqualTypeOf<Tensor[]>();
  });

  it("has null only where the options allow it", () => {
    expectTypeOf(grad(y, x, { allowUnused: true })).toEqualTypeOf<Tensor | null>();
    expectTypeOf(grad(y, [x, y], { allowUnused: true })).toEqualTypeOf<
      [Tensor | null, Tensor | null]
    >();
    expectTypeOf(grad(y, x, { allowUnused: false })).toEqualTypeOf<Tensor>();
    expectTypeOf(grad(y, x, { materializeGrads: true })).toEqualTypeOf<Tensor>();
    expectTypeOf(grad(y, x, { allowUnused: true, materializeGrads: true })).toEqualTypeOf<Tensor>();
    const allowUnused = Math.random() > 0.5;
    expectTypeOf(grad(y, x, { allowUnused })).toEqualTypeOf<Tensor | null>();
    expectTypeOf(grad(y, x, { createGraph: true, gradOutputs: y })).toEqualTypeOf<Tensor>();
  });

  it("refuses what is no tensor, and other options", () => {
    // @ts-expect-error a function is no tensor: that is grad of @cotangent/functional
    grad((q: Tensor) => q, x);
    // @ts-expect-error a record
    grad(y, { x });
    // @ts-expect-error no such option
    grad(y, x, { strict: true });
    // @ts-expect-error gradOutputs are tensors
    grad(y, x, { gradOutputs: 1 });
    // @ts-expect-error backward has gradTensors
    backward(y, { gradOutputs: y });
    expectTypeOf(leaves([x, y])).toEqualTypeOf<Tensor[]>();
  });
});

describe("callbacks", () => {
  it("must be synchronous, and keep the type of their result", () => {
    expectTypeOf(noGrad(() => x)).toEqualTypeOf<Tensor>();
    expectTypeOf(noGrad(() => ({ a: 1 }))).toEqualTypeOf<{ a: number }>();
    expectTypeOf(enableGrad(() => [x, 2] as const)).toEqualTypeOf<readonly [Tensor, 2]>();
    expectTypeOf(checkpoint((p: Tensor, q: Tensor) => p.mul(q), x, y)).toEqualTypeOf<Tensor>();
    // @ts-expect-error a Promise
    noGrad(async () => x);
    // @ts-expect-error a Promise
    enableGrad(() => Promise.resolve(1));
  });
});

describe("trees", () => {
  it("keep their structure", () => {
    const tree = { w: x, rest: [y, { b: x }] } as const;

    expectTypeOf(treeMap((leaf) => leaf.size, tree)).toEqualTypeOf<{
      w: number;
      rest: [number, { b: number }];
    }>();
    expectTypeOf(treeLeaves(tree)).toEqualTypeOf<Tensor[]>();
    expectTypeOf(ravel({ a: x })[1](x)).toEqualTypeOf<{ a: Tensor }>();
    // @ts-expect-error a number in the tree
    treeLeaves([x, 3]);
  });
});

describe("defineFunction", () => {
  it("gives a function of its inputs", () => {
    const scale = defineFunction({
      name: "scale",
      forward: (p: Tensor, q: Tensor) => p.mul(q),
      vjp: (g, _out, [p, q]) => [g.mul(q), g.mul(p)],
    });
    expectTypeOf(scale).parameters.toEqualTypeOf<[p: Tensor, q: Tensor]>();
    expectTypeOf(scale(x, y)).toEqualTypeOf<Tensor>();

    defineFunction({
      name: "short",
      forward: (p: Tensor, q: Tensor) => p.mul(q),
      // @ts-expect-error one cotangent for two inputs
      vjp: (g) => [g],
    });
  });
});
