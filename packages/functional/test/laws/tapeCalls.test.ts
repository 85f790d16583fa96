import { backward, GradError, type Tensor, grad as tapeGrad } from "@cotangent/core";
import { grad, jvp, vmap } from "@cotangent/functional";
import { describe, expect, it } from "vitest";
import { expectAtRest, expectClose, f64, messageOf } from "./values.ts";

type Kind = "grad" | "dual" | "batch";
type Scalar = (x: Tensor) => Tensor;

/** The value of each level's tensor, and the rows of a batch. */
const points = [0.7, 1.3];
const rows = [
  [0.7, -0.4],
  [1.3, 0.6],
];
const w0 = 0.9;

/** Opens a level, runs f on its tensor, and gives one number: a derivative, or the sum over rows. */
function opened(kind: Kind, depth: number, f: Scalar): Tensor {
  if (kind === "grad") return grad(f)(f64(points[depth]!));
  if (kind === "dual") return jvp(f, f64(points[depth]!))[1];
  const row = (x: Tensor): Tensor => f(x.requiresGrad_());
  return vmap(row)(f64(rows[depth]!)).sum();
}

interface Call {
  readonly name: string;
  readonly of: (y: Tensor, x: Tensor) => Tensor;
}
const calls: readonly Call[] = [
  { name: "grad", of: (y, x) => tapeGrad(y, x) },
  {
    name: "backward",
    of: (y, x) => {
      backward(y, { inputs: x });
      return x.grad!;
    },
  },
];

/** Which tensor is asked for: a tracked one outside, or that of a level, from the outermost. */
type Asked = number | "outside";
const w = (): Tensor => f64(w0).requiresGrad_();
const cube = (x: Tensor): Tensor => x.mul(x).mul(x);

const product = (xs: readonly Tensor[]): Tensor => xs.map(cube).reduce((p, q) => p.mul(q));

/** Runs f in the levels of a stack, on a tracked tensor outside of them and on those of the levels. */
function inside(stack: readonly Kind[], f: (w: Tensor, xs: readonly Tensor[]) => Tensor): Tensor {
  const variable = w();
  const go = (xs: readonly Tensor[]): Tensor =>
    xs.length < stack.length
      ? opened(stack[xs.length]!, xs.length, (x) => go([...xs, x]))
      : f(variable, xs);
  return go([]);
}

/** The derivative of w³ · a³ · b³ by one of the three. */
const nested = (stack: readonly Kind[], asked: Asked, call: Call): Tensor =>
  inside(stack, (variable, xs) =>
    call.of(product([variable, ...xs]), asked === "outside" ? variable : xs[asked]!),
  );

/** The derivative of a³ · b³ by the leaf of the innermost level, which backward finds by itself. */
const found = (stack: readonly Kind[]): Tensor =>
  inside(stack, (_, xs) => {
    backward(product(xs));
    return xs.at(-1)!.grad!;
  });

/** The same in numbers: each derivative takes a power of its variable. */
function expected(stack: readonly Kind[], asked: Asked): number {
  const power = (x: number, times: number): number => [x ** 3, 3 * x ** 2, 6 * x][times]!;
  const factor = (kind: Kind, depth: number): number => {
    const times = asked === depth ? 1 : 0;
    if (kind !== "batch") return power(points[depth]!, times + 1);
    return rows[depth]!.reduce((total, x) => total + power(x, times), 0);
  };
  return stack.reduce(
    (p, kind, depth) => p * factor(kind, depth),
    power(w0, asked === "outside" ? 1 : 0),
  );
}

const NO_TAPE = "there is no tape directly under a forward transform";
const UNBATCHED = "an input is not batched, so its gradient would be summed over the vmap";
const outside = (owner: string, of: string): string =>
  `an input belongs to the ${owner} outside of the ${of} of the outputs`;
const VALUE = null;

/** By stack, from the outside in: what a call gives for the tensor outside and for that of each level. */
const nestings: readonly [readonly Kind[], ...(string | null)[]][] = [
  [["grad"], VALUE, VALUE],
  [["dual"], NO_TAPE, NO_TAPE],
  [["batch"], UNBATCHED, VALUE],
  [["grad", "grad"], VALUE, VALUE, VALUE],
  [["grad", "dual"], NO_TAPE, NO_TAPE, NO_TAPE],
  [["grad", "batch"], UNBATCHED, UNBATCHED, VALUE],
  [["dual", "grad"], outside("code", "grad"), outside("jvp", "grad"), VALUE],
  [["dual", "dual"], NO_TAPE, NO_TAPE, NO_TAPE],
  [["dual", "batch"], UNBATCHED, UNBATCHED, NO_TAPE],
  [["batch", "grad"], outside("code", "grad"), outside("vmap", "grad"), VALUE],
  [["batch", "dual"], NO_TAPE, NO_TAPE, NO_TAPE],
  [["batch", "batch"], UNBATCHED, UNBATCHED, UNBATCHED],
];
const cases = nestings.flatMap(([stack, ...outcomes]) =>
  outcomes.map((error, i) => {
    const asked: Asked = i === 0 ? "outside" : i - 1;
    const place =
      asked === "outside" ? "outside" : `of the ${stack[asked]} level at depth ${asked}`;
    return { stack, asked, error, name: `in ${stack.join(" > ")}, of a tensor ${place}` };
  }),
);

