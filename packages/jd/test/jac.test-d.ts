import { type Tensor, tensor } from "@cotangent/core";
import { describe, expectTypeOf, it } from "vitest";
import { backward, gramian, jac } from "../src/index.ts";

const x = tensor([1, 2], { requiresGrad: true });

describe("jac", () => {
  it("gives a tuple parallel to the inputs", () => {
    expectTypeOf(jac(x, x)).toEqualTypeOf<[Tensor]>();
    expectTypeOf(jac(x, [x])).toEqualTypeOf<[Tensor]>();
    expectTypeOf(jac([x, x], [x, x])).toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(jac(x, [x] as readonly Tensor[])).toEqualTypeOf<Tensor[]>();
    expectTypeOf(jac(x)).toEqualTypeOf<Tensor[]>();
  });

  it("refuses what is no tensor, and unknown options", () => {
    // @ts-expect-error a number is no tensor
    jac(3, x);
    // @ts-expect-error an array of numbers is no tensor
    jac(x, [1]);
    // @ts-expect-error the option is called jacOutputs
    jac(x, x, { gradOutputs: x });
  });
});

describe("backward and gramian", () => {
  it("return nothing, and a tensor", () => {
    expectTypeOf(backward([x, x], { inputs: x, jacTensors: [x, x] })).toEqualTypeOf<void>();
    expectTypeOf(gramian([x], [x])).toEqualTypeOf<Tensor>();
  });
});
