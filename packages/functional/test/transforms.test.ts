import {
  ArgumentError,
  CotangentError,
  DTypeError,
  eye,
  manualSeed,
  rand,
  ShapeError,
  type Tensor,
  zeros,
} from "@cotangent/core";
import { describe, expect, it } from "vitest";
import { grad, jacfwd, jacobian, jacrev, valueAndGrad, vjp, vmap } from "../src/index.ts";
import { checkAfterEach, expectClose, f64, type Loose, loose, random, shapes } from "./support.ts";

checkAfterEach();

const identity = (n: number): Tensor => eye(n, { dtype: "float64" });
const none = (shape: readonly number[]): Tensor => zeros(shape, { dtype: "float64" });
const diagonal = (x: Tensor): Tensor => identity(x.size).mul(x);
const product = (x: Tensor, y: Tensor): Tensor => x.mul(y.sum());

const both: readonly (readonly [string, typeof jacrev])[] = [
  ["jacrev", jacrev],
  ["jacfwd", jacfwd],
];

describe.each(both)("%s", (name, jac) => {
  const bad = loose(jac) as (...args: unknown[]) => Loose;

  it("simple", () => {
    const x = random(3, 1);

    expectClose(jac((q) => q.sin())(x), diagonal(x.cos()));
  });

  it("simple_not_flat: has the dims of the output, then those of the input", () => {
    const x = random([2, 3], 2);

    const J = jac((q) => q.sin())(x);

    expectClose(J, diagonal(x.cos().flatten()).reshape([2, 3, 2, 3]));
  });

  it("take: an element that is taken twice counts twice", () => {
    const f = (q: Tensor): Tensor => q.select(0, 1).add(q.select(0, 1)).unsqueeze(0);

    expectClose(jac(f)(random(3, 3)), f64([[0, 2, 0]]));
  });

  it("diff_numel: outputs of another size than the input", () => {
    const x = random([2, 4], 4);

    const J = jac((q) => q.narrow(1, 0, 3).unsqueeze(1).sin())(x);

    expect(J.shape).toEqual([2, 1, 3, 2, 4]);
    const cut = identity(8).reshape([2, 4, 2, 4]).narrow(1, 0, 3).unsqueeze(1);
    expectClose(J, cut.mul(x.cos()));
  });

  it("vmap_on_jac_simple: maps over rows", () => {
    const x = random([2, 3], 5);

    const J = vmap(jac((q) => q.sin()))(x);

    expectClose(J, identity(3).mul(x.cos().unsqueeze(1)));
  });

  it("nested_jac_simple: twice gives minus the sine where all indices are equal", () => {
    const x = random(3, 6);

    const J = jac(jac((q) => q.sin()))(x);

    const cube = identity(3).unsqueeze(-1).mul(identity(3));
    expectClose(J, cube.mul(x.sin().neg()));
  });

  it("multiple_args: argnums 1 is the second argument", () => {
    const [x, y] = [random(3, 7), random(3, 8)];

    expectClose(jac((p, q) => p.mul(q), { argnums: 1 })(x, y), diagonal(x));
  });

  it("multiple_outputs_multiple_argnums: outputs by arguments", () => {
    const [x, y] = [random(2, 9), random(2, 10)];

    const J = jac((p, q) => [p.mul(2), q.mul(p)] as const, { argnums: [0, 1] })(x, y);

    expectClose(J, [
      [identity(2).mul(2), none([2, 2])],
      [diagonal(y), diagonal(x)],
    ]);
  });

  it("multiple_outputs_single_argnums: a number is bare, a list of one is a list", () => {
    const [x, y] = [random(2, 11), random(2, 12)];
    const f = (p: Tensor, q: Tensor) => [p.mul(2), q.mul(p)] as const;

    expectClose(jac(f, { argnums: 0 })(x, y), [identity(2).mul(2), diagonal(y)]);
    expectClose(jac(f, { argnums: [0] })(x, y), [[identity(2).mul(2)], [diagonal(y)]]);
  });

  it("multiple_outputs_pytree: keeps the structure of the outputs", () => {
    const [x, y] = [random(2, 13), random(2, 14)];
    const f = (p: Tensor, q: Tensor) => ({ left: p.mul(2), right: [q.mul(p), p] });

    const J = jac(f, { argnums: [0, 1] })(x, y);

    expectClose(J, {
      left: [identity(2).mul(2), none([2, 2])],
      right: [
        [diagonal(y), diagonal(x)],
        [identity(2), none([2, 2])],
      ],
    });
  });

  it("multiple_inputs_pytree: keeps the structure of the inputs", () => {
    const f = ({ a, b }: { a: Tensor; b: readonly Tensor[] }) => a.mul(b[0]!).add(b[1]!);
    const inputs = { a: random(2, 15), b: [random(2, 16), random(2, 17)] };

    const J = jac(f)(inputs);

    expectClose(J, { a: diagonal(inputs.b[0]!), b: [diagonal(inputs.a), identity(2)] });
  });

  it("dimensionality: 0-d stays 0-d, one element stays a dim", () => {
    expect(jac((q) => q.sin())(f64(1)).shape).toEqual([]);
    expect(jac((q) => q.sin())(f64([1])).shape).toEqual([1, 1]);
  });

  it("aux_tensor: is handed through", () => {
    const x = random(3, 18);

    const [J, aux] = jac((q: Tensor) => [q.sin(), q.cos()] as const, { hasAux: true })(x);

    expectClose([J, aux], [diagonal(x.cos()), x.cos()]);
  });

  it("aux_pytree: aux may hold tensors and anything else", () => {
    const x = random(3, 19);
    const f = (q: Tensor) => [q.sin(), { label: "sine", parts: [q.cos(), 3] }] as const;

    const [J, aux] = jac(f, { hasAux: true })(x);

    expectClose(J, diagonal(x.cos()));
    expect(aux.label).toBe("sine");
    expect(aux.parts[1]).toBe(3);
    expectClose(aux.parts[0], x.cos());
  });

  it("outputs_can_any_pytree: no tensor at all is an error", () => {
    for (const nothing of [null, undefined, [], {}, 3, [1, 2], "bar"])
      expect(() => bad(() => nothing)(random(2, 20))).toThrow(ArgumentError);
  });

  it("multiple_inputs_outputs_pytree, also of several dims", () => {
    const [a, b] = [random([2, 3], 21), random(2, 22)];
    const f = (p: { a: Tensor }, q: readonly [Tensor]) => ({ out: [p.a.sum(1).mul(q[0]), q[0]] });

    const J = jac(f, { argnums: [0, 1] })({ a }, [b]);

    expectClose(J, {
      out: [
        [{ a: diagonal(b).unsqueeze(-1).expand([2, 2, 3]) }, [diagonal(a.sum(1))]],
        [{ a: none([2, 2, 3]) }, [identity(2)]],
      ],
    });
  });

  it("unrelated_input: gives zeros", () => {
    const [x, y] = [random(3, 23), random(2, 24)];

    expectClose(jac((p, _q) => p.sin(), { argnums: 1 })(x, y), none([3, 2]));
  });

  it("unrelated_output: gives zeros", () => {
    expectClose(jac((_q) => f64([1, 2]))(random(3, 25)), none([2, 3]));
  });

  it("empty_output: a function without results is an error, an empty result is not", () => {
    expect(() => bad(() => [])(random(3, 26))).toThrow(ArgumentError);
    expect(jac((q) => q.narrow(0, 0, 0))(random(3, 26)).shape).toEqual([0, 3]);
  });

  it("argnums_tuple: any order", () => {
    const [x, y] = [random(3, 27), random(3, 28)];

    expectClose(jac((p, q) => p.mul(q), { argnums: [1, 0] })(x, y), [diagonal(x), diagonal(y)]);
  });

  it("argnums_effect_on_return: number and list, one and several outputs", () => {
    const [x, y] = [random(3, 29), random(3, 30)];
    const one = (p: Tensor, q: Tensor) => p.mul(q);
    const pair = (p: Tensor, q: Tensor) => [p.mul(q), q] as const;

    expect(shapes(jac(one, { argnums: 0 })(x, y))).toEqual([3, 3]);
    expect(shapes(jac(one, { argnums: [0] })(x, y))).toEqual([[3, 3]]);
    expect(shapes(jac(pair, { argnums: 0 })(x, y))).toEqual([
      [3, 3],
      [3, 3],
    ]);
    expect(shapes(jac(pair, { argnums: [0] })(x, y))).toEqual([[[3, 3]], [[3, 3]]]);
  });

  it("argnums_defaults_to_zero", () => {
    const [x, y] = [random(3, 31), random(3, 32)];

    expectClose(jac((p, q) => p.mul(q))(x, y), diagonal(y));
  });

  it("empty_argnums, repeated_argnums and float_argnums are errors", () => {
    const x = random(3, 33);

    expect(() => jac(product, { argnums: [] })(x, x)).toThrow("argnums is empty");
    expect(() => jac(product, { argnums: [0, 0] })(x, x)).toThrow("name an argument twice");
    expect(() => jac(product, { argnums: [0, -2] })(x, x)).toThrow("name an argument twice");
    expect(() => bad(product, { argnums: 0.5 })(x, x)).toThrow(ArgumentError);
    expect(() => bad(product, { argnums: "0" })(x, x)).toThrow(ArgumentError);
    expect(() => bad(product, { argnums: [0, "1"] })(x, x)).toThrow(ArgumentError);
  });

  it("out_of_bounds_argnums are errors", () => {
    const x = random(3, 34);

    for (const argnums of [2, -3, [0, 2]])
      expect(() => bad(product, { argnums })(x, x)).toThrow("does not name one of the 2 arguments");
  });

  it("negative_argnums count from the end", () => {
    const [x, y] = [random(3, 35), random(3, 36)];

    expectClose(jac((p, q) => p.mul(q), { argnums: -1 })(x, y), diagonal(x));
    expectClose(jac((p, q) => p.mul(q), { argnums: [-1, -2] })(x, y), [diagonal(x), diagonal(y)]);
  });

  it("against_reference_simple", () => {
    const x = random([2, 3], 37);
    const f = (q: Tensor): Tensor => q.matmul(q.T);

    expectClose(jac(f)(x), jacobian(f, x, { vectorize: false }));
  });

  it("against_reference_multi_input", () => {
    const [x, y] = [random([2, 3], 38), random([3, 2], 39)];
    const f = (p: Tensor, q: Tensor): Tensor => p.matmul(q).sin();

    expectClose(jac(f, { argnums: [0, 1] })(x, y), jacobian(f, [x, y], { vectorize: false }));
  });

  it("against_reference_multi_input_multi_output", () => {
    const [x, y] = [random([2, 3], 40), random([3, 2], 41)];
    const f = (p: Tensor, q: Tensor): [Tensor, Tensor] => [p.matmul(q), q.matmul(p)];

    expectClose(jac(f, { argnums: [0, 1] })(x, y), jacobian(f, [x, y], { vectorize: false }));
  });

  it("against_reference_unrelated_outputs", () => {
    const [x, y] = [random(2, 42), random(3, 43)];
    const f = (p: Tensor, q: Tensor): Tensor[] => [p, q, p];

    expectClose(jac(f, { argnums: [0, 1] })(x, y), jacobian(f, [x, y], { vectorize: false }));
  });

  it("against_reference_zero_dim", () => {
    const [x, y] = [f64(1), f64([2, 3])];
    const f = (p: Tensor, q: Tensor): Tensor[] => [p.sin(), p.mul(q), q.sum()];

    expectClose(jac(f, { argnums: [0, 1] })(x, y), jacobian(f, [x, y], { vectorize: false }));
  });

  it("against_reference_default_arg: optional arguments may be left out", () => {
    const f = (p: Tensor, q: Tensor, scale = 2): Tensor => p.mul(q).mul(scale);
    const [x, y] = [random(3, 44), random(3, 45)];

    expectClose(bad(f)(x, y), diagonal(y).mul(2));
    expectClose(bad(f)(x, y, 3), diagonal(y).mul(3));
  });

  it("jac_with_non_tensor_args: what is not named may be anything", () => {
    const f = (p: Tensor, n: number, o: { readonly add: Tensor; readonly how: string }): Tensor =>
      p.pow(n).add(o.add);
    const x = random(3, 46);

    expectClose(jac(f)(x, 2, { add: x, how: "squares" }), diagonal(x.mul(2)));
  });

  it("chunk: every chunkSize gives the same", () => {
    const x = random([2, 3], 47);
    const f = (q: Tensor): Tensor => q.sin().matmul(q.T);
    const whole = jac(f)(x);

    for (const chunkSize of [1, 2, 3, 4, 7, 10, 1000]) expectClose(jac(f, { chunkSize })(x), whole);
    for (const chunkSize of [0, -2, 1.5])
      expect(() => jac(f, { chunkSize })(x)).toThrow(`chunkSize is ${chunkSize}`);
  });

  it("chunk_composition: chunks in chunks", () => {
    const x = random(3, 48);
    const f = (q: Tensor): Tensor => q.sin().mul(q.sum());

    expectClose(jac(jac(f, { chunkSize: 2 }), { chunkSize: 4 })(x), jac(jac(f))(x));
  });

  it("chunksize_one: works where the batch would be read", () => {
    const f = (q: Tensor): Tensor => q.mul(q.sin());

    expectClose(jac(f, { chunkSize: 1 })(f64([1, 2])), jac(f)(f64([1, 2])));
  });

  it("integer_error: only floating point arguments have a derivative", () => {
    expect(() => jac((q) => q)(f64([1]).astype("int32"))).toThrow(DTypeError);
    expect(() => jac((q) => q)(f64([1]).astype("bool"))).toThrow(`${name}: argument 0 is bool`);
  });

  it("links its result to the caller's tensors", () => {
    const w = f64([1, 2], true);

    const J = jac((q) => q.pow(3))(w);

    expect(J.requiresGrad).toBe(true);
    expectClose(vjp((q: Tensor) => jac((p) => p.pow(3))(q).sum(), w)[1], f64([6, 12]));
  });
});

