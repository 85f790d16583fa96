import { checkTensor } from "../align.ts";
import { dense } from "../device.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { bilinear } from "../makers/bilinear.ts";
import { broadcastShapes, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { denseView } from "../view.ts";
import { mT } from "./shaping.ts";
import { expandTo, reshapeTo } from "./views.ts";

/** [..., m, k] by [..., k, n] with equal leading dims. */
const product = bilinear("matmul", {
  kernel(x, y, backend) {
    const shape = [...x.shape.slice(0, -1), y.shape.at(-1)!];
    return denseView(x.dtype, x.device, shape, backend.matmul(dense(x), dense(y)));
  },
  left: (g, y) => product(g, mT(y)),
  right: (g, x) => product(mT(x), g),
});

function checkInner(who: string, x: Tensor, y: Tensor): void {
  const k = x.shape.at(-1);
  if (x.ndim > 0 && y.ndim > 0 && k === y.shape.at(y.ndim > 1 ? -2 : -1)) return;
  throw new ShapeError(
    `${who}: inner sizes differ: ${showShape(x.shape)} @ ${showShape(y.shape)}; ` +
      `the last size of the left must equal the second to last of the right`,
  );
}

function checkDTypes(who: string, x: Tensor, y: Tensor): void {
  if (x.dtype !== y.dtype)
    throw new DTypeError(
      `${who}: the left side is ${x.dtype} and the right ${y.dtype}; convert one with astype`,
    );
}

/** Matrices, with leading dims that broadcast. */
function multiply(who: string, x: Tensor, y: Tensor): Tensor {
  if (x.dtype === "bool")
    throw new DTypeError(`${who}: the matrices are bool; convert them with x.astype("int32")`);
  const lead = broadcastShapes(who, x.shape.slice(0, -2), y.shape.slice(0, -2));
  return product(
    expandTo(x, [...lead, ...x.shape.slice(-2)]),
    expandTo(y, [...lead, ...y.shape.slice(-2)]),
  );
}

/** Vectors are a row on the left, a column on the right. */
function multiplied(who: string, x: Tensor, y: Tensor): Tensor {
  checkInner(who, x, y);
  checkDTypes(who, x, y);
  const left = x.ndim === 1 ? reshapeTo(x, [1, ...x.shape]) : x;
  const right = y.ndim === 1 ? reshapeTo(y, [...y.shape, 1]) : y;
  const out = multiply(who, left, right);
  const shape = [...out.shape];
  if (y.ndim === 1) shape.pop();
  if (x.ndim === 1) shape.splice(y.ndim === 1 ? -1 : -2, 1);
  return reshapeTo(out, shape);
}

/**
 * The matrix product over the last two dims; leading dims broadcast, and a 1-d side is a row or a column.
 *
 * @throws ShapeError when inner sizes differ or leading dims do not broadcast; DTypeError when dtypes differ.
 * @example tensor([[1, 2], [3, 4]]).matmul(tensor([1, 1])); // [3, 7]
 */
export const matmul = (x: Tensor, y: Tensor): Tensor =>
  multiplied("matmul", checkTensor("matmul", x), checkTensor("matmul", y, "the right side"));

function ranked(who: string, x: Tensor, y: Tensor, left: number, right: number): Tensor {
  checkTensor(who, x);
  checkTensor(who, y, "the right side");
  if (x.ndim === left && y.ndim === right) return multiplied(who, x, y);
  throw new ShapeError(
    `${who}: shapes ${showShape(x.shape)} and ${showShape(y.shape)}; ` +
      `it takes ${left}-d and ${right}-d tensors, matmul takes any`,
  );
}

/** [m, k] by [k, n]. */
export const mm = (x: Tensor, y: Tensor): Tensor => ranked("mm", x, y, 2, 2);
/** [b, m, k] by [b, k, n]. */
export const bmm = (x: Tensor, y: Tensor): Tensor => ranked("bmm", x, y, 3, 3);
/** [m, k] by [k]. */
export const mv = (x: Tensor, y: Tensor): Tensor => ranked("mv", x, y, 2, 1);
/** [k] by [k], a 0-d tensor. */
export const dot = (x: Tensor, y: Tensor): Tensor => ranked("dot", x, y, 1, 1);
