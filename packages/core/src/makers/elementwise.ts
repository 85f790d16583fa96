import { align, fill, type Operand } from "../align.ts";
import { apply } from "../apply.ts";
import type { DType } from "../dtype.ts";
import { DTypeError } from "../errors.ts";
import { type Expr, input } from "../expr.ts";
import { addMaybe, ops, spreadAll } from "../knot.ts";
import type { Saved } from "../node.ts";
import { type Keeps, type Primitive, register } from "../primitive.ts";
import { sameShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { denseView } from "../view.ts";

type Read = number | "out";

/** A partial derivative that reads values: `f` gets g and what it reads, and is linear in g. */
export interface By {
  readonly reads: readonly Read[];
  readonly f: (g: Tensor, ...values: Tensor[]) => Tensor;
}

/** 1, −1 and 0 need no values; 0 means on the tape with a derivative of zero. */
export type Partial = 1 | -1 | 0 | By;

/** A partial derivative that reads values; see `By`. */
export const by = (reads: readonly Read[], f: By["f"]): By => ({ reads, f });

/** A function of one tensor that carries its primitive. */
export type Unary = ((x: Operand) => Tensor) & { readonly primitive: Primitive };
/** A function of two tensors or numbers that carries its primitive. */
export type Binary = ((x: Operand, y: Operand) => Tensor) & { readonly primitive: Primitive };
/** A function of three tensors or numbers that carries its primitive. */
export type Ternary = ((x: Operand, y: Operand, z: Operand) => Tensor) & {
  readonly primitive: Primitive;
};
type Scalar = (...xs: readonly Expr[]) => Expr;

/** What to keep for each set of inputs that need a derivative, by bit mask. */
function keepTable(arity: number, partials: readonly Partial[]): readonly Keeps[] {
  return Array.from({ length: 1 << arity }, (_, mask) => {
    const reads = new Set(
      partials.flatMap((p, i) => ((mask >> i) & 1 && typeof p === "object" ? p.reads : [])),
    );
    const inputs = [...reads].filter((r): r is number => r !== "out");
    return { inputs, outputs: reads.has("out") ? [0] : [] };
  });
}

function term(partial: Partial, g: Tensor, saved: Saved): Tensor | null {
  if (partial === 1) return g;
  if (partial === -1) return ops.neg(g);
  if (partial === 0) return null;
  const { reads, f } = partial;
  if (reads.length === 1) return f(g, readOf(reads[0]!, saved)); // a spread costs as much as a small op
  return f(g, ...reads.map((r) => readOf(r, saved)));
}

const readOf = (read: Read, saved: Saved): Tensor =>
  read === "out" ? saved.outputs[0]! : saved.inputs[read]!;

/** The expression for each dtype, built when first needed. */
function expressions(
  name: string,
  arity: number,
  scalar: Scalar,
): (dtype: DType) => readonly Expr[] {
  const built: { [D in DType]?: readonly Expr[] } = {};
  const build = (dtype: DType): readonly Expr[] => {
    try {
      return [scalar(...Array.from({ length: arity }, (_, i) => input(i, dtype)))];
    } catch {
      throw new DTypeError(`${name}: ${dtype} is not supported; convert it with x.astype(…)`);
    }
  };
  return (dtype) => (built[dtype] ??= build(dtype));
}

function primitiveOf(
  name: string,
  scalar: Scalar,
  arity: number,
  partials: readonly Partial[],
): Primitive {
  const keeps = keepTable(arity, partials);
  const bodies = expressions(name, arity, scalar);
  const self: Primitive = register({
    name,
    differentiable: (i) => i < partials.length,
    forward(backend, inputs) {
      const { shape, dtype, device } = inputs[0]!;
      const body = bodies(dtype);
      const [buffer] = backend.elementwise(body, inputs, shape);
      return [denseView(body[0]!.type as DType, device, shape, buffer!)];
    },
    vjp: ([g], saved, _params, need) =>
      need.map((needed, i) => (needed ? term(partials[i]!, g!, saved) : null)),
    jvp: (tangents, saved) => [
      tangents.reduce<Tensor | null>(
        (sum, t, i) => (t === null ? sum : addMaybe(sum, term(partials[i]!, t, saved))),
        null,
      ),
    ],
    batch: (inputs, batched, size) => apply(self, spreadAll(inputs, batched, size), undefined),
    keeps(need) {
      let mask = 0;
      for (let i = 0; i < need.length; i++) if (need[i]) mask |= 1 << i;
      return keeps[mask]!;
    },
  });
  return self;
}

const isFloating = ({ spec }: Tensor): boolean =>
  spec.dtype === "float32" || spec.dtype === "float64";

const beside = (n: number, { spec, device }: Tensor): Tensor =>
  fill(n, spec.shape, spec.dtype, device);

/** Two sides that need neither promotion nor broadcasting, or null; a number takes the place of a tensor. */
function matched(x: Operand, y: Operand, floating: boolean): [Tensor, Tensor] | null {
  if (x instanceof Tensor && y instanceof Tensor) {
    const same = x.spec.dtype === y.spec.dtype && sameShape(x.spec.shape, y.spec.shape);
    const near = same && (x.spec.shape.length > 0 || x.device === y.device);
    return near && (!floating || isFloating(x)) ? [x, y] : null;
  }
  if (x instanceof Tensor && typeof y === "number") return isFloating(x) ? [x, beside(y, x)] : null;
  if (y instanceof Tensor && typeof x === "number") return isFloating(y) ? [beside(x, y), y] : null;
  return null;
}

/** The public function: promotes and broadcasts what does not fit already. */
function publish(primitive: Primitive, arity: number, floating: boolean): unknown {
  const { name } = primitive;
  if (arity === 1)
    return (x: Operand) => {
      const ready = x instanceof Tensor && (!floating || isFloating(x));
      return apply(primitive, ready ? [x] : align(name, [x], floating), undefined)[0]!;
    };
  if (arity === 2)
    return (x: Operand, y: Operand) => {
      const inputs = matched(x, y, floating) ?? align(name, [x, y], floating);
      return apply(primitive, inputs, undefined)[0]!;
    };
  return (...xs: Operand[]) =>
    apply(primitive, align(name, xs.slice(0, arity), floating), undefined)[0]!;
}

/** The scalar function's own arity is that of the op. */
type Elementwise = <F extends Unary | Binary | Ternary>(
  name: string,
  scalar: (x: Expr, y: Expr, z: Expr) => Expr,
  ...partials: Partial[]
) => F;

const maker =
  (floating: boolean): Elementwise =>
  (name, scalar, ...partials) => {
    const primitive = primitiveOf(name, scalar as Scalar, scalar.length, partials);
    const published = publish(primitive, scalar.length, floating);
    return Object.assign(published as object, { primitive }) as never;
  };

/**
 * An op on each element. `scalar` says what it computes; the partials, one for each input, its derivative in
 * both modes. An input without a partial has no derivative.
 *
 * @example const mul: Binary = elementwise("mul", s.mul, by([1], (g, y) => mul(g, y)), by([0], (g, x) => mul(g, x)));
 */
export const elementwise: Elementwise = maker(false);

/** As `elementwise`, for functions of real numbers: int32 and bool become the default dtype first. */
export const floating: Elementwise = maker(true);
