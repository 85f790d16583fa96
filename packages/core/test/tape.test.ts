import { describe, expect, it } from "vitest";
import { type Backend, registerBackend, sizeOf } from "../src/extend.ts";
import {
  backward,
  grad,
  leaves,
  noGrad,
  ones,
  stack,
  type Tensor,
  tensor,
  zeros,
} from "../src/index.ts";
import { referenceBackend } from "../src/reference/backend.ts";
import { checkStateAfterEach } from "./state.ts";
import { derivative, pushforward, vmap } from "./transforms.ts";

checkStateAfterEach();

const numbers = (x: Tensor | null): number[] => Array.from(x!.dataSync());
const leafOf = (data: number | number[]) => tensor(data, { dtype: "float64", requiresGrad: true });

describe("grad", () => {
  it("gives gradients in the structure of the inputs", () => {
    const [x, y] = [leafOf([1, 2]), leafOf([3, 4])];
    const loss = () => x.mul(y).sum();

    const alone: Tensor = grad(loss(), x);
    const [first, second]: [Tensor, Tensor] = grad(loss(), [x, y]);
    const one: [Tensor] = grad(loss(), [x]);

    expect([alone, first, second, one[0]].map(numbers)).toEqual([
      [3, 4],
      [3, 4],
      [1, 2],
      [3, 4],
    ]);
    expect(x.grad).toBe(null);
  });

  it("adds up several outputs, weighted by gradOutputs", () => {
    const x = leafOf([1, 2]);
    const w = tensor([10, 100], { dtype: "float64" });

    expect(numbers(grad([x.square().sum(), x.sum()], x))).toEqual([3, 5]);
    expect(numbers(grad(x.square(), x, { gradOutputs: w }))).toEqual([20, 400]);
    expect(numbers(grad([x.square(), x.sum()], x, { gradOutputs: [w, null] }))).toEqual([21, 401]);
  });

  it("goes to results, too, and to an output itself", () => {
    const x = leafOf([1, 2]);
    const h = x.square();
    const y = h.mul(3).sum();

    expect(numbers(grad(y, h, { retainGraph: true }))).toEqual([3, 3]);
    expect(numbers(grad(y, [h, x], { retainGraph: true })[1])).toEqual([6, 12]);
    expect(numbers(grad(y, y, { retainGraph: true }))).toEqual([1]);
    expect(numbers(grad([y, y], x))).toEqual([12, 24]);
  });

  it("frees the graph unless retainGraph says otherwise", () => {
    const x = leafOf([1, 2]);
    const y = x.exp().sum();
    grad(y, x, { retainGraph: true });
    grad(y, x);

    expect(() => grad(y, x)).toThrowErrorMatchingInlineSnapshot(
      `[GradError: exp: its saved values were freed by an earlier backward pass; pass retainGraph: true to that one]`,
    );
  });

  it("has nothing to free where no values were saved", () => {
    const x = leafOf([1, 2]);
    const y = x.reshape([2, 1]).sum();
    grad(y, x);

    expect(numbers(grad(y, x))).toEqual([1, 1]);
  });

  it("casts gradOutputs to the dtype of the outputs", () => {
    const x = leafOf([1, 2]);
    const g = grad(x.square(), x, { gradOutputs: ones(2) });

    expect([g.dtype, numbers(g)]).toEqual(["float64", [2, 4]]);
  });

  it("records the derivative with createGraph, which keeps the graph", () => {
    const x = leafOf([1, 2]);
    const y = x.square().mul(x).sum();
    const g = grad(y, x, { createGraph: true });

    expect(grad(y, x, { retainGraph: true }).requiresGrad).toBe(false);
    expect(numbers(grad(g.sum(), x))).toEqual([6, 12]);
  });

  it("treats inputs that are not used as the options say", () => {
    const [x, y] = [leafOf([1, 2]), leafOf([3])];
    const loss = () => x.sum();

    expect(() => grad(loss(), [x, y])).toThrowErrorMatchingInlineSnapshot(
      `[GradError: grad: inputs[1] (shape [1]) was not used to compute outputs; pass allowUnused: true to get null, or materializeGrads: true to get zeros]`,
    );
    const [, none]: [Tensor | null, Tensor | null] = grad(loss(), [x, y], { allowUnused: true });
    expect(none).toBe(null);
    const [, zero] = grad(loss(), [x, y], { materializeGrads: true });
    expect([zero.shape, zero.dtype, numbers(zero)]).toEqual([[1], "float64", [0]]);
    expect(() =>
      grad(loss(), y, { materializeGrads: true, allowUnused: false }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: grad: materializeGrads: true with allowUnused: false contradict each other; leave out allowUnused]`,
    );
  });

  it("calls an input used when a derivative of zero leads to it", () => {
    const x = leafOf([1.5, 2.5]);

    expect(numbers(grad(x.floor().sum(), x))).toEqual([0, 0]);
    expect(numbers(grad(x.mul(0).sum(), x))).toEqual([0, 0]);
  });

  it("takes a batch of cotangents", () => {
    const x = leafOf([1, 2]);
    const g = tensor(
      [
        [1, 0],
        [0, 1],
        [1, 1],
      ],
      { dtype: "float64" },
    );

    const J = grad(x.square(), x, { gradOutputs: g, isGradsBatched: true });
    expect(J.arraySync()).toEqual([
      [2, 0],
      [0, 4],
      [2, 4],
    ]);
    expect(() => grad(x, x, { isGradsBatched: true })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: grad: isGradsBatched: true needs gradOutputs; pass [batch, ...shape]]`,
    );
  });

  it("creates the graph of a batch of gradients", () => {
    const x = leafOf([1, 2]);
    const eye = tensor(
      [
        [1, 0],
        [0, 1],
      ],
      { dtype: "float64" },
    );
    const options = { gradOutputs: eye, isGradsBatched: true, createGraph: true };

    const J = grad(x.square().mul(x), x, options);
    expect(numbers(grad(J.sum(), x))).toEqual([6, 12]);
  });

  it("explains what cannot be differentiated", () => {
    const x = leafOf([1, 2]);
    const plain = tensor([1, 2]);

    expect(() => grad(x.mul(2), x)).toThrowErrorMatchingInlineSnapshot(
      `[GradError: grad: output 0 has shape [2], which is not a scalar; pass gradOutputs, or reduce it with sum() or mean()]`,
    );
    expect(() => grad(plain.sum(), x)).toThrowErrorMatchingInlineSnapshot(
      `[GradError: grad: output 0 was not computed from a tensor that requires grad, or under noGrad; call requiresGrad_() on an input first]`,
    );
    expect(() =>
      grad(
        noGrad(() => x.sum()),
        x,
      ),
    ).toThrow(/under noGrad/);
    expect(() => grad(x.sum(), plain)).toThrowErrorMatchingInlineSnapshot(
      `[GradError: grad: inputs[0] (shape [2]) does not require grad; call requiresGrad_() on it before it is used]`,
    );
    expect(() => grad(x, x, { gradOutputs: ones(3) })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: grad: gradOutputs[0] has shape [3] and output 0 [2]; pass the same shape]`,
    );
    expect(() => grad([x, x], x, { gradOutputs: [x] })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: grad: gradOutputs has 1 tensors for 2 outputs; pass one for each]`,
    );
    expect(() => grad(3 as never, x)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: grad: outputs is 3; pass a Tensor, made by tensor(…)]`,
    );
    expect(() => grad(x.sum(), [x, null] as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: grad: inputs[1] is null; pass a Tensor, made by tensor(…)]`,
    );
    expect(() => grad(x, x, { gradOutputs: 1 as never })).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: grad: gradOutputs is 1; pass tensors]`,
    );
  });
});

describe("backward", () => {
  it("adds up in the grad of leaves", () => {
    const [x, w] = [leafOf([1, 2]), leafOf([3, 4])];
    backward(x.mul(w).sum());
    backward([x.sum(), w.mul(x.detach()).sum()]);

    expect([x.grad, w.grad].map(numbers)).toEqual([
      [4, 5],
      [2, 4],
    ]);
    expect(x.grad!.requiresGrad).toBe(false);
  });

  it("is a method with the gradient first", () => {
    const x = leafOf([1, 2]);
    x.square().backward(ones(2, { dtype: "float64" }), { retainGraph: true });
    x.sum().backward();
    x.square().backward({ gradTensors: ones(2, { dtype: "float64" }) });

    expect(numbers(x.grad)).toEqual([5, 9]);
  });

  it("adds to named inputs only, results among them", () => {
    const [x, w] = [leafOf([1, 2]), leafOf([3, 4])];
    const h = x.mul(w);
    backward(h.square().sum(), { inputs: [w, h] });

    expect(x.grad).toBe(null);
    expect(numbers(w.grad)).toEqual([6, 32]);
    expect(numbers(h.grad)).toEqual([6, 16]);
  });

  it("records with createGraph", () => {
    const x = leafOf([2]);
    backward(x.square().mul(x).sum(), { createGraph: true });
    const g = x.grad!;
    x.grad = null;
    g.sum().backward();

    expect(numbers(g)).toEqual([12]);
    expect(numbers(x.grad)).toEqual([12]);
  });

  it("goes on after a leaf lost its recording and got it again", () => {
    const x = leafOf([2]);
    backward(x.square().sum());
    x.requiresGrad_(false);
    x.requiresGrad = true;
    backward(x.square().sum());

    expect(numbers(x.grad)).toEqual([8]);
  });

  it("explains what it cannot do", () => {
    const x = leafOf([1, 2]);

    expect(() => backward(x)).toThrowErrorMatchingInlineSnapshot(
      `[GradError: backward: output 0 has shape [2], which is not a scalar; pass gradTensors, or reduce it with sum() or mean()]`,
    );
    expect(() => backward(tensor(1))).toThrowErrorMatchingInlineSnapshot(
      `[GradError: backward: output 0 was not computed from a tensor that requires grad, or under noGrad; call requiresGrad_() on an input first]`,
    );
    expect(() => backward(x.sum(), { inputs: tensor(1) })).toThrowErrorMatchingInlineSnapshot(
      `[GradError: backward: inputs[0] (shape []) does not require grad; call requiresGrad_() on it before it is used]`,
    );
    expect(() => backward(undefined as never)).toThrowErrorMatchingInlineSnapshot(
      `[ArgumentError: backward: tensors is undefined; pass a Tensor, made by tensor(…)]`,
    );
  });
});

describe("leaves", () => {
  it("lists those that were used, as they began to require grad", () => {
    const [x, y, z] = [leafOf([1]), leafOf([2]), leafOf([3])];
    const all = leaves([z.mul(x), x.neg()]);

    expect(all.map((l) => [x, y, z].indexOf(l))).toEqual([0, 2]);
    expect(leaves(tensor(1))).toEqual([]);
  });
});

describe("inside of transforms", () => {
  const f = (x: Tensor) => x.sin().mul(x).sum();
  const d1 = (v: number) => Math.sin(v) + v * Math.cos(v);
  const d2 = (v: number) => 2 * Math.cos(v) - v * Math.sin(v);
  const x0 = tensor([0.5, 1.5], { dtype: "float64" });
  const close = (x: Tensor, expected: number[]) =>
    numbers(x).forEach((v, i) => expect(v).toBeCloseTo(expected[i]!, 12));

  it("grad creates a graph by default there", () => {
    close(derivative((x) => grad(f(x), x).sum())(x0), [d2(0.5), d2(1.5)]);
    close(derivative((x) => grad(f(x), x, { createGraph: true }).sum())(x0), [d2(0.5), d2(1.5)]);
    close(derivative((x) => grad(f(x), x, { createGraph: false }).sum())(x0), [0, 0]);
  });

  it("grad works in vmap on batched inputs, and refuses others", () => {
    const x = x0.detach().requiresGrad_();
    const w = leafOf(2);

    close(
      vmap((r) => grad(f(r), r), x),
      [d1(0.5), d1(1.5)],
    );
    close(
      vmap((r) => grad(f(r.requiresGrad_()), r), x0.detach()),
      [d1(0.5), d1(1.5)],
    );
    expect(() => vmap((r) => grad(r.mul(w), w), x)).toThrowErrorMatchingInlineSnapshot(
      `[GradError: grad: an input is not batched, so its gradient would be summed over the vmap; use grad of @cotangent/functional, or pass it as a batched argument]`,
    );
    expect(() => vmap((r) => backward(r.mul(w)) ?? r, x)).toThrowErrorMatchingInlineSnapshot(
      `[GradError: backward: inside vmap leaves cannot be told from captured tensors; name them in inputs]`,
    );
  });

  it("grad reaches a captured leaf through grad levels", () => {
    const w = leafOf(0.4);
    const loss = (x: Tensor) => w.mul(x).square();

    expect(
      derivative((x) => grad(loss(x), w))(tensor(1.3, { dtype: "float64" })).item(),
    ).toBeCloseTo(2 * 0.4 * 2 * 1.3, 12);
  });

  it("forward mode has no tape", () => {
    const w = leafOf([1, 2]);

    expect(() =>
      pushforward((x) => grad(f(x.mul(w)), w), x0, x0),
    ).toThrowErrorMatchingInlineSnapshot(
      `[GradError: grad: there is no tape directly under a forward transform; take the inner derivative with grad of @cotangent/functional, or the outer one in reverse mode]`,
    );
    expect(() => pushforward((x) => x.requiresGrad_(), x0, x0)).toThrow(/no tape directly under/);
  });

  it("backward adds to leaves of the level, and refuses those outside", () => {
    const w = leafOf([1, 2]);
    let seen: Tensor | null = null;
    derivative((x) => {
      const y = x.square().sum();
      backward(y, { retainGraph: true });
      seen = x.grad!.mul(1).detach();
      return y;
    })(x0);

    expect(() =>
      derivative((x) => {
        backward(x.mul(w).sum());
        return x.sum();
      })(x0),
    ).toThrowErrorMatchingInlineSnapshot(
      `[GradError: backward: the outputs depend on a tensor that requires grad outside of the grad; use grad(outputs, inputs), or name the inputs]`,
    );
    expect(w.grad).toBe(null);
    expect(seen).not.toBe(null);
  });

  it("an escaped tensor is an error that names the op", () => {
    let leak = x0;
    derivative((x) => (leak = x).sum())(x0);

    expect(() => leak.sin()).toThrowErrorMatchingInlineSnapshot(
      `[GradError: sin: a tensor of shape [2] escaped the grad that made it; return it from the function instead]`,
    );
    expect(() => grad(leak, leak)).toThrow(/^grad: a tensor of shape \[2\] escaped/);
    expect(() => leaves(leak)).toThrow(/escaped/);
    expect(() => leak.dataSync()).toThrow(/escaped/);
    expect(() => leak.detach()).toThrow(/escaped/);
    expect(() => derivative((x) => x.mul(leak).sum())(x0)).toThrow(/^mul: .*escaped/);
  });
});

describe("cost", () => {
  it("a chain of 100,000 ops does not overflow the stack", () => {
    const x = leafOf([1]);
    let y: Tensor = x;
    for (let i = 0; i < 100_000; i++) y = y.mul(1);

    expect(numbers(grad(y.sum(), x))).toEqual([1]);
    expect(leaves(y)).toHaveLength(1);
  });

  /** How many elements the backend writes in the gradient of n rows put together again. */
  function written(n: number): number {
    const backend = referenceBackend();
    let count = 0;
    const counting: Backend = {
      ...backend,
      elementwise(outputs, inputs, shape) {
        count += sizeOf(shape);
        return backend.elementwise(outputs, inputs, shape);
      },
      place(shape, ...rest) {
        count += sizeOf(shape);
        return backend.place(shape, ...rest);
      },
    };
    registerBackend("webgpu", counting);
    const x = zeros([n, 8], { requiresGrad: true, device: "webgpu" });
    grad(stack(x.unbind().map((row) => row.mul(2))).sum(), x);
    return count;
  }

  it("rows of unbind cost in proportion to their number", () => {
    expect(written(64)).toBeGreaterThan(64 * 8);
    expect(written(512) / written(64)).toBeLessThan(9);
  });

  it("visits only what leads to a wanted input", () => {
    const [x, w] = [leafOf([1, 2]), leafOf([3, 4])];
    let calls = 0;
    const side = w.exp();
    side.registerHook(() => void calls++);
    grad(x.mul(side).sum(), x);

    expect(calls).toBe(0);
  });
});
