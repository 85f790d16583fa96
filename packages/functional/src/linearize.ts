import type { Tensor } from "@cotangent/core";
import {
  checkOptions,
  type Node,
  type Saved,
  savedOf,
  trail,
  zerosOf,
} from "@cotangent/core/extend";
import { callable, checkVector, type Flat, flattenInputs, outcome, type Run } from "./structure.ts";
import { recorded } from "./transform.ts";
import type { Args, Like, Main, Out, TreeOf } from "./types.ts";

/** Options of `linearize` and `pullback`. */
export interface LinearizeOptions<H extends boolean = boolean> {
  /** The function returns [outputs, aux]; the result has aux as a third entry. Default: false. */
  readonly hasAux?: H;
}

type Result<R, H, F> = H extends true
  ? R extends readonly [infer O, infer X]
    ? [Like<O>, F, X]
    : never
  : [Like<R>, F];

function runWithAux(who: string, func: unknown, inputs: unknown, flat: Flat, hasAux: boolean): Run {
  const f = callable(who, func) as (...args: unknown[]) => unknown;
  return (leaves) => {
    const args = flat.build(leaves);
    return outcome(who, Array.isArray(inputs) ? f(...(args as unknown[])) : f(args), hasAux);
  };
}

const shut = (hasAux: boolean, outputs: Flat, f: unknown, aux: unknown): unknown =>
  hasAux ? [outputs.build(outputs.leaves), f, aux] : [outputs.build(outputs.leaves), f];

/**
 * Outputs, and the function that pulls cotangents back, as often as you like: torch.func's `vjp`. Results are
 * linked to the caller's tensors.
 *
 * @returns `[outputs, vjpFunction]`; the function takes cotangents in the structure of the outputs and gives the inputs' structure.
 * @throws ArgumentError, ShapeError or DTypeError for inputs or cotangents that do not fit.
 * @example
 * const [y, pull] = pullback((x) => x.mul(x), tensor([1, 2]));
 * pull(tensor([1, 10])); // [2, 40]
 */
export function pullback<const I, const R, H extends boolean = false>(
  func: (...inputs: Args<I>) => R & Out<H, unknown>,
  inputs: I & TreeOf<I>,
  options: LinearizeOptions<H> = {},
): Result<R, H, (cotangents: Like<Main<R, H>>) => Like<I>> {
  checkOptions("pullback", options, ["hasAux"]);
  const flat = flattenInputs("pullback", inputs);
  const hasAux = options.hasAux === true;
  const run = runWithAux("pullback", func, inputs, flat, hasAux);
  return recorded({ who: "pullback", hasOption: false, lasting: true }, run, flat.leaves, (r) => {
    const pull = (cotangents: unknown): unknown => {
      const gs = checkVector("pullback", "cotangents", cotangents, r.outputs, "the outputs");
      return flat.build(r.pull(gs, true));
    };
    return shut(hasAux, r.outputs, pull, r.aux);
  }) as Result<R, H, (cotangents: Like<Main<R, H>>) => Like<I>>;
}

interface Step {
  readonly node: Node;
  readonly saved: Saved;
}

/** Tangents of recorded nodes, in recording order. */
function replay(
  steps: readonly Step[],
  leaves: readonly Tensor[],
  tangents: readonly Tensor[],
): Map<Node, readonly (Tensor | null)[]> {
  const known = new Map<Node, readonly (Tensor | null)[]>();
  leaves.forEach((x, i) => known.set(x.node!, [tangents[i]!]));
  for (const { node, saved } of steps) {
    if (node.primitive === null) continue;
    const ts = node.from.map((n, i) =>
      n === null ? null : (known.get(n)?.[node.slots[i]!] ?? null),
    );
    if (ts.some((t) => t !== null)) known.set(node, node.primitive.jvp(ts, saved, node.params));
  }
  return known;
}

/**
 * Outputs, and the function that pushes tangents forward: func is recorded once, and its linear part replayed for
 * each call. Results are linked to the caller's tensors.
 *
 * @returns `[outputs, jvpFunction]`; the function takes a tangent for each input and gives the outputs' structure.
 * @throws as `pullback`.
 * @example
 * const [y, push] = linearize((x) => x.mul(x), tensor([1, 2]));
 * push(tensor([1, 10])); // [2, 40]
 */
export function linearize<const I, const R, H extends boolean = false>(
  func: (...inputs: Args<I>) => R & Out<H, unknown>,
  inputs: I & TreeOf<I>,
  options: LinearizeOptions<H> = {},
): Result<R, H, (...tangents: Args<Like<I>>) => Like<Main<R, H>>> {
  checkOptions("linearize", options, ["hasAux"]);
  const flat = flattenInputs("linearize", inputs);
  const hasAux = options.hasAux === true;
  const run = runWithAux("linearize", func, inputs, flat, hasAux);
  return recorded(
    { who: "linearize", hasOption: false, lasting: true },
    run,
    flat.leaves,
    (r, leaves, own) => {
      const { nodes } = trail(own, leaves);
      const down = (x: Tensor): Tensor => (x.level === r.level ? x.value! : x);
      const steps = nodes.map((node) => ({ node, saved: savedOf(node, down) }));
      const push = (...given: unknown[]): unknown => {
        const v = Array.isArray(inputs) ? given : given[0];
        const ts = checkVector("linearize", "tangents", v, flat, "the inputs");
        const known = replay(steps, leaves, ts);
        return r.outputs.build(
          r.outputs.leaves.map((y, i) => {
            const node = own[i]?.node ?? null;
            const t = node === null ? null : known.get(node)?.[own[i]!.slot];
            return t ?? zerosOf(y.spec, y.device);
          }),
        );
      };
      return shut(hasAux, r.outputs, push, r.aux);
    },
  ) as Result<R, H, (...tangents: Args<Like<I>>) => Like<Main<R, H>>>;
}
