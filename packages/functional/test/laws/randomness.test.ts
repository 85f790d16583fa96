import { checkpoint, RandomGenerator, rand, randn, type Tensor } from "@cotangent/core";
import {
  grad,
  hessian,
  hvp,
  jacfwd,
  jacobian,
  jvp,
  linearize,
  vhp,
  vjp,
  vmap,
} from "@cotangent/functional";
import { describe, expect, it } from "vitest";
import { directionsOf, forPrograms, functionOf, inputsOf, joined, objectiveOf } from "./program.ts";
import { expectAtRest, expectClose, f64, messageOf } from "./values.ts";

const seed = 7;
const dtype = "float64";

/** Runs f with a generator that begins at the same place each time; where it ends is part of the result. */
function drawing<R>(f: (generator: RandomGenerator) => R): { result: R; offset: number } {
  const generator = new RandomGenerator(seed);
  return { result: f(generator), offset: generator.getState().offset };
}

const noisy =
  <R>(f: (...xs: Tensor[]) => R, generator: RandomGenerator) =>
  (...xs: Tensor[]): R =>
    f(...xs.map((x) => x.mul(rand(x.shape, { dtype, generator }).add(0.5))));

const column = (blocks: readonly (readonly Tensor[])[]): Tensor => joined(blocks.flat());

describe("a random program", () => {
  it("has one Jacobian, in every mode and chunk, with or without checkpoint", () => {
    forPrograms(60, 21, (p) => {
      const [f, xs] = [functionOf(p), inputsOf(p)];
      const want = drawing((g) => column(jacobian(noisy(f, g), xs, { vectorize: false })));
      for (const strategy of ["reverse-mode", "forward-mode", "auto"] as const)
        for (const chunkSize of [1, 2, 100])
          for (const again of [false, true]) {
            const got = drawing((g) => {
              const h = noisy(f, g);
              const run = again ? (...x: Tensor[]) => checkpoint(h, ...x) : h;
              return column(jacobian(run, xs, { strategy, chunkSize }));
            });
            expectClose(got.result, want.result, `${strategy} ${chunkSize} ${again}`);
            expect(got.offset).toBe(want.offset);
          }
      expectAtRest();
    });
  });
  it("has one Hessian", () => {
    forPrograms(60, 22, (p) => {
      const [f, xs] = [objectiveOf(p), inputsOf(p)];
      const vs = directionsOf(xs);
      const want = drawing((g) => column(hessian(noisy(f, g), xs)));
      for (const chunkSize of [1, 2]) {
        const outerJacobianStrategy = "forward-mode";
        const got = drawing((g) =>
          column(hessian(noisy(f, g), xs, { outerJacobianStrategy, chunkSize })),
        );
        expectClose(got.result, want.result, `chunkSize ${chunkSize}`);
        expect(got.offset).toBe(want.offset);
      }
      const products = [hvp, vhp].map((product) =>
        drawing((g) => joined(product(noisy(f, g), xs, vs)[1])),
      );
      expectClose(products[0]!.result, products[1]!.result, "hvp, vhp");
    });
  });
});

