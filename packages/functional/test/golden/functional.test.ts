import { describe, expect, it } from "vitest";
import { readGolden, type TensorRecord } from "../../../core/test/golden/golden.ts";
import * as functional from "../../src/index.ts";
import { decodeTree, interpret, type Program, type Tree, treeDifferences } from "./program.ts";

type Records = Tree<TensorRecord>;

/** One call of ours, and what PyTorch's function gave for it. */
type Result = { readonly torch: string; readonly value: Records } & (
  | {
      readonly form: "direct";
      readonly fn: string;
      readonly v?: Records;
      readonly options?: object;
    }
  | { readonly form: "linear"; readonly fn: string; readonly arguments: readonly Records[] }
  | {
      readonly form: "transform";
      readonly fns: readonly string[];
      readonly options?: readonly object[];
      readonly inputs?: readonly Records[];
    }
);

interface GoldenProgram extends Program {
  readonly results: readonly Result[];
}

type Callable = (...args: unknown[]) => unknown;

const ours = functional as unknown as Readonly<Record<string, Callable>>;
const golden = readGolden<{ cases: GoldenProgram[] }>(
  new URL("functional.json.gz", import.meta.url),
);

describe.each(golden.cases)("$name", (program) => {
  it.each(program.results.map((result) => [title(result), result] as const))("%s", (_, result) => {
    const wrong = treeDifferences("result", run(program, result), result.value);

    expect(wrong, wrong.join("\n")).toEqual([]);
  });
});

describe("golden results", () => {
  it("come from every function of torch.autograd.functional and torch.func", () => {
    const names = golden.cases.flatMap(({ results }) => results.map(({ torch }) => torch));

    expect([...new Set(names)].sort()).toEqual([
      ...["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"].map(
        (name) => `torch.autograd.functional.${name}`,
      ),
      ...["grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "linearize"].map(
        (name) => `torch.func.${name}`,
      ),
      "torch.func.vjp",
      "torch.func.vmap",
    ]);
  });
});

function title(result: Result): string {
  const name = result.form === "transform" ? result.fns.join(" of ") : result.fn;
  const options = "options" in result ? ` ${JSON.stringify(result.options)}` : "";
  return `${name}${options} as ${result.torch}`;
}

function run(program: GoldenProgram, result: Result): unknown {
  const func = interpret(program);
  const inputs = decodeTree(program.inputs);
  if (result.form === "direct") {
    const v = result.v ? [decodeTree(result.v)] : [];
    return ours[result.fn]!(func, inputs, ...v, result.options);
  }
  if (result.form === "linear") {
    const [outputs, map] = ours[result.fn]!(func, inputs) as [unknown, Callable];
    return [outputs, map(...result.arguments.map(decodeTree))];
  }
  const transformed = result.fns.reduceRight<Callable>(
    (f, name, i) => ours[name]!(f, result.options?.[i]) as Callable,
    func as Callable,
  );
  const args = result.inputs?.map(decodeTree) ?? (Array.isArray(inputs) ? inputs : [inputs]);
  return transformed(...args);
}
