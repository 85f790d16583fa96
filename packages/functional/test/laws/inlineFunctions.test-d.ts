import { type Tensor, tensor } from "@cotangent/core";
import { gradgradcheck, vjp } from "@cotangent/functional";
import { describe, expectTypeOf, it } from "vitest";

const x = tensor([1, 2]);

describe("an inline function beside cotangents", () => {
  it("decides what they are", () => {
    expectTypeOf(vjp((t) => t.sin(), x, x)).toEqualTypeOf<[Tensor, Tensor]>();
    const [outputs, product] = vjp((a, b) => ({ y: a.mul(b) }), [x, x], { y: x });
    expectTypeOf(outputs).toEqualTypeOf<{ y: Tensor }>();
    expectTypeOf(product).toEqualTypeOf<[Tensor, Tensor]>();
    expectTypeOf(gradgradcheck((t) => t.sin(), x, { gradOutputs: x })).toEqualTypeOf<boolean>();
  });
  it("makes others an error", () => {
    // @ts-expect-error the function has two outputs
    vjp((t) => [t.sin(), t], x, x);
    // @ts-expect-error the function has one output
    vjp((t) => t.sin(), x, [x]);
    // @ts-expect-error the function has one output
    gradgradcheck((t) => t.sin(), x, { gradOutputs: [x] });
  });
});
