import { i32const, type Local, load, type Value } from "../wasm/code.ts";
import type { Scope } from "../wasm/module.ts";
import { fixedWords, HEAD, INPUT_WORDS, type Plan } from "./arguments.ts";
import { BYTES_OF } from "./body.ts";

/** What a kernel is given, in variables. */
export interface Given {
  readonly rowLength: Local;
  /** The address of an input, and the bytes from one element to the next. */
  input(k: number): Local;
  step(k: number): Value;
  output(k: number): Local;
  /** The number of the first element. */
  first(): Local;
}

/** One row without gaps, by numbers: its length, the addresses of outputs, those of inputs. */
export const numbersGiven = ({ params, local }: Scope, { inputs, outputs }: Plan): Given => ({
  rowLength: params[0]!,
  input: (k) => params[1 + outputs.length + k]!,
  step: (k) => i32const(BYTES_OF[inputs[k]!.type]),
  output: (k) => params[1 + k]!,
  first: () => local("i32"),
});

/** Any rows, by a block of arguments. */
export function blockGiven({ params }: Scope, plan: Plan, variable: (x: Value) => Local): Given {
  const word = (n: number): Local => variable(load("i32.load", params[0]!, 4 * n));
  const outputs = fixedWords(plan) - plan.outputs.length;
  return {
    rowLength: word(HEAD.rowLength),
    input: (k) => word(HEAD.words + INPUT_WORDS * k),
    step: (k) => word(HEAD.words + INPUT_WORDS * k + 1),
    output: (k) => word(outputs + k),
    first: () => word(HEAD.first),
  };
}
