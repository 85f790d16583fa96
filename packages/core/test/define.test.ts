import { describe, expect, it } from "vitest";
import { leaf, reverse, withLevel, withTransform, wrap, wrapBatch } from "../src/extend.ts";
import { checkpoint, defineFunction, grad, type Tensor, tensor } from "../src/index.ts";

const numbers = (x: Tensor): number[] => Array.from(x.dataSync());
const f64 = (x: number | number[] | number[][], requiresGrad = false) =>
  tensor(x, { dtype: "float64", requiresGrad });

const jvp = (f: (x: Tensor) => Tensor, x: Tensor, t: Tensor): Tensor =>
  withTransform("dual", "jvp", undefined, false, (level) => {
    const y = f(wrap(level, x, t));
    return y.level === level ? y.tangent! : y.mul(0);
  });

const derivative = (f: (x: Tensor) => Tensor) => (x: Tensor) =>
  withTransform("grad", "grad", undefined, false, (level) => {
    const input = leaf(level, x);
    const y = f(input);
    const lower = (z: Tensor): Tensor => (z.level === level ? z.value! : z);
    return reverse([y], [lower(y).mul(0).add(1)], [input], { lower }).grads[0]!;
  });

const vmap = (f: (x: Tensor) => Tensor, xs: Tensor): Tensor =>
  withLevel("batch", "vmap", (level) => {
    Object.assign(level, { size: xs.shape[0], total: xs.shape[0] });
    return f(wrapBatch(level, xs)).value!;
  });

/** x³, with a mark in its derivative that tells the rule from the op's own: 3x² + 1. */
const marked = defineFunction({
  name: "marked",
  forward: (x: Tensor) => x.mul(x).mul(x),
  vjp: (g, _y, [x]) => [g.mul(x.mul(x).mul(3).add(1))],
});

const withJvp = defineFunction({
  name: "withJvp",
  forward: (x: Tensor) => x.mul(x).mul(x),
  vjp: (g, _y, [x]) => [g.mul(x.mul(x).mul(3).add(1))],
  jvp: ([t], _y, [x]) => t!.mul(x.mul(x).mul(3).add(1)),
});

const product = defineFunction({
  name: "product",
  forward: (x: Tensor, y: Tensor) => x.mul(y),
  vjp: (g, _z, [x, y]) => [g.mul(y), g.mul(x)],
});

const pair = defineFunction({
  name: "pair",
  forward: (x: Tensor): [Tensor, Tensor] => [x.sin(), x.cos()],
  vjp: ([g, h], [sin, cos]) => [g.mul(cos).sub(h.mul(sin))],
});

describe.each([
  ["without jvp", marked],
  ["with jvp", withJvp],
])("defineFunction %s", (_name, f) => {
  const x = f64([1, 2]);
  const first = [4, 13]; // 3x² + 1
  const second = [6, 12];

  it("computes forward", () => {
    expect(numbers(f(x))).toEqual([1, 8]);
  });

  it("takes its rule on the tape, and again for the second order", () => {
    const w = f64([1, 2], true);
    const g = grad(f(w).sum(), w, { createGraph: true });

    expect(numbers(g)).toEqual(first);
    expect(numbers(grad(g.sum(), w))).toEqual(second);
  });

  it("takes its rule in forward mode, at every order", () => {
    const one = f64([1, 1]);
    const once = (z: Tensor) => jvp(f, z, one);

    expect(numbers(once(x))).toEqual(first);
    expect(numbers(jvp(once, x, one))).toEqual(second);
  });

  it("composes forward and reverse", () => {
    const total = (z: Tensor) => f(z).sum();
    const one = f64([1, 1]);

    expect(numbers(jvp(derivative(total), x, one))).toEqual(second);
    expect(numbers(derivative((z) => jvp(f, z, one).sum())(x))).toEqual(second);
  });

  it("works under vmap, in both modes", () => {
    expect(numbers(vmap(f, x))).toEqual([1, 8]);
    expect(numbers(vmap((z) => derivative(f)(z), x))).toEqual(first);
    expect(numbers(vmap((z) => jvp(f, z, f64(1)), x))).toEqual(first);
    const rows = (z: Tensor) => vmap((r) => vmap(f, r), z);
    expect(numbers(derivative((z) => rows(z).sum())(f64([[1], [2]])))).toEqual(first);
    expect(numbers(jvp(rows, f64([[1, 2]]), f64([[1, 1]])))).toEqual(first);
  });

  it("works under checkpoint", () => {
    const w = f64([1, 2], true);

    expect(
      numbers(
        grad(
          checkpoint((z) => f(z).sum(), w),
          w,
        ),
      ),
    ).toEqual(first);
  });
});

