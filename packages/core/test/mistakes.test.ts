import { describe, expect, it } from "vitest";
import { withLevel, wrapBatch } from "../src/extend.ts";
import {
  allCloseSync,
  arange,
  bernoulli,
  defineFunction,
  div,
  einsum,
  elu,
  eye,
  full,
  gelu,
  isclose,
  leakyRelu,
  manualSeed,
  max,
  multinomial,
  oneHot,
  ones,
  onesLike,
  RandomGenerator,
  rand,
  randint,
  randn,
  randperm,
  slice,
  softplus,
  stack,
  type Tensor,
  tensor,
  tensordot,
  zeros,
} from "../src/index.ts";

/** What each call throws, a line for each. */
const told = (...calls: (() => unknown)[]): string =>
  calls
    .map((call) => {
      try {
        return `no error: ${String(call())}`;
      } catch (error) {
        return String(error);
      }
    })
    .join("\n");

/** What the types do not allow. */
const wrong = (x: unknown): never => x as never;

const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

describe("reading", () => {
  it("says what is too large for a copy", () => {
    const x = zeros([1e6, 1e6]);

    expect(
      told(
        () => x.arraySync(),
        () => String(x),
      ),
    ).toMatchInlineSnapshot(`
      "BackendError: arraySync: there is no room for a copy of float32 [1000000, 1000000]; read a part of it, such as x.narrow(0, 0, 10)
      BackendError: toString: there is no room for a copy of float32 [1000000, 1000000]; read a part of it, such as x.narrow(0, 0, 10)"
    `);
  });
});

describe("options that nobody knows", () => {
  it("are told of by reductions", () => {
    expect(
      told(
        () => x.sum(wrong({ dim: 0 })),
        () => x.mean(0, wrong({ keepDim: true })),
        () => x.variance(wrong({ unbiased: true })),
        () => x.norm(0, wrong({ p: 2 })),
        () => x.sum(0, wrong(true)),
        () => max(x, wrong({ dim: 0 })),
        () => max(x, 0, wrong({ keepDim: true })),
      ),
    ).toMatchInlineSnapshot(`
      "ArgumentError: sum: there is no option dim; pass dim before the options, which are keepdim
      ArgumentError: mean: there is no option keepDim; it takes keepdim
      ArgumentError: variance: there is no option unbiased; it takes keepdim, correction
      ArgumentError: norm: there is no option p; it takes keepdim, ord
      ArgumentError: sum: true stands where the options go; pass an object, such as { keepdim: … }
      ArgumentError: max: there is no option dim; pass dim before the options, which are keepdim
      ArgumentError: max: there is no option keepDim; it takes keepdim"
    `);
    expect(x.sum(0, { keepdim: true }).shape).toEqual([1, 3]);
    expect(x.std({ keepdim: true, correction: 0 }).shape).toEqual([1, 1]);
    expect(x.norm({ ord: 1 }).item()).toBe(21);
  });

  it("are told of by creation", () => {
    expect(
      told(
        () => zeros(2, wrong({ requires_grad: true })),
        () => tensor([1], wrong({ size: [1] })),
        () => onesLike(x, wrong(3)),
        () => arange(3, wrong({ step: 2 })),
        () => eye(2, wrong({ m: 3 })),
        () => rand(2, wrong({ seed: 1 })),
        () => randint(6, 2, wrong({ low: 1 })),
        () => randperm(3, wrong(4)),
        () => bernoulli(ones(2), wrong({ p: 0.5 })),
        () => multinomial(ones(2), 1, wrong({ replace: true })),
      ),
    ).toMatchInlineSnapshot(`
      "ArgumentError: zeros: there is no option requires_grad; it takes dtype, device, requiresGrad
      ArgumentError: tensor: there is no option size; it takes dtype, device, requiresGrad, shape
      ArgumentError: onesLike: 3 stands where the options go; pass an object, such as { dtype: … }
      ArgumentError: arange: there is no option step; it takes dtype, device, requiresGrad
      ArgumentError: eye: there is no option m; it takes dtype, device, requiresGrad
      ArgumentError: rand: there is no option seed; it takes dtype, device, requiresGrad, generator
      ArgumentError: randint: there is no option low; it takes dtype, device, requiresGrad, generator
      ArgumentError: randperm: 4 stands where the options go; pass an object, such as { dtype: … }
      ArgumentError: bernoulli: there is no option p; it takes dtype, device, requiresGrad, generator
      ArgumentError: multinomial: there is no option replace; it takes dtype, device, requiresGrad, generator, replacement"
    `);
    expect(multinomial(ones(2), 3, { replacement: true, dtype: "float32" }).dtype).toBe("float32");
  });

  it("are told of where sizes follow each other", () => {
    expect(
      told(
        () => zeros(2, wrong(3)),
        () => ones(2, wrong(3)),
        () => randn(2, wrong(3)),
      ),
    ).toMatchInlineSnapshot(`
      "ArgumentError: zeros: a shape is one argument; write zeros([2, 3])
      ArgumentError: ones: a shape is one argument; write ones([2, 3])
      ArgumentError: randn: a shape is one argument; write randn([2, 3])"
    `);
  });

  it("are told of by ops", () => {
    expect(
      told(
        () => div(x, 2, wrong({ rounding: "floor" })),
        () => div(x, 2, wrong("floor")),
        () => leakyRelu(x, wrong(0.1)),
        () => elu(x, wrong({ slope: 1 })),
        () => gelu(x, wrong({ approx: "tanh" })),
        () => softplus(x, wrong({ Beta: 2 })),
        () => x.pad([1, 1], wrong({ mode: "reflect" })),
        () => x.diagonal(wrong(1)),
        () => x.sort(0, wrong(true)),
        () => x.sort(wrong({ dim: 0 })),
        () => x.argsort(wrong({ order: "desc" })),
        () => x.topk(1, 0, wrong({ largets: false })),
        () => isclose(x, x, wrong(1e-3)),
        () => allCloseSync(x, x, wrong({ tol: 1e-3 })),
        () => ones([2, 2]).triangularSolve(ones([2, 2]), wrong({ lower: true })),
        () => x.indexPut([0], 1, wrong({ add: true })),
      ),
    ).toMatchInlineSnapshot(`
      "ArgumentError: div: there is no option rounding; it takes roundingMode
      ArgumentError: div: "floor" stands where the options go; pass an object, such as { roundingMode: … }
      ArgumentError: leakyRelu: 0.1 stands where the options go; pass an object, such as { negativeSlope: … }
      ArgumentError: elu: there is no option slope; it takes alpha
      ArgumentError: gelu: there is no option approx; it takes approximate
      ArgumentError: softplus: there is no option Beta; it takes beta, threshold
      ArgumentError: pad: there is no option mode; it takes value
      ArgumentError: diagonal: 1 stands where the options go; pass an object, such as { offset: … }
      ArgumentError: sort: true stands where the options go; pass an object, such as { descending: … }
      ArgumentError: sort: there is no option dim; pass dim before the options, which are descending, stable
      ArgumentError: argsort: there is no option order; it takes descending, stable
      ArgumentError: topk: there is no option largets; it takes largest, sorted
      ArgumentError: isclose: 0.001 stands where the options go; pass an object, such as { rtol: … }
      ArgumentError: allCloseSync: there is no option tol; it takes rtol, atol, equalNan
      ArgumentError: triangularSolve: there is no option lower; it takes upper, left, unitriangular
      ArgumentError: indexPut: there is no option add; it takes accumulate"
    `);
  });
});

