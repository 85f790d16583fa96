import { describe, expect, it } from "vitest";
import { type Primitive, reverse, trail, type Visitor } from "../src/extend.ts";
import { mul, ones, sin, type Tensor, tensor, unbind } from "../src/index.ts";
import { checkStateAfterEach } from "./state.ts";

checkStateAfterEach();

const leafOf = (values: readonly number[]): Tensor =>
  tensor(values, { dtype: "float64", requiresGrad: true });

describe("reverse", () => {
  it("shows each node on the way to a visitor before its rule, with cotangent and saved values", () => {
    const x = leafOf([1, 2]);
    const other = tensor([3, 4], { dtype: "float64" });
    const y = mul(sin(x), other).sum();
    const seen: { name: string; g: unknown; kept: unknown; freed: boolean }[] = [];
    const visit: Visitor = (node, [g], saved) => {
      const kept = saved.inputs.map((input) => input?.arraySync() ?? null);
      seen.push({ name: node.primitive!.name, g: g!.arraySync(), kept, freed: node.freed });
    };

    reverse([y], [ones([], { dtype: "float64" })], [x], { visit });

    expect(seen).toEqual([
      { name: "sum", g: 1, kept: [], freed: false },
      { name: "mul", g: [1, 1], kept: [null, [3, 4]], freed: false },
      { name: "sin", g: [3, 4], kept: [[1, 2]], freed: false },
    ]);
  });

  it("lets a table of rules by primitive compute something else, such as squared gradients by row", () => {
    const w = leafOf([1, 2]);
    const rules = new Map<Primitive<never>, (g: Tensor, input: Tensor) => Tensor>([
      [mul.primitive as Primitive<never>, (g, input) => g.mul(input).square()],
    ]);
    const x = tensor([3, 4], { dtype: "float64" });
    let squares: unknown = null;
    const visit: Visitor = (node, [g], saved) => {
      const rule = rules.get(node.primitive as Primitive<never>);
      if (rule) squares = rule(g!, saved.inputs[1]!).arraySync();
    };

    reverse([mul(w, x)], [tensor([1, 2], { dtype: "float64" })], [w], { visit });

    expect(squares).toEqual([9, 64]);
  });

  it("asks a rule only for needed inputs and leaves nodes alone that lead nowhere", () => {
    const [a, b] = [leafOf([1]), leafOf([2])];
    const side = sin(b);
    const y = mul(sin(a), side);
    const needs: string[] = [];

    const { reached } = reverse([y], [ones([1], { dtype: "float64" })], [a], {
      visit: (node) => needs.push(node.primitive!.name),
    });

    expect(needs).toEqual(["mul", "sin"]);
    expect(side.node!.freed).toBe(false);
    expect(reached).toEqual([true]);
  });

  it("tells an input that was not reached from one that got no cotangent", () => {
    const [a, b] = [leafOf([1]), leafOf([2])];

    const { grads, reached } = reverse([a.floor()], [ones([1], { dtype: "float64" })], [a, b]);

    expect(reached).toEqual([true, false]);
    expect(grads).toEqual([null, null]);
  });
});

describe("trail", () => {
  it("lists nodes in recording order, of several outputs too", () => {
    const x = leafOf([1, 2]);
    const [first, second] = unbind(x) as [Tensor, Tensor];
    const y = mul(second.exp(), first);

    const { nodes } = trail([y], [x]);

    expect(nodes.map((node) => node.primitive?.name ?? "leaf")).toEqual([
      "leaf",
      "unbind",
      "exp",
      "mul",
    ]);
  });
});