describe("random numbers in jacfwd", () => {
  const x = f64(Array(6).fill(0));
  const noisy = (q: Tensor): Tensor => q.sum().mul(rand(20, { dtype: "float64" }));
  const columns = (randomness: "same" | "different", chunkSize: number): Tensor[] => {
    manualSeed(1);
    return jacfwd(noisy, { randomness, chunkSize })(x).unbind(1);
  };

  it("are the same for each column by default, with every chunkSize", () => {
    manualSeed(1);
    const first = rand(20, { dtype: "float64" });
    manualSeed(1);

    for (const column of jacfwd(noisy)(x).unbind(1)) expectClose(column, first);
    for (const chunkSize of [1, 4, 6])
      for (const column of columns("same", chunkSize)) expectClose(column, first);
  });

  it("differ under randomness different, but not by chunkSize", () => {
    const whole = columns("different", 6);

    expect(new Set(whole.map((column) => column.select(0, 0).item())).size).toBe(6);
    for (const chunkSize of [1, 4, 5]) expectClose(columns("different", chunkSize), whole);
  });

  it("are an error under randomness error, with every chunkSize", () => {
    for (const chunkSize of [1, 6])
      expect(() => jacfwd(noisy, { randomness: "error", chunkSize })(x)).toThrow(CotangentError);
  });
});

