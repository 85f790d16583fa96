import { checkTensor, describe, zerosOf } from "./align.ts";
import { apply } from "./apply.ts";
import { isFloat } from "./dtype.ts";
import { ArgumentError, GradError, ShapeError } from "./errors.ts";
import { outsideFrames } from "./frame.ts";
import { spread, spreadAll } from "./knot.ts";
import { checkSync, moment, noGrad, root, withLevel } from "./level.ts";
import type { Primitive } from "./primitive.ts";
import { retain } from "./release.ts";
import { reverse } from "./reverse.ts";
import { sameShape, showShape } from "./shape.ts";
import { fromView, handle, type Tensor, wrapBatch } from "./tensor.ts";
import { leaf } from "./track.ts";

type Maybe = Tensor | null;
/** One tensor, or a tuple of several. */
export type FunctionOutputs = Tensor | readonly [Tensor, ...Tensor[]];

/** A function with its derivative; outputs are one tensor or a tuple. All are written in ops of tensors. */
export interface FunctionRules<A extends readonly Tensor[], O extends FunctionOutputs> {
  /** For messages and printing. */
  readonly name: string;
  /** What it computes. Its own ops are not recorded. */
  forward(...inputs: A): O;
  /** The cotangents of the inputs, or null, given those of the outputs. */
  vjp(g: O, output: O, inputs: A): { readonly [K in keyof A]: Tensor | null };
  /** The tangents of the outputs; null tangents are zero. Default: the transpose of vjp. */
  jvp?(tangents: { readonly [K in keyof A]: Tensor | null }, output: O, inputs: A): O;
  /** Over a leading axis of `size` on the inputs that are batched, and on all outputs. Default: vmap of forward. */
  batch?(inputs: A, batched: { readonly [K in keyof A]: boolean }, size: number): O;
}

/** The rules with arrays on all sides. */
interface Rules {
  readonly name: string;
  forward(inputs: readonly Tensor[]): readonly Tensor[];
  vjp(
    g: readonly Tensor[],
    outputs: readonly Tensor[],
    inputs: readonly Tensor[],
  ): readonly Maybe[];
  jvp(
    tangents: readonly Maybe[],
    outputs: readonly Tensor[],
    inputs: readonly Tensor[],
  ): readonly Maybe[];
  batch?(inputs: readonly Tensor[], batched: readonly boolean[], size: number): readonly Tensor[];
}

/** J t = d/dg ⟨vjp(g), t⟩: vjp is linear in g, so its transpose is the other mode. */
function transposed(vjp: Rules["vjp"], name: string): Rules["jvp"] {
  return (tangents, outputs, inputs) =>
    withLevel("grad", name, (level) => {
      const g = outputs.map((y) => leaf(level, zerosOf(y.spec, y.device)));
      const pulled = vjp(g, outputs, inputs);
      const lower = (x: Tensor): Tensor => (x.level === level ? x.value! : x);
      const { grads } = reverse(pulled, tangents, g, { lower });
      return outputs.map((y, i) =>
        isFloat(y.dtype) ? (grads[i] ?? zerosOf(y.spec, y.device)) : null,
      );
    });
}

/** Runs `f` with the leading axis of what goes through `row` hidden, and brings it back in the results. */
function overRows<R extends Maybe>(
  name: string,
  size: number,
  f: (row: <T extends Maybe>(x: T) => T) => readonly R[],
): readonly R[] {
  return withLevel("batch", name, (level) => {
    const advice = `compute with ops of tensors, or give ${name} a batch rule, which reads all rows`;
    Object.assign(level, { size, total: size, randomness: "different", advice });
    const row = <T extends Maybe>(x: T): T => (x && wrapBatch(level, x)) as T;
    return f(row).map((y) => (y && (y.level === level ? y.value! : spread(y, size))) as R);
  });
}

/** The rules of the function over a leading axis. */
function rowwise({ name, forward, vjp, jvp }: Rules): Rules {
  const size = (inputs: readonly Tensor[]): number => inputs[0]!.shape[0]!;
  return {
    name,
    forward: (inputs) => overRows(name, size(inputs), (row) => forward(inputs.map(row))),
    vjp: (g, outputs, inputs) =>
      overRows(name, size(inputs), (row) => vjp(g.map(row), outputs.map(row), inputs.map(row))),
    jvp: (t, outputs, inputs) =>
      overRows(name, size(inputs), (row) => jvp(t.map(row), outputs.map(row), inputs.map(row))),
  };
}

/** Runs a rule of the user's, who may keep what it sees and what it makes. */
function shown<R>(seen: readonly Maybe[], rule: () => R): R {
  for (const x of seen) if (x !== null) retain(x);
  return outsideFrames(rule);
}

