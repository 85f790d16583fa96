import { expect, it } from "vitest";
import { registerBackend } from "../src/extend.ts";
import { add, ones, scalar, type Tensor, where } from "../src/index.ts";
import { referenceBackend } from "../src/reference/backend.ts";

registerBackend("webgpu", referenceBackend());

const there: { readonly device: "webgpu" } = { device: "webgpu" };
const facts = (x: Tensor) => [x.device, x.shape, x.arraySync()];

it("an untracked 0-d cpu tensor joins any device, from both sides", () => {
  expect(facts(add(scalar(1), ones(2, there)))).toEqual(["webgpu", [2], [2, 2]]);
  expect(facts(add(scalar(1), scalar(2, there)))).toEqual(["webgpu", [], 3]);
  expect(facts(add(scalar(2, there), scalar(1)))).toEqual(["webgpu", [], 3]);
  expect(facts(where(scalar(true, there), scalar(1), scalar(2, there)))).toEqual(["webgpu", [], 1]);
});

it("a 0-d cpu tensor that records stays where it is", () => {
  const x = scalar(1, { requiresGrad: true });
  expect(() => x.add(scalar(2, there))).toThrowErrorMatchingInlineSnapshot(
    `[DeviceError: add: inputs are on cpu and on webgpu; move one of them with x.to("cpu")]`,
  );
});
