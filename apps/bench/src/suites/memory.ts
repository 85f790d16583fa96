import { type Row, SINGLE, type Size, uniform } from "../row.ts";

/** Long loops in which nothing is disposed: each in a process of its own, with the peak of its memory. */
export function memory(size: Size): readonly Row[] {
  const [ops, steps] = { full: [1e6, 1e5], quick: [1e5, 1e4], tiny: [20, 5] }[size] as [
    number,
    number,
  ];
  const loop = (name: string, task: string, n: number, elements: number): Row => ({
    name: `${n} ${name}`,
    task: `memory.${task}`,
    inputs: [uniform([elements], 1)],
    settings: { n },
    per: n,
    once: true,
    tolerance: SINGLE,
  });
  const count = size === "tiny" ? 10 : 1e4;
  return [
    loop("ops on 10⁴ elements, in one go", "sync", ops, count),
    loop("ops on 10⁴ elements, with yields", "yields", ops, count),
    loop("ops on 10⁴ elements, a scalar kept of each", "keeps", ops, count),
    loop("training steps of an MLP 8-16-1, in one go", "train", steps, 8),
    loop("training steps of an MLP 8-16-1, with reads", "trainAsync", steps, 8),
  ];
}
