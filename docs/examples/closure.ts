/** Jacobian products over a closure and the tensors it reads: no arguments to rearrange. */
import { grad, type Tensor, tensor } from "@cotangent/core";
import { batchJvp, batchVjp, fullJacobian, jvp, vjp } from "@cotangent/functional/closure";
import expected from "./expected.golden.json" with { type: "json" };
import type { Comparisons } from "./tour.ts";

export const title = "a 3-4-2 network as a closure: products, batches of them, the Jacobian";
export const reference = "PyTorch";

const leaf = (values: number[] | number[][]): Tensor => tensor(values, { requiresGrad: true });

export function run(): Comparisons {
  const { mlp } = expected;
  const [w1, b1] = [leaf(mlp.state["0.weight"]), leaf(mlp.state["0.bias"])];
  const [w2, b2] = [leaf(mlp.state["2.weight"]), leaf(mlp.state["2.bias"])];
  const params = [w1, b1, w2, b2];
  const x = tensor(mlp.x);
  const forward = () => x.matmul(w1.T).add(b1).tanh().matmul(w2.T).add(b2);

  const tangents = mlp.tangents.map((values) => tensor(values));
  const tangentBatch = mlp.tangentBatch.map((values) => tensor(values));
  const linked = jvp(forward, params, tangents, { createGraph: true });
  return {
    jvp: [jvp(forward, params, tangents), mlp.jvp],
    "with createGraph": [linked, mlp.jvp],
    "and its derivative": [grad(linked.sum(), [w1, b1, w2]), mlp.jvpDerivative],
    vjp: [vjp(forward, params, tensor(mlp.cotangent)), mlp.vjp],
    batchJvp: [batchJvp(forward, params, tangentBatch), mlp.batchJvp],
    batchVjp: [batchVjp(forward, params, tensor(mlp.cotangentBatch)), mlp.batchVjp],
    fullJacobian: [fullJacobian(forward, params), mlp.flatJacobian],
  };
}
