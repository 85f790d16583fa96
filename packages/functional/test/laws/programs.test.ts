import {
  backward,
  checkpoint,
  concat,
  type Sync,
  savedTensorHooks,
  stack,
  type Tensor,
  grad as tapeGrad,
} from "@cotangent/core";
import {
  hessian,
  hvp,
  jacfwd,
  jacobian,
  jacrev,
  jvp,
  linearize,
  pullback,
  vhp,
  vjp,
  vmap,
} from "@cotangent/functional";
import * as closure from "@cotangent/functional/closure";
import { describe, expect, it } from "vitest";
import {
  directionsOf,
  forPrograms,
  functionOf,
  inputsOf,
  joined,
  objectiveOf,
  type Program,
} from "./program.ts";
import { expectAtRest, expectClose, f64 } from "./values.ts";

const COUNT = 100;

type Blocks = readonly (readonly Tensor[])[];
type Func = (...xs: Tensor[]) => Tensor[];

/** Blocks as one matrix of rows of all outputs and columns of all inputs. */
function matrix(blocks: Blocks, ys: readonly Tensor[], xs: readonly Tensor[]): Tensor {
  const rows = blocks.map((row, i) =>
    concat(
      row.map((J, j) => J.reshape([ys[i]!.size, xs[j]!.size])),
      1,
    ),
  );
  return concat(rows);
}

/** (f(x + h) − f(x − h)) / 2h with the error in h² and h⁴ taken away, by every input element. */
function differences(f: (x: Tensor[]) => Tensor, xs: readonly Tensor[]): Tensor {
  const slopes = xs.flatMap((x, i) =>
    Array.from({ length: x.size }, (_, j) => {
      const moved = (h: number): Tensor => {
        const data = Float64Array.from(x.dataSync(), (v, k) => v + (k === j ? h : 0));
        return f(xs.map((y, k) => (k === i ? f64(data).reshape(x.shape) : y)));
      };
      const slope = (h: number): Tensor =>
        moved(h)
          .sub(moved(-h))
          .div(2 * h);
      const [a, b, c] = [slope(1e-3), slope(5e-4), slope(2.5e-4)];
      const [d, e] = [b.mul(4).sub(a).div(3), c.mul(4).sub(b).div(3)];
      return e.mul(16).sub(d).div(15);
    }),
  );
  return stack(slopes, -1);
}

function expectNear(x: Tensor, want: Tensor, bound: number): void {
  expect(x.shape).toEqual(want.shape);
  expect(Math.max(0, ...x.sub(want).abs().reshape([-1]).dataSync())).toBeLessThan(bound);
}

/** The same function, whose saved values are computed again or pass through hooks. */
function remade<R>(f: (...xs: Tensor[]) => R & Sync<R>): ((...xs: Tensor[]) => R)[] {
  const hooks = {
    pack: (x: Tensor) => [x.clone()] as const,
    unpack: ([x]: readonly [Tensor]) => x,
  };
  return [
    (...xs) => checkpoint<Tensor[], R>(f, ...xs),
    (...xs) => savedTensorHooks<readonly [Tensor], R>(hooks, () => f(...xs)),
  ];
}

interface Setting {
  readonly f: Func;
  readonly xs: Tensor[];
  readonly ys: Tensor[];
  /** The Jacobian, row by row in reverse mode. */
  readonly J: Tensor;
}

function settingOf(p: Program): Setting {
  const f = functionOf(p);
  const xs = inputsOf(p);
  const ys = f(...xs);
  return { f, xs, ys, J: matrix(jacobian(f, xs, { vectorize: false }), ys, xs) };
}

const check = (seed: number, law: (s: Setting, p: Program) => void): void =>
  forPrograms(COUNT, seed, (p) => {
    law(settingOf(p), p);
    expectAtRest();
  });

describe("the Jacobian of a random program", () => {
  it("is what differences give", () => {
    check(1, ({ f, xs, J }) =>
      expectNear(
        J,
        differences((x) => joined(f(...x)), xs),
        1e-8,
      ),
    );
  });
  it("is the same in every mode and chunk", () => {
    check(2, ({ f, xs, ys, J }) => {
      for (const strategy of ["reverse-mode", "forward-mode", "auto"] as const)
        for (const chunkSize of [1, 2, 5, 100]) {
          const blocks = jacobian(f, xs, { strategy, chunkSize });
          expectClose(matrix(blocks, ys, xs), J, `${strategy} ${chunkSize}`);
        }
      const forward = jacobian(f, xs, { strategy: "forward-mode", vectorize: false });
      expectClose(matrix(forward, ys, xs), J, "forward-mode, not vectorized");
    });
  });
  it("is the same as a function, and with createGraph", () => {
    check(3, ({ f, xs, ys, J }) => {
      const argnums = xs.map((_, i) => i);
      for (const jac of [jacrev, jacfwd])
        expectClose(matrix(jac(f, { argnums })(...xs) as Blocks, ys, xs), J, jac.name);
      for (const strategy of ["reverse-mode", "forward-mode"] as const) {
        const blocks = jacobian(f, xs, { strategy, createGraph: true });
        expectClose(matrix(blocks, ys, xs), J, strategy);
      }
    });
  });
  it("is the same with checkpoints and hooks of saved tensors", () => {
    check(4, ({ f, xs, ys, J }) => {
      for (const g of remade(f))
        for (const strategy of ["reverse-mode", "forward-mode"] as const)
          expectClose(matrix(jacobian(g, xs, { strategy }), ys, xs), J, strategy);
    });
  });
});