/** Which levels a batched row can be asked in, when it was made of an outer one. */
describe("a tape call for rows of rows", () => {
  it("takes every batch level off when all rows are batched", () => {
    const inner = (a: Tensor) =>
      vmap((b: Tensor) => {
        const z = b.mul(a).requiresGrad_();
        return tapeGrad(cube(z), z);
      })(f64(rows[1]!));

    const want = rows[0]!.flatMap((a) => rows[1]!.map((b) => 3 * (a * b) ** 2));
    expectClose(vmap(inner)(f64(rows[0]!)), want);
  });
});

const NAMELESS = "leaves cannot be told from captured tensors; name them in inputs";
const BELOW = "the outputs depend on a tensor that requires grad outside of the grad";
/** By stack: what backward does where no inputs are named. */
const searches: readonly [readonly Kind[], string | null][] = [
  [["grad"], VALUE],
  [["dual"], NO_TAPE],
  [["batch"], NAMELESS],
  [["grad", "grad"], BELOW],
  [["grad", "dual"], NO_TAPE],
  [["grad", "batch"], NAMELESS],
  [["dual", "grad"], VALUE],
  [["dual", "dual"], NO_TAPE],
  [["dual", "batch"], NAMELESS],
  [["batch", "grad"], VALUE],
  [["batch", "dual"], NO_TAPE],
  [["batch", "batch"], NAMELESS],
];

describe("backward without inputs", () => {
  it.each(searches)("finds leaves of its own level only: %s", (stack, error) => {
    if (error === VALUE) expectClose(found(stack).mul(w0 ** 3), expected(stack, stack.length - 1));
    else expect(messageOf(() => found(stack))).toContain(error);
  });
});

describe("messages of tape calls", () => {
  const message = (stack: readonly Kind[], asked: Asked, call = calls[0]!): string =>
    messageOf(() => nested(stack, asked, call));

  it("say what to write under a forward transform", () => {
    const dual = (use: (y: Tensor) => unknown): string => {
      const f = (x: Tensor): Tensor => {
        use(x.mul(w()));
        return x;
      };
      return messageOf(() => jvp(f, f64(1), undefined, { createGraph: true }));
    };
    expect(message(["dual"], 0)).toMatchInlineSnapshot(
      `"GradError: grad: there is no tape directly under a forward transform; take the inner derivative with grad of @cotangent/functional, or the outer one in reverse mode"`,
    );
    expect(message(["dual"], 0, calls[1])).toMatchInlineSnapshot(
      `"GradError: backward: there is no tape directly under a forward transform; take the inner derivative with grad of @cotangent/functional, or the outer one in reverse mode"`,
    );
    expect(dual((y) => y.requiresGrad_())).toMatchInlineSnapshot(
      `"GradError: requiresGrad_: there is no tape directly under a forward transform; take the inner derivative with grad of @cotangent/functional, or the outer one in reverse mode"`,
    );
    expect(dual((y) => y.retainGrad())).toMatchInlineSnapshot(
      `"GradError: retainGrad: there is no tape directly under a forward transform; take the inner derivative with grad of @cotangent/functional, or the outer one in reverse mode"`,
    );
    expect(dual((y) => y.registerHook(() => {}))).toMatchInlineSnapshot(
      `"GradError: registerHook: there is no tape directly under a forward transform; take the inner derivative with grad of @cotangent/functional, or the outer one in reverse mode"`,
    );
  });
  it("say what to write for a tensor of another level", () => {
    expect(message(["batch"], "outside")).toMatchInlineSnapshot(
      `"GradError: grad: an input is not batched, so its gradient would be summed over the vmap; use grad of @cotangent/functional, or pass it as a batched argument"`,
    );
    expect(message(["dual", "grad"], 0)).toMatchInlineSnapshot(
      `"GradError: grad: an input belongs to the jvp outside of the grad of the outputs; pass it to the function as an argument"`,
    );
    expect(message(["batch", "grad"], "outside")).toMatchInlineSnapshot(
      `"GradError: grad: an input belongs to the code outside of the grad of the outputs; pass it to the function as an argument"`,
    );
  });
  it("say what backward cannot tell", () => {
    const captured = (x: Tensor): Tensor => {
      backward(x.mul(w()));
      return x;
    };
    expect(messageOf(() => grad(captured)(f64(1)))).toMatchInlineSnapshot(
      `"GradError: backward: the outputs depend on a tensor that requires grad outside of the grad; use grad(outputs, inputs), or name the inputs"`,
    );
    expect(messageOf(() => vmap(captured)(f64([1, 2])))).toMatchInlineSnapshot(
      `"GradError: backward: inside vmap leaves cannot be told from captured tensors; name them in inputs"`,
    );
  });
});

describe.each(calls)("a call of $name", (call) => {
  it.each(cases)("$name", ({ stack, asked, error }) => {
    if (error !== null) {
      expect(() => nested(stack, asked, call)).toThrow(GradError);
      expect(() => nested(stack, asked, call)).toThrow(error);
      expectAtRest();
    } else expectClose(nested(stack, asked, call), expected(stack, asked));
  });
});
