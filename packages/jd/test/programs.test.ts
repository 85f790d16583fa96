import { concat, stack, type Tensor } from "@cotangent/core";
import { jacobian } from "@cotangent/functional";
import { describe, it } from "vitest";
import {
  directionsOf,
  forPrograms,
  functionOf,
  inputsOf,
  joined,
  type Program,
} from "../../functional/test/laws/program.ts";
import { expectClose } from "../../functional/test/laws/values.ts";
import { backward, gramian, jac } from "../src/index.ts";

/** A Jacobian per input, side by side: [m, all inputs]. */
const wide = (Js: readonly Tensor[]): Tensor =>
  concat(
    Js.map((J) => J.reshape([J.shape[0]!, -1])),
    1,
  );

/** Outputs that have a graph, their leaves, and the Jacobian of the function. */
function settingOf(p: Program) {
  const f = (...xs: Tensor[]): Tensor[] => functionOf(p)(...xs).map((y) => y.clone());
  const xs = inputsOf(p).map((x) => x.requiresGrad_());
  const run = (): Tensor[] => f(...xs).filter((y) => y.requiresGrad);
  const tracked = f(...xs).map((y) => y.requiresGrad);
  const blocks = jacobian(f, xs).filter((_, i) => tracked[i]);
  const rows = blocks.map((row) =>
    concat(
      row.map((J, j) => J.reshape([-1, xs[j]!.size])),
      1,
    ),
  );
  return { xs, run, rows };
}

describe("the Jacobian of a random program on the tape", () => {
  it("is that of the function", () => {
    forPrograms(100, 31, (p) => {
      const { xs, run, rows } = settingOf(p);
      if (rows.length === 0) return;
      const J = concat(rows);
      for (const chunkSize of [1, 2, 100])
        expectClose(wide(jac(run(), xs, { chunkSize })), J, `chunkSize ${chunkSize}`);
      expectClose(gramian(run(), xs), J.matmul(J.T), "gramian");
      const ys = run();
      backward(ys, { inputs: xs });
      expectClose(wide(xs.map((x) => x.jac!)), J, "backward");
    });
  });
  it("is multiplied by rows", () => {
    forPrograms(100, 32, (p) => {
      const { xs, run, rows } = settingOf(p);
      if (rows.length === 0) return;
      const ys = run();
      const us = [directionsOf(ys), directionsOf(ys, 1), directionsOf(ys, 2)];
      const jacOutputs = ys.map((_, i) => stack(us.map((u) => u[i]!)));
      const want = stack(us.map((u) => joined(u).matmul(concat(rows))));
      for (const chunkSize of [1, 2, 3])
        expectClose(
          wide(jac(run(), xs, { jacOutputs, chunkSize })),
          want,
          `chunkSize ${chunkSize}`,
        );
    });
  });
});
