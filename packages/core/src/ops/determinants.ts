import type { Backend, HostRoutine, Spec } from "../backend.ts";
import { addMaybe } from "../knot.ts";
import type { Tensor } from "../tensor.ts";
import type { View } from "../view.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { checkSquare, inverseOf } from "./linalg.ts";
import { cofactorChanges, cofactors } from "./linalgCofactors.ts";
import { determinants, logDeterminants } from "./linalgRoutines.ts";
import { invertBy, pivotsOf, withFactors } from "./luFactors.ts";
import { matmul } from "./matmul.ts";
import { matricesOf, matrixOp, onHost } from "./matrixOp.ts";
import { mT } from "./shaping.ts";
import { diagonalOp, expandTo, reshapeTo, sumOver } from "./views.ts";

/** One number for each matrix. */
const numbersOf = ({ shape, dtype }: Spec): Spec => ({ shape: shape.slice(0, -2), dtype });

/** Numbers by a routine that is given the pivots and the order of the factors. */
function byPivots(
  backend: Backend,
  a: View,
  outputs: number,
  routine: (count: number, n: number) => HostRoutine,
): readonly View[] {
  const { count, n } = matricesOf(a);
  const specs = new Array<Spec>(outputs).fill(numbersOf(a));
  return withFactors(backend, a, (lu) =>
    onHost(backend, [pivotsOf(lu), lu.order], specs, routine(count, n)),
  );
}

const matrixAxes = (a: Tensor): readonly number[] => [a.ndim - 2, a.ndim - 1];

/** The sum of all products of elements of two matrices. */
const inner = (a: Tensor, b: Tensor): Tensor => sumOver(mul(a, b), matrixAxes(a));

/** A number for each matrix, at each of its elements. */
const everywhere = (x: Tensor, like: Tensor): Tensor =>
  expandTo(reshapeTo(x, [...x.shape, 1, 1]), like.shape);

function traces(a: Tensor): Tensor {
  const [rows, columns] = [a.ndim - 2, a.ndim - 1];
  return sumOver(diagonalOp(a, { offset: 0, rows, columns }), [a.ndim - 2]);
}

const changeOf = (a: Tensor, h: Tensor): Tensor => changeOp([a, h], null)[0]!;
/** The derivative of the determinant. */
export const cofactorOf = (a: Tensor): Tensor => cofactorOp([a], null)[0]!;

/**
 * The third derivative of the determinant of a nonsingular matrix in two directions. With W = A⁻¹, the
 * second is det(A)·(tr(WH)·Wᵀ − (WHW)ᵀ), and dW = −W·dA·W.
 */
function thirdOf(a: Tensor, h: Tensor, k: Tensor): Tensor {
  const w = inverseOf(a, "det");
  const [wh, wk] = [matmul(w, h), matmul(w, k)];
  const [whw, wkw] = [matmul(wh, w), matmul(wk, w)];
  const [tH, tK] = [traces(wh), traces(wk)];
  const both = sub(mul(tH, tK), traces(matmul(wh, wk)));
  const crossed = add(matmul(wh, wkw), matmul(wk, whw));
  const scaled = add(mul(everywhere(tH, a), wkw), mul(everywhere(tK, a), whw));
  const sum = add(sub(mul(everywhere(both, a), w), scaled), crossed);
  return mul(everywhere(detOp([a], null)[0]!, a), mT(sum));
}

// The determinant is a polynomial: its derivatives are symmetric, so one op serves vjp and jvp.
const detOp = matrixOp<null>("det", {
  kernel: (backend, [a]) => byPivots(backend, a!, 1, determinants),
  keeps: () => ({ inputs: [0], outputs: [] }),
  vjp: ([g], saved) => [mul(everywhere(g!, saved.inputs[0]!), cofactorOf(saved.inputs[0]!))],
  jvp: ([t], saved) => [inner(cofactorOf(saved.inputs[0]!), t!)],
});

const cofactorOp = matrixOp<null>("cofactors", {
  kernel(backend, [a]) {
    const { count, n } = matricesOf(a!);
    return withFactors(backend, a!, (lu) => {
      const inverses = invertBy(backend, lu);
      const inputs = [a!, inverses, pivotsOf(lu), lu.order];
      const views = onHost(backend, inputs, [a!], cofactors(count, n));
      backend.free(inverses.buffer!);
      return views;
    });
  },
  keeps: () => ({ inputs: [0], outputs: [] }),
  vjp: ([g], saved) => [changeOf(saved.inputs[0]!, g!)],
  jvp: ([t], saved) => [changeOf(saved.inputs[0]!, t!)],
});

const changeOp = matrixOp<null>("cofactorChanges", {
  kernel(backend, inputs) {
    const { count, n } = matricesOf(inputs[0]!);
    return onHost(backend, inputs, inputs.slice(0, 1), cofactorChanges(count, n));
  },
  keeps: (need) => ({ inputs: need[0] ? [0, 1] : [0], outputs: [] }),
  vjp([g], saved, _params, need) {
    const a = saved.inputs[0]!;
    return [need[0] ? thirdOf(a, saved.inputs[1]!, g!) : null, need[1] ? changeOf(a, g!) : null];
  },
  jvp([tA, tH], saved) {
    const a = saved.inputs[0]!;
    const moved = tA ? thirdOf(a, saved.inputs[1]!, tA) : null;
    return [addMaybe(moved, tH ? changeOf(a, tH) : null)];
  },
});

/**
 * The determinant of square matrices. First and second derivatives are right at singular matrices too.
 *
 * @throws ShapeError unless matrices are square, DTypeError unless they are of floating point.
 * @example det(tensor([[1, 2], [3, 4]])); // −2
 */
export const det = (a: Tensor): Tensor => detOp([checkSquare("det", a)], null)[0]!;

const slogdetOp = matrixOp<null>("slogdet", {
  kernel: (backend, [a]) => byPivots(backend, a!, 2, logDeterminants),
  keeps: () => ({ inputs: [0], outputs: [] }),
  vjp([, g], saved) {
    const a = saved.inputs[0]!;
    return [g ? mul(everywhere(g, a), mT(inverseOf(a, null))) : null];
  },
  jvp([t], saved) {
    return [null, inner(mT(inverseOf(saved.inputs[0]!, null)), t!)];
  },
});

/**
 * [sign, logabsdet] of the determinant: sign is 1, −1 or 0, and has no derivative; the logarithm of 0 is −∞.
 *
 * @throws as `det`.
 * @example const [sign, logabsdet] = slogdet(tensor([[2, 0], [0, -3]])); // −1 and log 6
 */
export function slogdet(a: Tensor): [sign: Tensor, logabsdet: Tensor] {
  const [sign, logabsdet] = slogdetOp([checkSquare("slogdet", a)], null);
  return [sign!, logabsdet!];
}
