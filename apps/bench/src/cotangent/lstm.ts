import { exp, log, sigmoid, type Tensor, tanh, unbind } from "@cotangent/core";
import * as fn from "@cotangent/functional";
import type { Task, Tasks } from "./task.ts";

interface Cell {
  readonly hidden: Tensor;
  readonly memory: Tensor;
}

type Gates = readonly Tensor[];

/** One step of a layer whose matrices are diagonal. */
function next(weights: Gates, biases: Gates, x: Tensor, { hidden, memory }: Cell): Cell {
  const gate = (i: number, z: Tensor): Tensor => z.mul(weights[i]!).add(biases[i]!);
  const forget = sigmoid(gate(0, x));
  const ingate = sigmoid(gate(1, hidden));
  const outgate = sigmoid(gate(2, x));
  const change = tanh(gate(3, hidden));
  const kept = memory.mul(forget).add(ingate.mul(change));
  return { hidden: outgate.mul(tanh(kept)), memory: kept };
}

/** The mean cross entropy of each character, predicted from those before it. */
function loss(main: Tensor, extra: Tensor, state: Tensor, text: Tensor): Tensor {
  const [characters, bits] = text.shape as [number, number];
  const rows = unbind(main).map((row) => unbind(row.reshape([4, bits])));
  const [inWeight, outWeight, outBias] = unbind(extra);
  const states = unbind(state);
  const symbols = unbind(text);
  let cells: Cell[] = rows
    .filter((_, i) => i % 2 === 0)
    .map((_, i) => ({ hidden: states[2 * i]!, memory: states[2 * i + 1]! }));
  const terms: Tensor[] = [];
  for (let t = 0; t + 1 < characters; t++) {
    let x = symbols[t]!.mul(inWeight!);
    cells = cells.map((cell, i) => {
      const after = next(rows[2 * i]!, rows[2 * i + 1]!, x, cell);
      x = after.hidden;
      return after;
    });
    const y = x.mul(outWeight!).add(outBias!);
    const total = log(exp(y).sum().add(2));
    terms.push(symbols[t + 1]!.mul(y.sub(total)).sum());
  }
  const sum = terms.reduce((a, b) => a.add(b));
  return sum.div(-(characters - 1) * bits);
}

const objective: Task =
  ([main, extra, state, text]) =>
  () =>
    loss(main!, extra!, state!, text!);

const gradient: Task = ([main, extra, state, text]) => {
  const g = fn.grad(loss, { argnums: [0, 1] });
  return () => g(main!, extra!, state!, text!);
};

export const lstm: Tasks = { "lstm.objective": objective, "lstm.gradient": gradient };
