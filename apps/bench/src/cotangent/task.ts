import type { Tensor } from "@cotangent/core";

/** Tensors in arrays, in the order in which peers return theirs. */
export type Result = Tensor | readonly Result[];

/** Takes a row's inputs, does once what is not measured, and returns what is. */
export type Task = (
  inputs: readonly Tensor[],
  settings: Readonly<Record<string, number>>,
) => () => Result | Promise<Result>;

export type Tasks = Readonly<Record<string, Task>>;
