import { describe, expect, it } from "vitest";
import {
  apply,
  by,
  type CallMap,
  denseView,
  elementwise,
  input,
  linearMap,
  type Primitive,
  register,
  s,
  type Unary,
} from "../src/extend.ts";
import { cos, mul, neg, sin, type Tensor } from "../src/index.ts";
import { type Case, conformance, elementwiseCase, loop, real, total } from "../src/testing.ts";

type Test = readonly [title: string, run: () => void | Promise<void>];

/** The test of coverage, and those of a case. */
function testsOf(c: Case): readonly Test[] {
  const tests: Test[] = [];
  const add = (title: string, run: () => void | Promise<void>) => tests.push([title, run]);
  const runner = {
    describe: (name: string, body: () => void) => (name === c.name ? body() : undefined),
    it: Object.assign(add, { skip: () => undefined }),
  };
  conformance(runner, { more: [c] });
  return tests;
}

/** The titles of the tests that a case fails. */
async function failures(c: Case): Promise<string[]> {
  const failed: string[] = [];
  for (const [title, run] of testsOf(c).slice(1))
    await Promise.resolve()
      .then(run)
      .catch(() => failed.push(title));
  return failed;
}

const row = (op: (x: Tensor) => Tensor): Case =>
  elementwiseCase(
    "wrong",
    (x) => op(x!),
    (x) => Math.sin(x),
  );
const handWritten =
  (primitive: Primitive) =>
  (x: Tensor): Tensor =>
    apply(primitive, [x], undefined)[0]!;

const DERIVATIVES = "has the derivatives of central differences, to order 2";
const FORWARD = [
  "gives what plain loops give, in float64",
  "gives what plain loops give, in float32",
];

describe("the conformance suite", () => {
  it("passes a right row", async () => {
    const op: Unary = elementwise(
      "wrong",
      (x) => s.sin(x),
      by([0], (g, x) => mul(g, cos(x))),
    );

    expect(await failures({ ...row(op), errors: [] })).toEqual([]);
  });

  it("fails a wrong result", async () => {
    const op: Unary = elementwise(
      "wrong",
      (x) => s.cos(x),
      by([0], (g, x) => neg(mul(g, sin(x)))),
    );

    expect(await failures(row(op))).toEqual(FORWARD);
  });

  it("fails a wrong derivative", async () => {
    const op: Unary = elementwise(
      "wrong",
      (x) => s.sin(x),
      by([0], (g, x) => mul(g, sin(x))),
    );

    expect(await failures(row(op))).toEqual([DERIVATIVES]);
  });

  it("fails a derivative that is right, but not to be differentiated again", async () => {
    const op: Unary = elementwise(
      "wrong",
      (x) => s.sin(x),
      by([0], (g, x) => mul(g, cos(x.detach()))),
    );

    expect(await failures(row(op))).toEqual([DERIVATIVES]);
  });

  it("fails a rule that reads what is not kept", async () => {
    const keeps = () => ({ inputs: [], outputs: [] });
    const op = handWritten(register({ ...sin.primitive, name: "wrong", keeps }));

    expect(await failures(row(op))).toContain(DERIVATIVES);
  });

  it("fails a primitive that is not in the list", async () => {
    const op = handWritten({ ...sin.primitive, name: "wrong" });

    expect(await failures(row(op))).toContain("shows its rules what it keeps, no more");
  });

  it("fails a kernel that takes every view for a dense one", async () => {
    const op: CallMap<null> = linearMap<null>("wrong", {
      kernel: (x) => denseView(x.dtype, x.device, x.shape, x.buffer!),
      transpose: (g) => op(g, null),
      lift: () => null,
    });
    const samples = [[real([2, 3])]];
    const c: Case = { name: "wrong", call: (x) => op(x!, null), reference: (x) => x!, samples };

    expect(await failures(c)).toContain("reads any strides");
  });

  it("fails params that do not shift under a batch", async () => {
    const op: CallMap<readonly number[]> = linearMap<readonly number[]>("wrong", {
      kernel: (x, axes, backend) =>
        denseView(
          x.dtype,
          x.device,
          x.shape.filter((_, i) => !axes.includes(i)),
          backend.reduce("sum", input(0, x.dtype), [x], x.shape, axes),
        ),
      transpose: (g, saved) => g.broadcastTo(saved.ins[0]!.shape),
      lift: (axes) => axes,
    });
    const c: Case = {
      name: "wrong",
      call: (x) => op(x!, [0]),
      reference: (x) => loop([3], (j) => total(2, (i) => x!.at(i, j!))),
      samples: [[real([2, 3])]],
    };

    expect(await failures(c)).toEqual(["is vmapped as in a loop", "has them under vmap"]);
  });

  it("fails a message that is not what the case says", async () => {
    const errors = [[() => sin("text" as never), /^sin: no such message$/]] as const;
    const op: Unary = elementwise(
      "wrong",
      (x) => s.sin(x),
      by([0], (g, x) => mul(g, cos(x))),
    );

    expect(await failures({ ...row(op), errors })).toEqual(["says what is wrong"]);
  });

  it("fails a primitive without a case", () => {
    elementwise("nobody", (x) => s.sin(x));
    const [[title, run]] = testsOf({ ...row((x) => sin(x)), name: "other" }) as [Test];

    expect(title).toBe("has a case for every primitive");
    expect(run).toThrow(/^no case runs the primitives .*nobody; add one to the list$/);
  });
});
