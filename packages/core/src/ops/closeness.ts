import { checkTensor } from "../align.ts";
import { getDefaultDtype, isFloat } from "../dtype.ts";
import { ArgumentError, DTypeError } from "../errors.ts";
import { s } from "../expr.ts";
import { elementwise, type Ternary } from "../makers/elementwise.ts";
import { checkOptions } from "../options.ts";
import { data, dataSync } from "../read.ts";
import { sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { abs, add, mul } from "./arithmetic.ts";
import { astype } from "./cast.ts";
import { eq, isnan, logicalAnd, logicalOr } from "./comparison.ts";
import { all } from "./reductions.ts";

/** How close is close: |x − y| ≤ atol + rtol·|y|. */
export interface ClosenessOptions {
  /** How far apart, relative to the other. Default: 1e-5. */
  readonly rtol?: number;
  /** How far apart in any case. Default: 1e-8. */
  readonly atol?: number;
  /** Whether NaN is close to NaN. Default: false. */
  readonly equalNan?: boolean;
}

/** Whether x and y are equal, or finite and no further apart than is allowed. */
const within: Ternary = elementwise("isclose", (x, y, allowed) => {
  const distance = s.abs(s.sub(x, y));
  return s.or(s.eq(x, y), s.and(s.isFinite(distance), s.le(distance, allowed)));
});

function checkTolerance(who: string, name: string, value: number): void {
  if (value >= 0) return;
  throw new ArgumentError(`${who}: ${name} is ${value}; pass a number ≥ 0`);
}

function close(who: string, x: Tensor, y: Tensor, options?: ClosenessOptions): Tensor {
  checkOptions(who, options, ["rtol", "atol", "equalNan"]);
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = options ?? {};
  checkTensor(who, x);
  if (checkTensor(who, y, "the other").dtype !== x.dtype)
    throw new DTypeError(
      `${who}: the dtypes are ${x.dtype} and ${y.dtype}; convert one with x.astype(…)`,
    );
  checkTolerance(who, "rtol", rtol);
  checkTolerance(who, "atol", atol);
  if (rtol === 0 && atol === 0 && !equalNan) return eq(x, y);
  const floats = isFloat(x.dtype) ? [x, y] : [x, y].map((z) => astype(z, getDefaultDtype()));
  const [a, b] = floats as [Tensor, Tensor];
  const near = within(a, b, add(mul(abs(b), rtol), atol));
  return equalNan ? logicalOr(near, logicalAnd(isnan(a), isnan(b))) : near;
}

/**
 * Whether |x − y| ≤ atol + rtol |y|, element by element; infinities are close to themselves only.
 *
 * @throws DTypeError when the dtypes differ.
 */
export const isclose = (x: Tensor, y: Tensor, options?: ClosenessOptions): Tensor =>
  close("isclose", x, y, options);

/** Whether all elements are close, as `isclose` says. */
export async function allClose(x: Tensor, y: Tensor, options?: ClosenessOptions): Promise<boolean> {
  return (await data(all(close("allClose", x, y, options))))[0] === 1;
}

/** As `allClose`, at once; a DeviceError where reading waits. */
export const allCloseSync = (x: Tensor, y: Tensor, options?: ClosenessOptions): boolean =>
  dataSync(all(close("allCloseSync", x, y, options)), "allCloseSync")[0] === 1;

/** Null where the shapes differ already. */
function equality(who: string, x: Tensor, y: Tensor): Tensor | null {
  const same = sameShape(checkTensor(who, x).shape, checkTensor(who, y, "the other").shape);
  return same ? all(eq(x, y)) : null;
}

/** Whether both have the same shape and equal elements. */
export async function equal(x: Tensor, y: Tensor): Promise<boolean> {
  const same = equality("equal", x, y);
  return same !== null && (await data(same))[0] === 1;
}

/** As `equal`, at once; a DeviceError where reading waits. */
export function equalSync(x: Tensor, y: Tensor): boolean {
  const same = equality("equalSync", x, y);
  return same !== null && dataSync(same, "equalSync")[0] === 1;
}
