import { grad, type Tensor, zeros } from "@cotangent/core";
import { levels, type Primitive, primitives } from "@cotangent/core/extend";
import { describe, expect, it, vi } from "vitest";
import { hessian, hvp, type JacobianOptions, jacobian, jvp, vhp, vjp } from "../src/index.ts";
import { checkAfterEach, expectClose, f64, random } from "./support.ts";

checkAfterEach();

/** How often a function is called. */
function counted<A extends readonly unknown[], R>(f: (...args: A) => R) {
  const count = { calls: 0 };
  return {
    count,
    f: (...args: A): R => {
      count.calls++;
      return f(...args);
    },
  };
}

const wide = (x: Tensor): Tensor => x.sin().unsqueeze(1).expand([x.size, 3]);
const narrow = (x: Tensor): Tensor => x.sin().sum();
const square = (x: Tensor): Tensor => x.sin();

function calls(f: (x: Tensor) => Tensor, options: JacobianOptions): number {
  const { f: g, count } = counted(f);
  jacobian(g, random(4, 1), options);
  return count.calls;
}

describe("how often func is called", () => {
  it("once in reverse mode, with every chunkSize", () => {
    for (const options of [{}, { chunkSize: 1 }, { chunkSize: 3 }, { vectorize: false }])
      expect(calls(wide, options)).toBe(1);
  });

  it("once for each chunk in forward mode", () => {
    const strategy = "forward-mode";

    expect(calls(wide, { strategy })).toBe(1);
    expect(calls(wide, { strategy, chunkSize: 3 })).toBe(2);
    expect(calls(wide, { strategy, vectorize: false })).toBe(4);
    expect(calls(wide, { strategy, chunkSize: 4 })).toBe(1);
  });

  it("once more by auto where that takes forward mode", () => {
    expect(calls(wide, { strategy: "auto" })).toBe(2);
    expect(calls(wide, { strategy: "auto", chunkSize: 3 })).toBe(3);
  });

  it("once by auto where that takes reverse mode: fewer outputs, a tie, or a call of the tape", () => {
    const onTape = (x: Tensor): Tensor => wide(grad(x.sin().sum(), x, { createGraph: true }));

    expect(calls(narrow, { strategy: "auto" })).toBe(1);
    expect(calls(square, { strategy: "auto" })).toBe(1);
    expect(calls(onTape, { strategy: "auto" })).toBe(1);
    expectClose(
      jacobian(onTape, random(4, 1), { strategy: "auto" }),
      jacobian(onTape, random(4, 1)),
    );
  });

  it("once by vjp, jvp, vhp, hvp and hessian", () => {
    const x = random(3, 2);
    const { f, count } = counted((q: Tensor) => q.pow(3).sum());

    vjp(f, x);
    jvp(f, x, x);
    vhp(f, x, x);
    hvp(f, x, x);
    hessian(f, x);

    expect(count.calls).toBe(5);
  });
});

describe("chunkSize", () => {
  const f = (x: Tensor, y: Tensor): Tensor[] => [x.outer(y), y.sin()];
  const inputs: [Tensor, Tensor] = [random(3, 3), random(4, 4)];
  const whole = jacobian(f, inputs);
  const sizes = [1, 2, 3, 5, 7, 16, 1000];

  it.each(["reverse-mode", "forward-mode", "auto"] as const)("gives the same in %s", (strategy) => {
    for (const chunkSize of sizes) expectClose(jacobian(f, inputs, { strategy, chunkSize }), whole);
  });

  it("gives the same Hessian", () => {
    const objective = (x: Tensor, y: Tensor): Tensor => x.sin().outer(y.exp()).sum();
    const H = hessian(objective, inputs);

    for (const outerJacobianStrategy of ["reverse-mode", "forward-mode", "auto"] as const)
      for (const chunkSize of sizes)
        expectClose(hessian(objective, inputs, { outerJacobianStrategy, chunkSize }), H);
  });
});

/** How many kernels run while `f` does. */
function kernels(f: () => unknown): number {
  let count = 0;
  const all = [...primitives] as Primitive[];
  const originals = all.map((p) => p.forward);
  all.forEach((p, i) => {
    Object.assign(p, {
      forward: (...args: Parameters<Primitive["forward"]>) => {
        count++;
        return originals[i]!.apply(p, args);
      },
    });
  });
  try {
    f();
  } finally {
    all.forEach((p, i) => {
      Object.assign(p, { forward: originals[i] });
    });
  }
  return count;
}