describe("products with the Jacobian of a random program", () => {
  it("are vᵀJ in reverse mode, and on the tape", () => {
    check(5, ({ f, xs, ys, J }) => {
      const us = directionsOf(ys);
      const want = joined(us).matmul(J);
      const [values, product] = vjp(f, xs, us);
      values.forEach((y, i) => expectClose(y, ys[i]!));
      expectClose(joined(product), want, "vjp");
      expectClose(joined(pullback(f, xs)[1](us)), want, "pullback");
      const leaves = xs.map((x) => x.clone().requiresGrad_());
      const all = f(...leaves);
      const outputs = all.filter((y) => y.requiresGrad);
      const gs = us.filter((_, i) => all[i]!.requiresGrad);
      if (outputs.length === 0) return;
      const options = { gradOutputs: gs, retainGraph: true, materializeGrads: true } as const;
      expectClose(joined(tapeGrad(outputs, leaves, options)), want, "grad");
      const rows = gs.map((g) => stack([g, g.mul(2)]));
      const batch = { ...options, gradOutputs: rows, isGradsBatched: true } as const;
      const twice = tapeGrad(outputs, leaves, batch).map((g) => g.select(0, 1).mul(0.5));
      expectClose(joined(twice), want, "grad, batched");
      backward(outputs, { gradTensors: gs });
      const grads = leaves.map((x) => x.grad ?? x.detach().mul(0));
      expectClose(joined(grads), want, "backward");
    });
  });
  it("are J·v in forward mode", () => {
    check(6, ({ f, xs, J }) => {
      const vs = directionsOf(xs);
      const want = J.matmul(joined(vs));
      expectClose(joined(jvp(f, xs, vs)[1]), want, "jvp");
      expectClose(joined(jvp(f, xs, vs, { createGraph: true })[1]), want, "jvp, linked");
      const [, push] = linearize(f, xs);
      expectClose(joined(push(...vs)), want, "linearize");
      expectClose(joined(push(...vs.map((v) => v.mul(2)))), want.mul(2), "linearize, again");
    });
  });
  it("are the same for a closure", () => {
    check(7, ({ f, xs, ys, J }) => {
      const params = xs.map((x) => x.clone().requiresGrad_());
      const func = (): Tensor => joined(f(...params));
      if (!func().requiresGrad) return;
      const [u, vs] = [joined(directionsOf(ys)), directionsOf(xs)];
      expectClose(joined(closure.vjp(func, params, u)), u.matmul(J), "vjp");
      expectClose(closure.jvp(func, params, vs), J.matmul(joined(vs)), "jvp");
      expectClose(concat(closure.fullJacobian(func, params), 1), J, "fullJacobian");
      const many = vs.map((v) => stack([v, v.mul(3)]));
      const pushed = closure.batchJvp(func, params, many).select(0, 1);
      expectClose(pushed, J.matmul(joined(vs)).mul(3), "batchJvp");
      const pulled = closure
        .batchVjp(func, params, stack([u.mul(3), u]))
        .map((g) => g.select(0, 0));
      expectClose(joined(pulled), u.matmul(J).mul(3), "batchVjp");
    });
  });
});

