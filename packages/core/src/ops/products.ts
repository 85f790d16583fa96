import { checkTensor, describe } from "../align.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { checkDim, type Shape, showShape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { mul } from "./arithmetic.ts";
import { matmul } from "./matmul.ts";
import { permute } from "./shaping.ts";
import { expandTo, reshapeTo } from "./views.ts";

/**
 * All products of the elements of two vectors, [n, m].
 *
 * @throws ShapeError unless both have 1 dim.
 * @example tensor([1, 2]).outer(tensor([3, 4])); // [[3, 4], [6, 8]]
 */
export function outer(x: Tensor, y: Tensor): Tensor {
  if (checkTensor("outer", x).ndim === 1 && checkTensor("outer", y, "the right side").ndim === 1)
    return mul(reshapeTo(x, [x.size, 1]), y);
  throw new ShapeError(
    `outer: shapes ${showShape(x.shape)} and ${showShape(y.shape)}; pass two vectors`,
  );
}

/** A number: that many last dims of the left by as many first ones of the right. Or the dims of each side. */
export type ContractedDims = number | readonly [readonly number[], readonly number[]];

function pairsOf(x: Tensor, y: Tensor, dims: ContractedDims) {
  if (typeof dims !== "number") {
    if (!Array.isArray(dims) || !dims.every(Array.isArray))
      throw new ArgumentError(
        `tensordot: dims is ${describe(dims)}; pass a number, or the dims of each side in two arrays`,
      );
    const [left, right] = dims;
    return {
      left: left.map((d) => checkDim("tensordot", d, x.ndim)),
      right: right.map((d) => checkDim("tensordot", d, y.ndim)),
    };
  }
  if (!Number.isInteger(dims) || dims < 0 || dims > Math.min(x.ndim, y.ndim))
    throw new ArgumentError(
      `tensordot: dims is ${dims} for shapes ${showShape(x.shape)} and ${showShape(y.shape)}; ` +
        `use at most as many dims as each side has`,
    );
  const range = Array.from({ length: dims }, (_, i) => i);
  return { left: range.map((i) => x.ndim - dims + i), right: range };
}

/** Paired sizes are equal, or one of them is 1 and grows. */
function innerShape(
  x: Tensor,
  y: Tensor,
  left: readonly number[],
  right: readonly number[],
): Shape {
  const sizes = left.map((d, i) => [x.shape[d]!, y.shape[right[i]!]] as const);
  const once = new Set(left).size === left.length && new Set(right).size === right.length;
  if (
    !once ||
    left.length !== right.length ||
    sizes.some(([n, m]) => n !== m && n !== 1 && m !== 1)
  )
    throw new ShapeError(
      `tensordot: dims [${left.join(", ")}] of shape ${showShape(x.shape)} and ` +
        `[${right.join(", ")}] of ${showShape(y.shape)}; name as many dims of equal sizes, each once`,
    );
  return sizes.map(([n, m]) => (n === 1 ? m! : n));
}

const others = (x: Tensor, dims: readonly number[]): readonly number[] =>
  [...x.shape.keys()].filter((d) => !dims.includes(d));

/**
 * The sum of products over pairs of dims; the other dims of x come first, then those of y.
 *
 * @throws ShapeError when paired sizes differ, ArgumentError for more dims than a side has.
 * @example tensordot(zeros([2, 3]), zeros([3, 4]), 1).shape; // [2, 4]
 */
export function tensordot(x: Tensor, y: Tensor, dims: ContractedDims = 2): Tensor {
  checkTensor("tensordot", x);
  checkTensor("tensordot", y, "the right side");
  const { left, right } = pairsOf(x, y, dims);
  const inner = innerShape(x, y, left, right);
  const [freeX, freeY] = [others(x, left), others(y, right)];
  const rows = freeX.map((d) => x.shape[d]!);
  const columns = freeY.map((d) => y.shape[d]!);
  const a = expandTo(permute(x, [...freeX, ...left]), [...rows, ...inner]);
  const b = expandTo(permute(y, [...right, ...freeY]), [...inner, ...columns]);
  const product = matmul(
    reshapeTo(a, [sizeOf(rows), sizeOf(inner)]),
    reshapeTo(b, [sizeOf(inner), sizeOf(columns)]),
  );
  return reshapeTo(product, [...rows, ...columns]);
}
