/** Programs of golden files: steps in our names, over arguments that are trees. */
import type { Tensor } from "@cotangent/core";
import { difference } from "../../../core/test/golden/agreement.ts";
import { decode, evaluate, type TensorRecord } from "../../../core/test/golden/golden.ts";

export type Tree<Leaf> = Leaf | readonly Tree<Leaf>[] | { readonly [key: string]: Tree<Leaf> };

interface Reference {
  readonly $: number | string;
}

export interface Program {
  readonly name: string;
  /** A tensor, or the arguments. */
  readonly inputs: Tree<TensorRecord>;
  /** `[fn, ...arguments]`; `{ "$": 2 }` is the third step's value, `{ "$": "0.w" }` a leaf of the arguments. */
  readonly steps: readonly (readonly [string, ...unknown[]])[];
  readonly output: Tree<Reference>;
}

export const isRecord = (tree: Tree<TensorRecord>): tree is TensorRecord =>
  "dtype" in tree && "shape" in tree;

export function mapTree<From extends object, To>(
  tree: Tree<From>,
  isLeaf: (tree: Tree<From>) => tree is From,
  f: (leaf: From) => To,
): Tree<To> {
  if (isLeaf(tree)) return f(tree);
  if (Array.isArray(tree)) return tree.map((item) => mapTree(item, isLeaf, f));
  const entries = Object.entries(tree).map(([key, item]) => [key, mapTree(item, isLeaf, f)]);
  return Object.fromEntries(entries) as Tree<To>;
}

export const decodeTree = (tree: Tree<TensorRecord>): Tree<Tensor> =>
  mapTree(tree, isRecord, decode);

const isReference = (tree: Tree<Reference>): tree is Reference => "$" in tree;

/** The program as a function of its arguments. */
export const interpret =
  ({ steps, output }: Program) =>
  (...args: Tree<Tensor>[]): Tree<Tensor> => {
    const values: Tensor[] = [];
    const lookup = (reference: number | string): Tensor =>
      typeof reference === "number" ? values[reference]! : leafAt(args, reference);
    for (const [fn, ...rest] of steps) values.push(evaluate(fn, rest, lookup) as Tensor);
    return mapTree(output, isReference, ({ $ }) => lookup($));
  };

function leafAt(tree: Tree<Tensor>, path: string): Tensor {
  const walk = (node: unknown, key: string) => (node as Record<string, unknown>)[key];
  return path.split(".").reduce(walk, tree as unknown) as Tensor;
}

/** How two trees differ, in structure or in numbers. */
export function treeDifferences(
  path: string,
  actual: unknown,
  expected: Tree<TensorRecord>,
): string[] {
  if (isRecord(expected)) return difference(path, actual as Tensor, expected, { bound: 1e-12 });
  const keys = Object.keys(expected);
  const same =
    typeof actual === "object" &&
    actual !== null &&
    Array.isArray(actual) === Array.isArray(expected) &&
    Object.keys(actual).join() === keys.join();
  if (!same) return [`${path}: a structure other than {${keys}}`];
  return keys.flatMap((key) => {
    const item = (expected as Readonly<Record<string, Tree<TensorRecord>>>)[key]!;
    return treeDifferences(`${path}.${key}`, (actual as Record<string, unknown>)[key], item);
  });
}