describe("defineFunction", () => {
  it("takes several inputs, of which some are batched or need no derivative", () => {
    const w = f64([2, 3], true);
    const fixed = f64([5, 7]);

    expect(numbers(grad(product(w, fixed).sum(), w))).toEqual([5, 7]);
    const rows = vmap((r) => product(r, w), f64([[1, 2], [3, 4]])); // biome-ignore format: rows
    expect(numbers(rows)).toEqual([2, 6, 6, 12]);
    expect(numbers(grad(rows.sum(), w))).toEqual([4, 6]);
    expect(numbers(jvp((z) => product(fixed, z), w.detach(), f64([1, 2])))).toEqual([5, 14]);
  });

  it("returns a tuple when forward does", () => {
    const w = f64([0.3], true);
    const [sin, cos] = pair(w);

    expect(sin.item()).toBeCloseTo(Math.sin(0.3), 14);
    expect(grad(sin, w, { retainGraph: true }).item()).toBeCloseTo(Math.cos(0.3), 14);
    expect(grad(sin.add(cos), w).item()).toBeCloseTo(Math.cos(0.3) - Math.sin(0.3), 14);
    expect(jvp((z) => pair(z)[1], w.detach(), f64([1])).item()).toBeCloseTo(-Math.sin(0.3), 14);
    expect(vmap((z) => pair(z)[0], f64([0.3])).item()).toBeCloseTo(Math.sin(0.3), 14);
  });

  it("uses the batch rule that is given", () => {
    let rows = 0;
    const double = defineFunction({
      name: "double",
      forward: (x: Tensor) => x.mul(2),
      vjp: (g) => [g.mul(2)],
      batch: ([x], _batched, size): Tensor => {
        rows = size;
        return double(x);
      },
    });

    expect(numbers(vmap(double, f64([1, 2, 3])))).toEqual([2, 4, 6]);
    expect(rows).toBe(3);
  });

  it("does not record the ops of forward, captured tensors included", () => {
    const w = f64([2], true);
    const f = defineFunction({
      name: "captures",
      forward: (x: Tensor) => x.mul(w),
      vjp: (g) => [g],
    });

    expect(f(f64([3])).requiresGrad).toBe(false);
    expect(grad(f(w).sum(), w).item()).toBe(1);
  });

  it("refuses rules that return something else", () => {
    const x = f64([1, 2], true);
    const of = (vjp: unknown, forward: unknown = (z: Tensor) => z.mul(1)) =>
      defineFunction({ name: "bad", forward: forward as (z: Tensor) => Tensor, vjp: vjp as never });
    const run = (vjp: unknown) => () => grad(of(vjp)(x).sum(), x);

    expect(run((g: Tensor) => [g.sum()])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: bad: vjp returned float64 [] in place 0, where float64 [2] belongs; return the same shape and dtype]`,
    );
    expect(run((g: Tensor) => g)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: bad: vjp returned a tensor of shape [2]; return an array of 1: a tensor or null for each]`,
    );
    expect(run(async (g: Tensor) => [g])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: bad: the function returned a Promise; it must be synchronous, so await outside of it]`,
    );
    expect(run(() => [3])).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: bad: vjp: result 0 is 3; pass a Tensor, made by tensor(…)]`,
    );
    expect(() => of(null, () => 3)(x)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: bad: output 0 is 3; pass a Tensor, made by tensor(…)]`,
    );
    expect(() => of(null, async () => x)(x)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: bad: the function returned a Promise; it must be synchronous, so await outside of it]`,
    );
    expect(() => (marked as () => unknown)()).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: marked: it was called without inputs; pass at least one tensor]`,
    );
    expect(() => marked(2 as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: marked: inputs[0] is 2; pass a Tensor, made by tensor(…)]`,
    );
    expect(() =>
      vmap((r) => of(null, () => r)(f64(1)), f64([1])),
    ).toThrowErrorMatchingInlineSnapshot(
      `[GradError: bad: forward read a tensor of vmap that is none of its inputs; pass it as an input]`,
    );
  });
});
