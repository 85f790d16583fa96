import { ArgumentError, DTypeError, ShapeError, Tensor } from "@cotangent/core";
import {
  checkOpen,
  checkSync,
  describe,
  framed,
  mapTree,
  outsideFrames,
  rebuild,
  sameShape,
  showShape,
} from "@cotangent/core/extend";

/** A tree taken apart: its leaves in order, where each is, and how to put others in their place. */
export interface Flat {
  readonly leaves: readonly Tensor[];
  /** Such as `[0].weight`; empty for a lone tensor. */
  readonly paths: readonly string[];
  build(values: readonly unknown[]): unknown;
}

/** Takes a tree of tensors apart; anything else in it, or one that escaped, is an error. */
export function flatten(who: string, name: string, tree: unknown): Flat {
  const leaves: Tensor[] = [];
  const paths: string[] = [];
  const visit = (path: string, leaf: Tensor): void => {
    checkOpen(leaf, who);
    leaves.push(leaf);
    paths.push(path.slice(name.length));
  };
  mapTree(who, name, visit, tree);
  return { leaves, paths, build: (values) => rebuild(tree, values) };
}

/** Inputs that shall be differentiated: not empty, of floating point dtype. */
export function flattenInputs(who: string, inputs: unknown, name = "inputs"): Flat {
  const flat = flatten(who, name, inputs);
  if (flat.leaves.length === 0)
    throw new ArgumentError(`${who}: ${name} hold no tensor; pass at least one`);
  flat.leaves.forEach((x, i) => {
    if (x.dtype === "float32" || x.dtype === "float64") return;
    throw new DTypeError(
      `${who}: ${name}${flat.paths[i]} is ${x.dtype}, which has no derivative; ` +
        `convert it with x.astype("float32")`,
    );
  });
  return flat;
}

/** What a function computed. */
export interface Outcome {
  readonly outputs: Flat;
  readonly aux: unknown;
}

/** A user's function on the leaves of its inputs. */
export type Run = (leaves: readonly Tensor[]) => Outcome;

type AnyFunction = (...args: never[]) => unknown;

export function callable(who: string, func: unknown): AnyFunction {
  if (typeof func === "function") return func as AnyFunction;
  throw new ArgumentError(`${who}: func is ${describe(func)}; pass a function of tensors`);
}

/** Takes a result apart; with `hasAux` it is a pair of outputs and anything else. */
export function outcome(who: string, result: unknown, hasAux = false): Outcome {
  checkSync(who, result);
  if (hasAux && !(Array.isArray(result) && result.length === 2))
    throw new ArgumentError(
      `${who}: with hasAux the function must return [outputs, aux], not ${describe(result)}`,
    );
  const [main, aux] = hasAux ? (result as [unknown, unknown]) : [result, undefined];
  const outputs = flatten(who, "the function's result", main);
  if (outputs.leaves.length === 0)
    throw new ArgumentError(`${who}: the function returned no tensor; it must return at least one`);
  return { outputs, aux };
}

/** An array of inputs is spread over the arguments. */
export function runOf(who: string, func: unknown, inputs: unknown, flat: Flat): Run {
  const f = callable(who, func) as (...args: unknown[]) => unknown;
  return (leaves) => {
    const args = flat.build(leaves);
    const result = outsideFrames(() =>
      Array.isArray(inputs) ? f(...(args as unknown[])) : f(args),
    );
    return outcome(who, result);
  };
}

const isRecord = (value: unknown): value is object =>
  value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype;

/** Tensors in arrays and records of any value. */
function tensorsIn(value: unknown, found: Tensor[] = []): readonly Tensor[] {
  if (value instanceof Tensor) found.push(value);
  else if (Array.isArray(value)) for (const v of value) tensorsIn(v, found);
  else if (isRecord(value)) for (const v of Object.values(value)) tensorsIn(v, found);
  return found;
}

/** Runs a transform: of what it makes around the user's function, only what is in its result stays. */
export const transforming = <R>(who: string, run: () => R): R =>
  framed(who, run, (result) => tensorsIn(result));

/** Tensors of any value that may hold some, mapped; the rest stays as it is. */
export function mapTensors(value: unknown, f: (x: Tensor) => Tensor): unknown {
  if (value instanceof Tensor) return f(value);
  if (Array.isArray(value)) return value.map((v) => mapTensors(v, f));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, mapTensors(v, f)]));
}

const places = (name: string, paths: readonly string[]): string =>
  paths.map((path) => `${name}${path}`).join(", ");

/** A vector with the structure, shapes and dtypes of `refs`, in their order; a batch of them has a leading axis. */
export function checkVector(
  who: string,
  name: string,
  v: unknown,
  refs: Flat,
  what: string,
  batched = false,
): readonly Tensor[] {
  const flat = flatten(who, name, v);
  const at = new Map(flat.paths.map((path, i) => [path, flat.leaves[i]!]));
  const same = at.size === refs.paths.length && refs.paths.every((path) => at.has(path));
  if (!same)
    throw new ArgumentError(
      `${who}: ${name} must have the structure of ${what}: ${places(name, refs.paths)}; ` +
        `it has ${places(name, flat.paths) || "no tensor"}`,
    );
  const lead = batched ? (flat.leaves[0]?.shape.slice(0, 1) ?? []) : [];
  return refs.paths.map((path, i) => {
    const ref = refs.leaves[i]!;
    const shape = batched ? [...lead, ...ref.shape] : ref.shape;
    return checkLeaf(who, name + path, at.get(path)!, ref, shape, what);
  });
}

function checkLeaf(
  who: string,
  place: string,
  x: Tensor,
  ref: Tensor,
  shape: readonly number[],
  what: string,
): Tensor {
  if (!sameShape(x.shape, shape))
    throw new ShapeError(
      `${who}: ${place} has shape ${showShape(x.shape)}, but its place in ${what} has ` +
        `${showShape(ref.shape)}; pass ${shape === ref.shape ? "the same shape" : showShape(shape)}`,
    );
  if (x.dtype !== ref.dtype)
    throw new DTypeError(
      `${who}: ${place} is ${x.dtype}, but its place in ${what} is ${ref.dtype}; ` +
        `convert it with v.astype("${ref.dtype}")`,
    );
  return x;
}