describe("vmap of a random program", () => {
  const points = [0, 1, 2];
  const batchOf = (p: Program): Tensor[] =>
    inputsOf(p).map((_, i) => stack(points.map((shift) => inputsOf(p, shift)[i]!)));
  const loop = (p: Program, f: Func): Tensor[] => {
    const rows = points.map((shift) => f(...inputsOf(p, shift)));
    return rows[0]!.map((_, i) => stack(rows.map((row) => row[i]!)));
  };
  const compare = (got: readonly Tensor[], want: readonly Tensor[], name: string): void =>
    got.forEach((y, i) => {
      expect(y.shape).toEqual(want[i]!.shape);
      expectClose(y, want[i]!, name);
    });

  it("is a loop, in any chunks", () => {
    forPrograms(COUNT, 8, (p) => {
      const f = functionOf(p);
      for (const chunkSize of [1, 2, 3])
        compare(vmap(f, { chunkSize })(...batchOf(p)), loop(p, f), `chunkSize ${chunkSize}`);
      const last = vmap(f, { outDims: -1 })(...batchOf(p));
      compare(
        last.map((y) =>
          y.permute([y.ndim - 1, ...Array.from({ length: y.ndim - 1 }, (_, d) => d)]),
        ),
        loop(p, f),
        "outDims",
      );
    });
  });
  it("is a loop where only one input has rows", () => {
    forPrograms(COUNT, 9, (p) => {
      const f = functionOf(p);
      const [, ...rest] = inputsOf(p);
      const first: Func = (x) => f(x!, ...rest);
      const rows = points.map((shift) => first(inputsOf(p, shift)[0]!));
      const want = rows[0]!.map((_, i) => stack(rows.map((row) => row[i]!)));
      const inDims = [0, ...rest.map(() => null)];
      compare(vmap(f, { inDims })(batchOf(p)[0]!, ...rest), want, "inDims");
      compare(vmap(first)(batchOf(p)[0]!), want, "captured");
    });
  });
  it("is a loop of vjp and of jvp", () => {
    forPrograms(COUNT, 10, (p) => {
      const f = functionOf(p);
      const pulled: Func = (...xs) => vjp(f, xs, directionsOf(f(...xs)))[1];
      const pushed: Func = (...xs) => jvp(f, xs, directionsOf(xs))[1];
      compare(vmap(pulled)(...batchOf(p)), loop(p, pulled), "vjp");
      compare(vmap(pushed)(...batchOf(p)), loop(p, pushed), "jvp");
    });
  });
  it("has the derivatives of a loop", () => {
    forPrograms(COUNT, 11, (p) => {
      const f = functionOf(p);
      const together: Func = (...xs) => vmap(f)(...xs);
      const oneByOne: Func = (...xs) => {
        const rows = points.map((i) => f(...xs.map((x) => x.select(0, i))));
        return rows[0]!.map((_, i) => stack(rows.map((row) => row[i]!)));
      };
      const xs = batchOf(p);
      const us = directionsOf(together(...xs));
      compare(vjp(together, xs, us)[1], vjp(oneByOne, xs, us)[1], "vjp");
      const vs = directionsOf(xs);
      compare(jvp(together, xs, vs)[1], jvp(oneByOne, xs, vs)[1], "jvp");
    });
  });
});

describe("second derivatives of a random program", () => {
  const square = (blocks: Blocks, xs: readonly Tensor[]): Tensor => matrix(blocks, xs, xs);

  it("are what differences of the gradient give, and symmetric", () => {
    forPrograms(COUNT, 12, (p) => {
      const [f, xs] = [objectiveOf(p), inputsOf(p)];
      const H = square(hessian(f, xs), xs);
      expectNear(
        H,
        differences((x) => joined(vjp(f, x)[1]), xs),
        1e-8,
      );
      expectClose(H, H.T, "symmetric");
    });
  });
  it("are the same in every mode and chunk", () => {
    forPrograms(COUNT, 13, (p) => {
      const [f, xs] = [objectiveOf(p), inputsOf(p)];
      const H = square(hessian(f, xs, { vectorize: false }), xs);
      for (const outerJacobianStrategy of ["reverse-mode", "forward-mode", "auto"] as const)
        for (const chunkSize of [2, 100]) {
          const blocks = hessian(f, xs, { outerJacobianStrategy, chunkSize });
          expectClose(square(blocks, xs), H, `${outerJacobianStrategy} ${chunkSize}`);
        }
      const argnums = xs.map((_, i) => i);
      for (const outer of [jacfwd, jacrev])
        for (const inner of [jacfwd, jacrev]) {
          const blocks = outer(inner(f, { argnums }), { argnums })(...xs) as Blocks;
          expectClose(square(blocks, xs), H, `${outer.name} of ${inner.name}`);
        }
      expectClose(square(tapeHessian(f, xs), xs), H, "on the tape");
    });
  });
  it("have equal products from both sides", () => {
    forPrograms(COUNT, 14, (p) => {
      const [f, xs] = [objectiveOf(p), inputsOf(p)];
      const vs = directionsOf(xs);
      const want = square(hessian(f, xs), xs).matmul(joined(vs));
      const [value, h] = hvp(f, xs, vs);
      expectClose(value, f(...xs));
      expectClose(joined(h), want, "hvp");
      expectClose(joined(vhp(f, xs, vs)[1]), want, "vhp");
      for (const g of remade(f)) {
        expectClose(joined(vhp(g, xs, vs)[1]), want, "vhp, with saved values made anew");
        expectClose(joined(hvp(g, xs, vs)[1]), want, "hvp, with saved values made anew");
      }
    });
  });
});

/** By tape calls alone, a row for each element of the gradient. */
function tapeHessian(f: (...xs: Tensor[]) => Tensor, xs: readonly Tensor[]): Blocks {
  const leaves = xs.map((x) => x.clone().requiresGrad_());
  const y = f(...leaves).add(leaves.map((x) => x.sum().mul(0)).reduce((a, b) => a.add(b)));
  const first = tapeGrad(y, leaves, { createGraph: true });
  return first.map((g) => {
    const zero = (): Tensor[] => xs.map((x) => f64(new Float64Array(x.size)).reshape(x.shape));
    if (!g.requiresGrad)
      return zero().map((z) => z.unsqueeze(0).repeat([g.size, ...z.shape.map(() => 1)]));
    const rows = Array.from({ length: g.size }, (_, i) => {
      const element = g.reshape([-1]).select(0, i);
      return tapeGrad(element, leaves, { retainGraph: true, materializeGrads: true });
    });
    return leaves.map((_, j) => stack(rows.map((row) => row[j]!)));
  });
}
