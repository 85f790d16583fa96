import { checkTensor } from "../align.ts";
import type { DType } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { type Expr, index, input, s } from "../expr.ts";
import { type CallMap, linearMap } from "../makers/linear.ts";
import { showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { denseView, fillView } from "../view.ts";
import { diagonalOp, placeDiagonal, sumOver } from "./views.ts";

interface Triangle {
  readonly upper: boolean;
  readonly diagonal: number;
}

/** Sizes and the diagonal are inputs, so that a new one needs no new kernel. */
function triangleOf(dtype: DType, upper: boolean): Expr {
  const [rows, columns, diagonal] = [1, 2, 3].map((i) => input(i, "int32"));
  const at = s.cast(index(), "int32");
  const column = s.rem(at, columns!);
  const row = s.rem(s.div(at, columns!), rows!);
  const above = s.sub(column, row);
  const inside = upper ? s.le(diagonal!, above) : s.le(above, diagonal!);
  return s.select(inside, input(0, dtype), 0);
}

/** A part of the last two dims; it is its own transpose. */
const triangleOp: CallMap<Triangle> = linearMap<Triangle>("triangle", {
  kernel(x, { upper, diagonal }, backend) {
    const numbers = [x.shape.at(-2)!, x.shape.at(-1)!, diagonal];
    const inputs = [x, ...numbers.map((n) => fillView("int32", x.device, x.shape, n))];
    const [buffer] = backend.elementwise([triangleOf(x.dtype, upper)], inputs, x.shape);
    return denseView(x.dtype, x.device, x.shape, buffer!);
  },
  transpose: (g, _saved, triangle) => triangleOp(g, triangle),
  lift: (triangle) => triangle,
});

function triangle(who: string, x: Tensor, params: Triangle): Tensor {
  if (checkTensor(who, x).ndim < 2)
    throw new ShapeError(
      `${who}: a tensor of shape ${showShape(x.shape)} is not a matrix; it needs at least 2 dims`,
    );
  checkDiagonal(who, params.diagonal);
  return triangleOp(x, params);
}

function checkDiagonal(who: string, diagonal: number): void {
  if (!Number.isInteger(diagonal))
    throw new ArgumentError(`${who}: the diagonal is ${String(diagonal)}; pass an integer`);
}

/**
 * The last two dims on and above a diagonal, zeros below it.
 *
 * @example ones([2, 2]).triu(1); // [[0, 1], [0, 0]]
 */
export const triu = (x: Tensor, diagonal = 0): Tensor =>
  triangle("triu", x, { upper: true, diagonal });

/**
 * The last two dims on and below a diagonal, zeros above it.
 *
 * @example ones([2, 2]).tril(); // [[1, 0], [1, 1]]
 */
export const tril = (x: Tensor, diagonal = 0): Tensor =>
  triangle("tril", x, { upper: false, diagonal });

/** The sum of the main diagonal of a matrix. */
export function trace(x: Tensor): Tensor {
  if (checkTensor("trace", x).ndim === 2)
    return sumOver(diagonalOp(x, { offset: 0, rows: 0, columns: 1 }), [0]);
  throw new ShapeError(`trace: the input has shape ${showShape(x.shape)}; pass a matrix`);
}

/**
 * Of a vector the matrix with it on a diagonal, of a matrix that diagonal. Differentiable.
 *
 * @throws ShapeError unless it has 1 or 2 dims.
 * @example diag(tensor([1, 2])); // [[1, 0], [0, 2]]
 */
export function diag(x: Tensor, diagonal = 0): Tensor {
  const { ndim, shape } = checkTensor("diag", x);
  checkDiagonal("diag", diagonal);
  const place = { offset: diagonal, rows: 0, columns: 1 };
  if (ndim === 2) return diagonalOp(x, place);
  const n = (shape[0] ?? 0) + Math.abs(diagonal);
  if (ndim === 1) return placeDiagonal(x, { ...place, shape: [n, n] });
  throw new ShapeError(`diag: the input has shape ${showShape(shape)}; pass a vector or a matrix`);
}