/** forward computes at level 0, as if no transform were open. */
function primitiveOf(rules: Rules): Primitive {
  const { name } = rules;
  let outputs: readonly number[] = [];
  let batched: Primitive | null = null;
  return {
    name,
    differentiable: () => true,
    forward(_backend, views) {
      const atRoot = moment([root]);
      const run = () => rules.forward(views.map(fromView));
      const made = shown([], () => atRoot(() => noGrad<readonly Tensor[]>(run)));
      outputs = [...made.keys()];
      return made.map((y) => (y.level === root ? y.view! : captured(name, y)));
    },
    vjp(g, saved, _params, need) {
      const ys = saved.outputs as readonly Tensor[];
      const xs = saved.inputs as readonly Tensor[];
      const full = ys.map((y, i) => g[i] ?? zerosOf(y.spec, y.device));
      const pulled = shown([...full, ...ys, ...xs], () => rules.vjp(full, ys, xs));
      return need.map((needed, i) => (needed && pulled[i] ? handle(pulled[i]) : null));
    },
    jvp(tangents, saved) {
      const ys = saved.outputs as readonly Tensor[];
      const xs = saved.inputs as readonly Tensor[];
      return shown([...tangents, ...ys, ...xs], () => rules.jvp(tangents, ys, xs));
    },
    batch(inputs, isBatched, size) {
      const { batch } = rules;
      if (batch) return shown(inputs, () => batch(inputs, isBatched, size));
      batched ??= primitiveOf(rowwise(rules));
      return apply(batched, spreadAll(inputs, isBatched, size), undefined);
    },
    keeps: (need) => ({ inputs: [...need.keys()], outputs }),
  };
}

function captured(name: string, y: Tensor): never {
  throw new GradError(
    `${name}: forward read a tensor of ${y.level.who} that is none of its inputs; pass it as an input`,
  );
}

/** Checks what a rule returned: a tensor, or nothing, of the shape and dtype of each of `like`. */
function checkRule(who: string, results: unknown, like: readonly Tensor[]): readonly Maybe[] {
  if (!Array.isArray(results) || results.length !== like.length)
    throw new ArgumentError(
      `${who} returned ${describe(results)}; return an array of ${like.length}: a tensor or null for each`,
    );
  (results as readonly unknown[]).forEach((r, i) => {
    if (r === null) return;
    const { shape, dtype } = checkTensor(who, r, `result ${i}`);
    const x = like[i]!;
    if (!sameShape(shape, x.shape) || dtype !== x.dtype)
      throw new ShapeError(
        `${who} returned ${dtype} ${showShape(shape)} in place ${i}, where ${x.dtype} ` +
          `${showShape(x.shape)} belongs; return the same shape and dtype`,
      );
  });
  return results as readonly Maybe[];
}

/**
 * Makes an op of a function and its derivative: for what has a better derivative than that of its parts. It works in both
 * modes, at every order when the rules are written in ops, and under vmap.
 *
 * @throws ArgumentError and ShapeError, when it is used, for a rule that returns something of another kind or shape.
 * @example
 * const cube = defineFunction({
 *   name: "cube",
 *   forward: (x: Tensor) => x.mul(x).mul(x),
 *   vjp: (g, _output, [x]) => [g.mul(x.mul(x)).mul(3)],
 * });
 */
export function defineFunction<A extends readonly Tensor[], O extends FunctionOutputs>(
  rules: FunctionRules<A, O>,
): (...inputs: A) => O {
  const { name } = rules;
  let several = false;
  const unpack = (made: O): readonly Tensor[] => {
    several = Array.isArray(checkSync(name, made));
    const list = (several ? made : [made]) as readonly Tensor[];
    return list.map((y, i) => checkTensor(name, y, `output ${i}`));
  };
  const pack = (list: readonly Maybe[]): O => (several ? list : list[0]) as O;
  const vjp: Rules["vjp"] = (g, outputs, inputs) => {
    const pulled = rules.vjp(pack(g), pack(outputs), inputs as unknown as A);
    return checkRule(`${name}: vjp`, checkSync(name, pulled), inputs);
  };
  const jvp: Rules["jvp"] = (tangents, outputs, inputs) => {
    const pushed = rules.jvp!(tangents as never, pack(outputs), inputs as unknown as A);
    const list = several ? checkSync(name, pushed) : [checkSync(name, pushed)];
    return checkRule(`${name}: jvp`, list, outputs);
  };
  const primitive = primitiveOf({
    name,
    forward: (inputs) => unpack(rules.forward(...(inputs as unknown as A))),
    vjp,
    jvp: rules.jvp ? jvp : transposed(vjp, name),
    ...(rules.batch && {
      batch: (inputs: readonly Tensor[], batched: readonly boolean[], size: number) =>
        unpack(rules.batch!(inputs as unknown as A, batched as never, size)),
    }),
  });
  return (...inputs) => {
    if (inputs.length === 0)
      throw new ArgumentError(`${name}: it was called without inputs; pass at least one tensor`);
    inputs.forEach((x, i) => checkTensor(name, x, `inputs[${i}]`));
    return pack(apply(primitive, inputs, undefined));
  };
}