describe("arguments of another kind", () => {
  it("are named where dims or sizes belong", () => {
    expect(
      told(
        () => x.reshape(wrong(undefined)),
        () => x.permute(wrong(undefined)),
        () => x.expand(wrong("2")),
        () => x.flip(wrong({})),
        () => x.squeeze(wrong(null)),
        () => x.roll(wrong(undefined)),
        () => x.roll(1, wrong(null)),
        () => x.repeat(wrong(undefined)),
        () => x.split(wrong(undefined)),
        () => x.pad(wrong(undefined)),
        () => tensordot(x, x, wrong(null)),
      ),
    ).toMatchInlineSnapshot(`
      "ArgumentError: reshape: the shape is undefined; pass an integer or an array of integers
      ArgumentError: permute: dims is undefined; pass an integer or an array of integers
      ArgumentError: expand: the shape is "2"; pass an integer or an array of integers
      ArgumentError: flip: dims is an object; pass an integer or an array of integers
      ArgumentError: squeeze: dim is null; pass an integer or an array of integers
      ArgumentError: roll: shifts is undefined; pass an integer or an array of integers
      ArgumentError: roll: dims is null; pass an integer or an array of integers
      ArgumentError: repeat: repeats is undefined; pass an integer or an array of integers
      ArgumentError: split: sizes is undefined; pass an integer or an array of integers
      ArgumentError: pad: widths is undefined; pass an integer or an array of integers
      ArgumentError: tensordot: dims is null; pass a number, or the dims of each side in two arrays"
    `);
  });

  it("are named where indices belong", () => {
    expect(
      told(
        () => x.indexPut(wrong(0), 1),
        () => x.index(1.5),
        () => x.index(2),
        () => x.index([0, 2]),
        () => x.select(0, 0.5),
        () => oneHot(tensor([3], { dtype: "int32" }), 2),
        () => x.index(slice(), 0, 0),
        () => tensor([1]).index(0, 0),
      ),
    ).toMatchInlineSnapshot(`
      "ArgumentError: indexPut: the index is 0; pass an array of what index takes, such as [0]
      ArgumentError: index: index 1.5 is not an integer; use an integer from -2 to 1
      ArgumentError: index: index 2 is out of range for dim 0 of size 2; use an integer from -2 to 1
      ArgumentError: index: index 2 is out of range for size 2; use integers from -2 to 1
      ArgumentError: select: index 0.5 is not an integer; use an integer from -2 to 1
      ArgumentError: oneHot: index 3 is out of range for size 2; use integers from 0 to 1
      ShapeError: index: 3 dims are indexed of a tensor of shape [2, 3]; it has 2 dims
      ShapeError: index: 2 dims are indexed of a tensor of shape [1]; it has 1 dim"
    `);
  });

  it("are named where one dim belongs", () => {
    expect(
      told(
        () => tensor([1]).softmax(wrong(undefined)),
        () => x.cumsum(wrong(undefined)),
        () => x.logSoftmax(wrong({ dim: 0 })),
        () => x.cumsum(0.5),
        () => tensor([1]).cumsum(1),
        () => x.transpose(0, wrong(undefined)),
        () => tensor([1]).permute([0, 0]),
        () => tensor([1]).pad([1]),
      ),
    ).toMatchInlineSnapshot(`
      "ShapeError: softmax: dim is missing; use an integer from -1 to 0
      ShapeError: cumsum: dim is missing; use an integer from -2 to 1
      ShapeError: logSoftmax: dim is no number; use an integer from -2 to 1
      ShapeError: cumsum: dim 0.5 is not an integer; use an integer from -2 to 1
      ShapeError: cumsum: dim 1 is out of range for a tensor with 1 dim; use an integer from -1 to 0
      ShapeError: transpose: dim1 is missing; use an integer from -2 to 1
      ShapeError: permute: dims [0, 0] for a tensor with 1 dim; name each dim once
      ArgumentError: pad: widths [1] for a tensor with 1 dim; pass pairs of integers [before, after], the last dim's first"
    `);
  });
});