describe("vmap", () => {
  const rows = f64([
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
    [10, 11, 12],
    [13, 14, 15],
  ]);
  const f = (generator: RandomGenerator) => (x: Tensor) =>
    x
      .sin()
      .mul(randn([3], { dtype, generator }))
      .sum();

  it.each([1, 2, 3, 5])("draws what a loop draws, in chunks of %i", (chunkSize) => {
    const loop = drawing((g) => rows.unbind().map((x) => f(g)(x).item() as number));
    const got = drawing((g) => vmap(f(g), { randomness: "different", chunkSize })(rows));
    expectClose(got.result, loop.result);
    expect(got.offset).toBe(loop.offset);
  });
  it.each([1, 2, 5])("draws once for all rows with same, in chunks of %i", (chunkSize) => {
    const { result: noise } = drawing((generator) => randn([3], { dtype, generator }));
    const got = drawing((g) => vmap(f(g), { randomness: "same", chunkSize })(rows));
    expectClose(got.result, rows.sin().matmul(noise));
    expect(got.offset).toBe(3);
  });
  it("gives gradients for the numbers that it drew", () => {
    const loop = drawing((g) => rows.unbind().flatMap((x) => [...grad(f(g))(x).dataSync()]));
    for (const chunkSize of [1, 2, 5]) {
      const inside = drawing((g) => vmap(grad(f(g)), { randomness: "different", chunkSize })(rows));
      expectClose(inside.result, loop.result, `chunkSize ${chunkSize}`);
      const outside = drawing((g) => {
        const total = (x: Tensor) => vmap(f(g), { randomness: "different", chunkSize })(x).sum();
        return grad(total)(rows);
      });
      expectClose(outside.result, loop.result, `chunkSize ${chunkSize}, grad of vmap`);
    }
  });
  it("draws the same under checkpoint", () => {
    const want = drawing((g) => vmap(grad(f(g)), { randomness: "different" })(rows));
    for (const chunkSize of [1, 2, 5]) {
      const got = drawing((g) => {
        const h = grad((x: Tensor) => checkpoint(f(g), x));
        return vmap(h, { randomness: "different", chunkSize })(rows);
      });
      expectClose(got.result, want.result);
      expect(got.offset).toBe(want.offset);
    }
  });
  it.each([
    ["different", "different", 15],
    ["different", "same", 5],
    ["same", "different", 3],
    ["same", "same", 1],
  ] as const)("of vmap: %s of %s draws %i numbers, in any chunks", (outer, inner, count) => {
    const run = (chunkSize: number) =>
      drawing((generator) => {
        const element = (x: Tensor): Tensor => rand([], { dtype, generator }).add(x.mul(0));
        const row = vmap(element, { randomness: inner, chunkSize });
        return [...vmap(row, { randomness: outer, chunkSize })(rows).dataSync()];
      });
    const want = run(5);
    expect(new Set(want.result).size).toBe(count);
    expect(want.offset).toBe(count);
    for (const chunkSize of [1, 2, 3]) expect(run(chunkSize)).toEqual(want);
  });
  it("asks what random numbers shall do", () => {
    const generator = new RandomGenerator(seed);
    expect(messageOf(() => vmap(f(generator))(rows))).toMatchInlineSnapshot(
      `"GradError: randn: random numbers inside of vmap may be the same or different for each row; pass randomness: "different" or "same" to vmap"`,
    );
    const same = vmap((x: Tensor) => vmap((_: Tensor) => rand([], { generator }))(x), {
      randomness: "same",
    });
    expect(messageOf(() => same(rows))).toMatchInlineSnapshot(
      `"GradError: rand: random numbers inside of vmap may be the same or different for each row; pass randomness: "different" or "same" to vmap"`,
    );
    expect(generator.getState().offset).toBe(0);
  });
});

describe("jacfwd", () => {
  const x = f64([0.3, 0.5, 0.7]);
  const f = (generator: RandomGenerator) => (t: Tensor) => t.mul(rand([3], { dtype, generator }));

  it("draws other numbers for each column when it is asked to, in any chunks", () => {
    const run = (chunkSize: number) =>
      drawing((g) => jacfwd(f(g), { randomness: "different", chunkSize })(x));
    const want = run(3);
    for (const chunkSize of [1, 2]) {
      expectClose(run(chunkSize).result, want.result);
      expect(run(chunkSize).offset).toBe(want.offset);
    }
    const { result: noise } = drawing((generator) => rand([3, 3], { dtype, generator }));
    expectClose(want.result.diagonal(), noise.diagonal());
  });
  it("draws once by default", () => {
    const { result: noise } = drawing((generator) => rand([3], { dtype, generator }));
    const { result: J, offset } = drawing((g) => jacfwd(f(g))(x));
    expectClose(J.diagonal(), noise);
    expect(offset).toBe(3);
  });
});

describe("a function that was linearized", () => {
  it("keeps its random numbers", () => {
    const generator = new RandomGenerator(seed);
    const x = f64([0.3, 0.5]);
    const f = (t: Tensor): Tensor => t.sin().mul(rand([2], { dtype, generator }));
    const [, push] = linearize(f, x);
    const { offset } = generator.getState();
    expectClose(push(f64([1, 2])), push(f64([1, 2])));
    expect(generator.getState().offset).toBe(offset);
    generator.setState({ seed, offset: 0 });
    expectClose(push(f64([1, 2])), jvp(f, x, f64([1, 2]))[1]);
    generator.setState({ seed, offset: 0 });
    expectClose(push(f64([1, 1])), vjp(f, x, f64([1, 1]))[1]);
  });
});
