/** The same products with the Jacobian of a Module's output by its parameters. */
import { grad, tensor } from "@cotangent/core";
import { Linear, modelJacobian, modelJvp, modelVjp, Sequential, Tanh } from "@cotangent/nn";
import expected from "./expected.golden.json" with { type: "json" };
import type { Comparisons } from "./tour.ts";

export const title = "the same network as a Module: modelJvp, modelVjp, modelJacobian";
export const reference = "PyTorch";

function network(): Sequential {
  const model = new Sequential(new Linear(3, 4), new Tanh(), new Linear(4, 2));
  const state = Object.entries(expected.mlp.state).map(([key, values]) => [key, tensor(values)]);
  model.loadStateDict(Object.fromEntries(state));
  return model;
}

export function run(): Comparisons {
  const { mlp } = expected;
  const model = network();
  const x = tensor(mlp.x);
  const tangents = mlp.tangents.map((values) => tensor(values));

  const linked = modelJvp(model, x, tangents, { createGraph: true });
  return {
    output: [model.forward(x), mlp.output],
    modelJvp: [modelJvp(model, x, tangents), mlp.jvp],
    "with createGraph": [linked, mlp.jvp],
    "and its derivative": [grad(linked.sum(), model.parameters().slice(0, 3)), mlp.jvpDerivative],
    modelVjp: [modelVjp(model, x, tensor(mlp.cotangent)), mlp.vjp],
    modelJacobian: [modelJacobian(model, x), mlp.jacobian],
  };
}
