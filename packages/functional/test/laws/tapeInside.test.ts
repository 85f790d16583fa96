import { backward, type Tensor, grad as tapeGrad } from "@cotangent/core";
import { grad, hvp, jacobian, jvp, vjp, vmap } from "@cotangent/functional";
import { describe, expect, it } from "vitest";
import { expectAtRest, expectClose, f64, messageOf } from "./values.ts";

const at = [0.5, 1.5];
const f = (x: Tensor): Tensor => x.sin().mul(x).sum();
const first = (v: number): number => Math.sin(v) + v * Math.cos(v);
const second = (v: number): number => 2 * Math.cos(v) - v * Math.sin(v);
const third = (v: number): number => -3 * Math.sin(v) - v * Math.cos(v);
const diagonal = (d: (v: number) => number): number[] => [d(at[0]!), 0, 0, d(at[1]!)];

describe("a derivative of a tape gradient", () => {
  it("is linked by default, and with createGraph true", () => {
    expectClose(
      jacobian((x) => tapeGrad(f(x), x), f64(at)),
      diagonal(second),
    );
    const asked = (x: Tensor): Tensor => tapeGrad(f(x), x, { createGraph: true });
    expectClose(jacobian(asked, f64(at)), diagonal(second));
  });
  it("is zero with createGraph false", () => {
    const cut = (x: Tensor): Tensor => tapeGrad(f(x), x, { createGraph: false });
    expectClose(jacobian(cut, f64(at)), [0, 0, 0, 0]);
  });
  it("is linked by default in jvp of fn.grad, where the innermost level is not dual", () => {
    const inner = (q: Tensor): Tensor => q.mul(tapeGrad(f(q), q)).sum();
    const want = at.map((v) => 2 * second(v) + v * third(v));
    expectClose(jvp((x) => grad(inner)(x), f64(at), f64([1, 1]))[1], want);
  });
  it("is not linked to tracked tensors outside of all transforms", () => {
    const w = f64(at).requiresGrad_();
    expect(tapeGrad(f(w), w).requiresGrad).toBe(false);
    expect(vmap((x: Tensor) => tapeGrad(f(x), x))(w).requiresGrad).toBe(false);
    expect(tapeGrad(f(w), w, { createGraph: true }).requiresGrad).toBe(true);
  });
  it("is the Hessian-vector product of a function that takes gradients", () => {
    const g = (x: Tensor): Tensor => tapeGrad(f(x), x).mul(x).sum();
    const want = at.map((v, i) => [1, 2][i]! * (2 * second(v) + v * third(v)));
    expectClose(hvp(g, f64(at), f64([1, 2]))[1], want);
  });
});

describe("the tape under vmap", () => {
  it("gives a gradient for each row of a tracked tensor", () => {
    expectClose(vmap((x: Tensor) => tapeGrad(f(x), x))(f64(at).requiresGrad_()), at.map(first));
  });
  it("tracks the rows, not the caller's tensor, by requiresGrad_ inside", () => {
    const x = f64(at);
    const row = (r: Tensor): Tensor => tapeGrad(f(r.requiresGrad_()), r);
    expectClose(vmap(row)(x), at.map(first));
    expect(x.requiresGrad).toBe(false);
  });
  it("gives second derivatives with createGraph", () => {
    const row = (r: Tensor): Tensor => {
      const z = r.detach().requiresGrad_();
      return tapeGrad(tapeGrad(f(z), z, { createGraph: true }), z);
    };
    expectClose(vmap(row)(f64(at)), at.map(second));
  });
  it("works with a grad level above or below", () => {
    const rows = (x: Tensor): Tensor => vmap((q: Tensor) => tapeGrad(f(q), q))(x);
    expectClose(jacobian(rows, f64(at)), diagonal(second));
    expectClose(vmap(grad((q: Tensor) => tapeGrad(f(q), q)))(f64(at)), at.map(second));
  });
});

describe("a step of learning in a function that is differentiated", () => {
  const [x, y, rate, w0] = [1.3, 0.7, 0.1, 0.4];
  const loss = (w: Tensor, input: Tensor): Tensor => w.mul(input).sub(y).square();
  const stepped = w0 - rate * 2 * x * (w0 * x - y);
  const meta = 2 * x * (stepped * x - y) * (1 - rate * 2 * x * x);

  it("has the same meta-gradient by fn.grad, by the tape and by vmap over tasks", () => {
    const step = (w: Tensor): Tensor => w.sub(tapeGrad(loss(w, f64(x)), w).mul(rate));
    expectClose(grad((w: Tensor) => loss(step(w), f64(x)))(f64(w0)), meta);

    const w = f64(w0).requiresGrad_();
    const g = tapeGrad(loss(w, f64(x)), w, { createGraph: true });
    expectClose(tapeGrad(loss(w.sub(g.mul(rate)), f64(x)), w), meta);

    const task = (v: Tensor, input: Tensor): Tensor =>
      loss(v.sub(grad((q: Tensor) => loss(q, input))(v).mul(rate)), input);
    const tasks = (v: Tensor): Tensor => vmap((input: Tensor) => task(v, input))(f64([x, x])).sum();
    expectClose(grad(tasks)(f64(w0)), 2 * meta);
  });
});

