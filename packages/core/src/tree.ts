import { describe, fill } from "./align.ts";
import { getDefaultDevice } from "./device.ts";
import { getDefaultDtype, promoteTypes } from "./dtype.ts";
import { ArgumentError, ShapeError } from "./errors.ts";
import { astype } from "./ops/cast.ts";
import { place, reshapeTo, splitOn, windowOn } from "./ops/views.ts";
import { type Shape, showShape } from "./shape.ts";
import { Tensor } from "./tensor.ts";

/** The structure of a tree, readonly no more, with another leaf in the place of each tensor. */
export type Like<T, Leaf = Tensor> = T extends Tensor
  ? Leaf
  : T extends object
    ? { -readonly [K in keyof T]: Like<T[K], Leaf> }
    : never;

/** Checks that a type is a tree: tensors in arrays and records. */
export type TreeOf<T> = T extends Tensor
  ? T
  : T extends (...args: never[]) => unknown
    ? never
    : T extends object
      ? { [K in keyof T]: TreeOf<T[K]> }
      : never;

type Entries = readonly (readonly [key: string, child: unknown])[];

function isRecord(x: unknown): x is object {
  if (x === null || typeof x !== "object") return false;
  const prototype: unknown = Object.getPrototypeOf(x);
  return prototype === Object.prototype || prototype === null;
}

function entriesOf(who: string, tree: unknown, path: string): Entries {
  if (Array.isArray(tree)) return tree.map((child, i) => [`[${i}]`, child]);
  if (isRecord(tree)) return Object.entries(tree).map(([key, child]) => [`.${key}`, child]);
  throw new ArgumentError(
    `${who}: ${path} is ${describe(tree)}; a tree holds tensors in arrays and records`,
  );
}

const outline = (x: unknown): string =>
  isRecord(x) ? `{ ${Object.keys(x).join(", ")} }` : describe(x);

const differ = (who: string, path: string, tree: unknown, other: unknown): ArgumentError =>
  new ArgumentError(
    `${who}: ${path} is ${outline(other)}, where the first tree has ${outline(tree)}; ` +
      "give the trees one structure",
  );

/** The children of another tree, which has the keys of this one. */
function matching(
  who: string,
  path: string,
  tree: object,
  other: unknown,
): ReadonlyMap<string, unknown> {
  if (other instanceof Tensor || Array.isArray(tree) !== Array.isArray(other))
    throw differ(who, path, tree, other);
  const keys = entriesOf(who, tree, path).map(([key]) => key);
  const children = new Map(entriesOf(who, other, path));
  if (children.size === keys.length && keys.every((key) => children.has(key))) return children;
  throw differ(who, path, tree, other);
}

/** As `treeMap`, for functions with names of their own; `f` gets the path of each leaf too. */
export function mapTree(
  who: string,
  path: string,
  f: (path: string, leaf: Tensor, ...rest: Tensor[]) => unknown,
  tree: unknown,
  ...rest: readonly unknown[]
): unknown {
  if (tree instanceof Tensor) {
    for (const other of rest) if (!(other instanceof Tensor)) throw differ(who, path, tree, other);
    return f(path, tree, ...(rest as readonly Tensor[]));
  }
  const entries = entriesOf(who, tree, path);
  const others = rest.map((other) => matching(who, path, tree as object, other));
  const mapped = entries.map(([key, child]) => {
    const partners = others.map((children) => children.get(key));
    return [key.slice(1), mapTree(who, path + key, f, child, ...partners)] as const;
  });
  return Array.isArray(tree) ? mapped.map(([, child]) => child) : Object.fromEntries(mapped);
}

/**
 * Calls `f` with each tensor of a tree, and those of the same place in the others, and returns its results
 * in the same structure. A tree is a tensor, or an array or a record of trees.
 *
 * @throws ArgumentError when the structures differ; it names the place.
 * @example treeMap((p, g) => p.sub(g.mul(0.1)), params, gradients);
 */
export function treeMap<const T, R>(
  f: (leaf: Tensor, ...rest: Tensor[]) => R,
  tree: T & TreeOf<T>,
  ...rest: readonly NoInfer<Like<T> | T>[]
): Like<T, R> {
  const call = (_path: string, leaf: Tensor, ...others: Tensor[]): R => f(leaf, ...others);
  return mapTree("treeMap", "tree", call, tree, ...rest) as Like<T, R>;
}

/** The tensors of a tree: of arrays in order, of records in the order of their keys. */
export function leavesOf(who: string, path: string, tree: unknown): Tensor[] {
  const found: Tensor[] = [];
  mapTree(who, path, (_path, leaf) => void found.push(leaf), tree);
  return found;
}

/**
 * The tensors of a tree, in order.
 *
 * @throws ArgumentError for anything else in the tree.
 * @example treeLeaves({ w, layers: [a, b] }); // [w, a, b]
 */
export const treeLeaves = <const T>(tree: T & TreeOf<T>): Tensor[] =>
  leavesOf("treeLeaves", "tree", tree);

/** The structure of a tree with other leaves, in order. */
export function rebuild(tree: unknown, leaves: readonly unknown[]): unknown {
  let i = 0;
  return mapTree("rebuild", "tree", () => leaves[i++], tree);
}

/** Vectors after each other. */
function join(vectors: readonly Tensor[], length: number): Tensor {
  let start = 0;
  const windows = vectors.map(({ size }) => windowOn([length], 0, (start += size) - size, size));
  return place(vectors, [length], windows);
}

/**
 * All elements of a tree as one vector, of the promoted dtype, and the function that makes such a tree of such a
 * vector. Both are differentiable.
 *
 * @throws ArgumentError for anything but tensors in arrays and records.
 * @example
 * const [vector, unravel] = ravel({ w: zeros([2, 3]), b: zeros(3) }); // vector: [9]
 * unravel(vector.mul(2)).w; // [2, 3]
 */
export function ravel<const T>(
  tree: T & TreeOf<T>,
): [vector: Tensor, unravel: (vector: Tensor) => Like<T>] {
  const leaves = leavesOf("ravel", "tree", tree);
  const sizes = leaves.map((x) => x.size);
  const length = sizes.reduce((a, b) => a + b, 0);
  const dtype = leaves
    .map((x) => x.dtype)
    .reduce(promoteTypes, leaves[0]?.dtype ?? getDefaultDtype());
  const specs = leaves.map((x) => x.spec);
  const unravel = (vector: Tensor): Like<T> => {
    checkVector(vector, [length]);
    const parts = splitOn(vector, 0, sizes);
    const shaped = specs.map((s, i) => astype(reshapeTo(parts[i]!, s.shape), s.dtype));
    return rebuild(tree, shaped) as Like<T>;
  };
  if (leaves.length === 0) return [fill(0, [0], dtype, getDefaultDevice()), unravel];
  const flat = leaves.map((x) => reshapeTo(astype(x, dtype), [x.size]));
  return [join(flat, length), unravel];
}

function checkVector(vector: Tensor, shape: Shape): void {
  if (vector instanceof Tensor && vector.ndim === 1 && vector.size === shape[0]) return;
  throw new ShapeError(
    `unravel: the vector is ${describe(vector)}; pass a tensor of shape ${showShape(shape)}`,
  );
}