describe("cost", () => {
  const w = random([5, 5], 5);
  const network = (x: Tensor): Tensor => {
    let h = x;
    for (let layer = 0; layer < 6; layer++) h = w.mv(h).tanh().mul(h.sin());
    return h.sum();
  };
  const [x, v] = [random(5, 6), random(5, 7)];

  it("hvp goes by forward over reverse mode, vhp by reverse over reverse", () => {
    const kinds: string[][] = [];
    const look = (q: Tensor): Tensor => {
      kinds.push(levels.slice(1).map((level) => level.kind));
      return network(q);
    };

    hvp(look, x, v);
    vhp(look, x, v);

    expect(kinds).toEqual([
      ["dual", "grad"],
      ["grad", "grad"],
    ]);
  });

  it("hvp is as cheap as vhp", () => {
    const [forward, reverse] = [hvp, vhp].map((product) => kernels(() => product(network, x, v)));

    expect(forward).toBeGreaterThan(0);
    expect(forward).toBeLessThanOrEqual(1.1 * reverse!);
  });

  it("jvp costs less than four times the function, vjp less than five", () => {
    const once = kernels(() => network(x));

    expect(kernels(() => jvp(network, x, v))).toBeLessThan(4 * once);
    expect(kernels(() => vjp(network, x))).toBeLessThan(5 * once);
  });

  it("a Jacobian in one batch runs as many kernels for 50 rows as for 5", () => {
    const rows = (n: number) =>
      kernels(() => jacobian((q: Tensor) => q.sin().mul(q), random(n, 8)));

    expect(rows(50)).toBe(rows(5));
  });
});

describe("warnings", () => {
  it("vectorize_raises_no_warnings: nothing is printed in any mode", () => {
    const spies = (["warn", "error", "log"] as const).map((name) => vi.spyOn(console, name));
    const f = (q: Tensor): Tensor => q.sin().sum();

    for (const strategy of ["reverse-mode", "forward-mode", "auto"] as const)
      for (const vectorize of [true, false]) {
        jacobian(f, random(3, 9), { strategy, vectorize });
        hessian(f, random(3, 9), { outerJacobianStrategy: strategy, vectorize });
      }

    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});

describe("sizes of zero", () => {
  const none = zeros([0, 2], { dtype: "float64" });
  const x = f64([1, 2, 3]);
  const cut = (q: Tensor): Tensor => q.narrow(0, 0, 0);
  const modes: readonly JacobianOptions[] = [
    {},
    { vectorize: false },
    { strategy: "forward-mode" },
    { strategy: "forward-mode", chunkSize: 2 },
    { strategy: "auto" },
  ];

  it.each(modes)("jacobian %o: empty outputs, inputs, and both", (options) => {
    expect(jacobian(cut, x, options).shape).toEqual([0, 3]);
    expect(jacobian((q: Tensor) => q.sin(), none, options).shape).toEqual([0, 2, 0, 2]);
    expectClose(
      jacobian((q: Tensor) => q.sum(1).sum(), none, options),
      none,
    );
    expectClose(
      jacobian((p: Tensor, q: Tensor) => [p.mul(2), q], [x, none], options),
      [
        [
          f64([
            [2, 0, 0],
            [0, 2, 0],
            [0, 0, 2],
          ]),
          zeros([3, 0, 2], { dtype: "float64" }),
        ],
        [zeros([0, 2, 3], { dtype: "float64" }), zeros([0, 2, 0, 2], { dtype: "float64" })],
      ],
    );
  });

  it("vjp and jvp", () => {
    expectClose(vjp(cut, x, zeros(0, { dtype: "float64" }))[1], f64([0, 0, 0]));
    expect(jvp(cut, x, x)[1].shape).toEqual([0]);
    expectClose(vjp((q: Tensor) => q.sum(), none)[1], none);
    expectClose(jvp((q: Tensor) => q.sum(), none, none)[1], f64(0));
  });

  it("hessian, vhp and hvp", () => {
    const f = (q: Tensor): Tensor => q.mul(q).sum();

    expect(hessian(f, none).shape).toEqual([0, 2, 0, 2]);
    expect(hessian(f, none, { outerJacobianStrategy: "forward-mode" }).shape).toEqual([0, 2, 0, 2]);
    expectClose(vhp(f, none, none)[1], none);
    expectClose(hvp(f, none, none)[1], none);
  });
});

describe("construct_standard_basis_for", () => {
  it.each([
    [[[]], ["float64"]],
    [[[2]], ["float32"]],
    [[[2, 3]], ["float64"]],
    [
      [[], []],
      ["float64", "float32"],
    ],
    [
      [[1], [3]],
      ["float64", "float64"],
    ],
    [
      [[2], []],
      ["float32", "float64"],
    ],
    [
      [[3], [1], [2, 2]],
      ["float64", "float32", "float64"],
    ],
    [
      [[0], [2]],
      ["float64", "float64"],
    ],
  ] as const)(
    "%j %j: every input gets its columns of the identity, of its dtype",
    (shapes, dtypes) => {
      const inputs = shapes.map((shape, i) => zeros([...shape], { dtype: dtypes[i]! }));
      const n = inputs.reduce((sum, x) => sum + x.size, 0);

      for (const strategy of ["reverse-mode", "forward-mode"] as const) {
        const J = jacobian((...qs: Tensor[]) => qs, inputs, { strategy });
        const cells = J.map((row, i) =>
          row.map((block, j) => block.reshape([inputs[i]!.size, inputs[j]!.size])),
        );
        const seen = cells.flatMap((row, i) =>
          Array.from({ length: inputs[i]!.size }, (_, r) =>
            row.flatMap((block) =>
              block.size === 0 ? [] : Array.from(block.select(0, r).dataSync()),
            ),
          ),
        );
        expect(seen).toEqual(
          Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => +(i === j))),
        );
        expect(J.map((row) => row.map((block) => block.dtype))).toEqual(J.map(() => [...dtypes]));
      }
    },
  );
});