describe("a captured tensor that is tracked", () => {
  const [x, y, w0] = [1.3, 0.7, 0.4];
  const loss = (w: Tensor, input: Tensor): Tensor => w.mul(input).sub(y).square();
  const mixed = 2 * (2 * w0 * x - y);

  it("has a gradient by the tape inside, which is differentiated by the argument", () => {
    const w = f64(w0).requiresGrad_();
    expectClose(grad((input: Tensor) => tapeGrad(loss(w, input), w))(f64(x)), mixed);
  });
  it("may be made inside", () => {
    const g = (input: Tensor): Tensor => {
      const w = f64(w0).requiresGrad_();
      return tapeGrad(loss(w, input), w);
    };
    expectClose(grad(g)(f64(x)), mixed);
  });
  it("may belong to an outer transform, for a total derivative", () => {
    const inner = (w: Tensor) => grad((input: Tensor) => tapeGrad(loss(w, input), w))(f64(x));
    expectClose(grad(inner)(f64(w0)), 4 * x);
  });
  it("keeps both ways apart", () => {
    const inner = (w: Tensor) => grad((q: Tensor) => tapeGrad(loss(w.sin(), q), w))(f64(x));
    // h(w) = w · 2(2 sin(w) x − y) cos(w)
    const [s, c] = [Math.sin(w0), Math.cos(w0)];
    const slope = 2 * (2 * s * x - y) * c + w0 * (4 * x * c * c - 2 * (2 * s * x - y) * s);
    expectClose(grad((w: Tensor) => w.mul(inner(w)))(f64(w0)), slope);
  });
  it("has derivatives along the argument by fn.grad inside jvp", () => {
    const inner = (input: Tensor) => grad((w: Tensor) => loss(w, input))(f64(w0));
    expectClose(jvp(inner, f64(x))[1], mixed);
    const twice = (input: Tensor) => grad((w: Tensor) => tapeGrad(loss(w, input), w))(f64(w0));
    expectClose(jvp(twice, f64(x))[1], 4 * x);
  });
});

describe("backward inside a transform", () => {
  it("adds to leaves of its own level only", () => {
    const seen: number[] = [];
    const w = f64(3);
    const g = (x: Tensor): Tensor => {
      const z = x.mul(w).square();
      backward(z, { retainGraph: true });
      seen.push(x.grad!.item() as number);
      backward(z);
      seen.push(x.grad!.item() as number);
      return z;
    };
    expectClose(grad(g)(f64(2)), 36);
    expect(seen).toEqual([36, 72]);
    expect(w.grad).toBeNull();
  });
  it("leaves the graph to the transform", () => {
    const g = (x: Tensor): Tensor => {
      const y = x.mul(x);
      backward(y, { retainGraph: false, createGraph: false });
      return y;
    };
    expectClose(grad(g)(f64(2)), 4);
    expectClose(vjp(g, f64(2))[1], 4);
  });
  it("differentiates .grad again", () => {
    const g = (x: Tensor): Tensor => {
      backward(x.mul(x).mul(x));
      return x.grad!;
    };
    expectClose(grad(g)(f64(2)), 12);
  });
  it("gives a named leaf outside numbers, where createGraph is false", () => {
    const w = f64(3).requiresGrad_();
    const g = (options: object) => (x: Tensor) => {
      const y = x.mul(w).square();
      backward(y, { inputs: w, retainGraph: true, ...options });
      return y;
    };
    grad(g({ createGraph: false }))(f64(2));
    expectClose(w.grad!, 24);
    w.grad = null;
    grad(g({}))(f64(2));
    expect(messageOf(() => w.grad!.item())).toMatchInlineSnapshot(
      `"GradError: item: a tensor of shape [] escaped the grad that made it; return it from the function instead"`,
    );
  });
  it("adds to each row under vmap, where inputs are named", () => {
    const x = f64(at).requiresGrad_();
    const row = (r: Tensor): Tensor => {
      const z = r.clone();
      z.retainGrad();
      backward(f(z), { inputs: z });
      return z.grad!;
    };
    expectClose(vmap(row)(x), at.map(first));
    expect(x.grad).toBeNull();
    expectAtRest();
  });
});