describe.each([
  ["grad", (f: Loose, o?: object) => loose(grad)(f, o) as Loose],
  [
    "valueAndGrad",
    (f: Loose, o?: object) => {
      const g = loose(valueAndGrad)(f, o) as Loose;
      return (...args: unknown[]) => (g(...args) as unknown[])[1];
    },
  ],
] as const)("%s", (name, transform) => {
  const f = (p: Tensor, q: Tensor): Tensor => p.sin().mul(q).sum();
  const [x, y] = [random(3, 50), random(3, 51)];

  it("gives the gradient of argument 0, or of argnums", () => {
    expectClose(transform(loose(f))(x, y), x.cos().mul(y));
    expectClose(transform(loose(f), { argnums: -1 })(x, y), x.sin());
    expectClose(transform(loose(f), { argnums: [1, 0] })(x, y), [x.sin(), x.cos().mul(y)]);
  });

  it("gives trees for trees", () => {
    const loss = ({ w, b }: { w: Tensor; b: Tensor[] }): Tensor => w.mul(b[0]!).sum();

    expectClose(transform(loose(loss))({ w: x, b: [y] }), { w: y, b: [x] });
  });

  it("needs a 0-d result", () => {
    expect(() => transform(loose((q: Tensor) => q.sin()))(x)).toThrow(ShapeError);
    expect(() => transform(loose((q: Tensor) => [q.sum()]))(x)).toThrow(`${name}: the function`);
  });

  it("nests, and works under vmap", () => {
    const third = transform(transform(transform(loose((q: Tensor) => q.pow(4)))));

    expectClose(third(f64(2)), f64(48));
    expectClose(vmap(third as (q: Tensor) => Tensor)(f64([1, 2])), f64([24, 48]));
  });
});

describe("hasAux", () => {
  const x = f64([1, 2]);
  const f = (q: Tensor) => [q.mul(q).sum(), { seen: q.mul(2), note: "kept" }] as const;

  it("of grad gives [gradient, aux], of valueAndGrad [[value, aux], gradient]", () => {
    const [g, aux] = grad(f, { hasAux: true })(x);
    const [[value, more], h] = valueAndGrad(f, { hasAux: true })(x);

    expectClose(
      [g, aux.seen, value, more.seen, h],
      [f64([2, 4]), f64([2, 4]), f64(5), f64([2, 4]), f64([2, 4])],
    );
    expect([aux.note, more.note]).toEqual(["kept", "kept"]);
  });

  it("needs a pair", () => {
    expect(() => (loose(grad)((q: Tensor) => q.sum(), { hasAux: true }) as Loose)(x)).toThrow(
      "must return [outputs, aux]",
    );
  });
});
