import { align, checkTensor, type Operand } from "../align.ts";
import { DTypeError } from "../errors.ts";
import { input, s } from "../expr.ts";
import { linear } from "../makers/linear.ts";
import { broadcastShapes } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { denseView } from "../view.ts";
import { expandTo } from "./views.ts";

const whereOp = linear<null>("where", {
  in: [1, 2],
  kernel([condition, x, y], _params, backend) {
    const { dtype, device, shape } = x!;
    const body = s.select(input(0, "bool"), input(1, dtype), input(2, dtype));
    const [buffer] = backend.elementwise([body], [condition!, x!, y!], shape);
    return [denseView(dtype, device, shape, buffer!)];
  },
  transpose: ([g], saved, _params, need) => {
    const condition = saved.inputs[0]!;
    return [
      null,
      need[1] ? where(condition, g!, 0) : null,
      need[2] ? where(condition, 0, g!) : null,
    ];
  },
  lift: () => null,
});

/**
 * `a` where `condition` holds, else `b`; all broadcast. The branch not taken gets a derivative of exactly 0.
 *
 * @throws DTypeError unless the condition is bool.
 * @example where(x.gt(0), x, 0);
 */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  if (checkTensor("where", condition, "condition").dtype !== "bool")
    throw new DTypeError(
      `where: the condition is ${condition.dtype}; pass a bool tensor, such as x.gt(0)`,
    );
  const [x, y] = align("where", [a, b], false);
  const shape = broadcastShapes("where", condition.shape, x!.shape);
  const sides = [expandTo(condition, shape), expandTo(x!, shape), expandTo(y!, shape)];
  return whereOp(sides, null)[0]!;
}
