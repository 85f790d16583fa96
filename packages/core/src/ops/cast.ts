import { checkTensor } from "../align.ts";
import type { Backend } from "../backend.ts";
import { backendOf } from "../device.ts";
import { checkDType, type DType, isFloat } from "../dtype.ts";
import { DTypeError } from "../errors.ts";
import { cast, input } from "../expr.ts";
import { constant } from "../makers/constant.ts";
import { linearMap } from "../makers/linear.ts";
import type { Tensor } from "../tensor.ts";
import { denseView, fillView, type View } from "../view.ts";

function convert(x: View, dtype: DType, backend: Backend): View {
  if (x.buffer === null && isFloat(dtype))
    return fillView(dtype, x.device, x.shape, dtype === "float32" ? Math.fround(x.fill) : x.fill);
  const [buffer] = backend.elementwise([cast(input(0, x.dtype), dtype)], [x], x.shape);
  return denseView(dtype, x.device, x.shape, buffer!);
}

const castOp = linearMap<DType>("astype", {
  kernel: convert,
  transpose: (g, saved) => astype(g, saved.ins[0]!.dtype),
  lift: (dtype) => dtype,
});

/** To or from int32 and bool there is no derivative. */
const convertOp = constant<DType>("convert", {
  kernel: ([x], dtype, backend) => [convert(x!, dtype, backend)],
  lift: (dtype) => dtype,
});

/**
 * The same values in another dtype. Differentiable between floating point dtypes. Floats are truncated to
 * integers; to bool anything but 0 is true.
 *
 * @throws DTypeError for a dtype that is unknown or that the device does not have.
 * @example tensor([1.7, 0]).astype("int32"); // [1, 0]
 */
export function astype(x: Tensor, dtype: DType): Tensor {
  checkDType("astype", dtype);
  if (checkTensor("astype", x).dtype === dtype) return x;
  checkSupported("astype", dtype, x.device);
  return isFloat(dtype) && isFloat(x.dtype) ? castOp(x, dtype) : convertOp([x], dtype)[0]!;
}

/** Not every device has every dtype. */
export function checkSupported(who: string, dtype: DType, device: View["device"]): void {
  const { dtypes } = backendOf(device);
  if (dtypes.has(dtype)) return;
  throw new DTypeError(`${who}: ${device} has no ${dtype}; it has ${[...dtypes].join(", ")}`);
}