it("names what was called, and what was given", () => {
  expect(
    told(
      () => manualSeed(1.5),
      () => x.expand([3, 3]),
      () => tensor(wrong(1n)),
      () => tensor(wrong([1n])),
      () => tensor(wrong([{}])),
    ),
  ).toMatchInlineSnapshot(`
    "ArgumentError: manualSeed: the seed is 1.5; pass an integer up to 2⁵³
    ShapeError: expand: shapes [2, 3] and [3, 3] do not broadcast; aligned at the end, sizes must be equal or 1
    ArgumentError: tensor: data is 1n; pass a number, a boolean, nested arrays or a typed array
    ArgumentError: tensor: data[0] is 1n; pass numbers or booleans
    ArgumentError: tensor: data[0] is an object; pass numbers or booleans"
  `);
});

it("does not take for a number what is none", () => {
  expect(
    told(
      () => full(2, wrong(undefined)),
      () => full(2, 3, wrong(4)),
      () => x.indexPut([0], wrong([1, 2, 3])),
      () => x.pad([1, 1], { value: wrong("0") }),
      () => x.norm({ ord: wrong("fro") }),
      () => x.std(0, { correction: wrong("n") }),
      () => rand(2, { generator: wrong(7) }),
      () => einsum(wrong(x), x),
      () => stack(wrong(x)),
      () => x.reshape([-1, -1]),
    ),
  ).toMatchInlineSnapshot(`
    "ArgumentError: full: the value is undefined; pass a number or a boolean
    ArgumentError: full: 4 stands where the options go; pass an object, such as { dtype: … }
    ArgumentError: indexPut: values is an array of length 3; pass a Tensor, made by tensor(…)
    ArgumentError: pad: the value is "0"; pass a number or a boolean
    ArgumentError: norm: ord is "fro"; pass a number or ±Infinity
    ArgumentError: std: correction is "n"; pass a number
    ArgumentError: rand: generator is 7; pass one made by new RandomGenerator(seed)
    ArgumentError: einsum: the equation is a tensor of shape [2, 3]; pass a text, such as "ij,jk->ik"
    ArgumentError: stack: tensors is a tensor of shape [2, 3]; pass an array with at least one tensor
    ShapeError: reshape: −1 appears twice in shape [-1, -1]; leave one size open at most"
  `);
  expect(x.indexPut([0], true).index(0).arraySync()).toEqual([1, 1, 1]);
});

it("asks for a batch rule where forward reads its rows", () => {
  const host = defineFunction({
    name: "host",
    forward: (input: Tensor) => tensor((input.arraySync() as number[]).map((v) => v * 2)),
    vjp: (g) => [g.mul(2)],
  });
  const rows = () =>
    withLevel("batch", "vmap", (level) => {
      Object.assign(level, { size: 2, total: 2 });
      return host(wrapBatch(level, x)).value!;
    });
  expect(host(tensor([1])).item()).toBe(2);
  expect(told(rows)).toMatchInlineSnapshot(
    `"GradError: arraySync: a batched tensor has no single value inside host; compute with ops of tensors, or give host a batch rule, which reads all rows"`,
  );
});

it("prints where a generator stands", () => {
  const generator = new RandomGenerator(7);
  rand(3, { generator });
  expect(String(generator)).toBe("RandomGenerator(seed=7, offset=3)");
  const inspect = Symbol.for("nodejs.util.inspect.custom");
  expect((generator as unknown as { [inspect]: () => string })[inspect]()).toBe(String(generator));
});

describe("a product of bools", () => {
  it("is refused, as in PyTorch", () => {
    const x = tensor([[true, false]]);

    expect(() => x.matmul(x.T)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: matmul: the matrices are bool; convert them with x.astype("int32")]`,
    );
  });
});
