import { GradError, ShapeError, type Tensor, type Tensors } from "@cotangent/core";
import { checkOptions, list, showShape } from "@cotangent/core/extend";
import { checkOutputs, leavesOf, rowsOfJacobian } from "./jac.ts";

/** Options of `backward`. */
export interface BackwardOptions {
  /** Rows to multiply the Jacobian with, [m, ...shape] for each tensor. Default: the identity. */
  readonly jacTensors?: Tensors;
  /** Add only to the `.jac` of these. Default: every leaf. */
  readonly inputs?: Tensors;
  /** Keep what the tape saved, for another pass. Default: false. */
  readonly retainGraph?: boolean;
  /** Rows at a time. Default: all. */
  readonly chunkSize?: number;
}

function checkInput(x: Tensor, i: number): Tensor {
  if (x.requiresGrad && (x.isLeaf || x.retainsGrad)) return x;
  throw new GradError(
    `backward: inputs[${i}] (shape ${showShape(x.shape)}) cannot hold .jac; it must require grad, ` +
      `and be a leaf or have called retainGrad()`,
  );
}

function checkRows(x: Tensor, J: Tensor): void {
  if (x.jac === null || x.jac.shape[0] === J.shape[0]) return;
  throw new ShapeError(
    `backward: .jac has ${x.jac.shape[0]} rows already, and ${J.shape[0]} would be added; ` +
      `set x.jac = null first`,
  );
}

/**
 * Adds the Jacobian of `tensors` by each leaf to its `.jac`, [m, ...shape]. Nothing is added when something fails.
 *
 * @throws ArgumentError, ShapeError or GradError for arguments that do not fit.
 * @example
 * backward([loss1, loss2]);
 * model.parameters()[0].jac; // [2, ...shape]
 */
export function backward(tensors: Tensors, options: BackwardOptions = {}): void {
  checkOptions("backward", options, ["jacTensors", "inputs", "retainGraph", "chunkSize"]);
  const { jacTensors, inputs, retainGraph = false, chunkSize } = options;
  const ys = checkOutputs("backward", "tensors", tensors);
  const named =
    inputs === undefined ? leavesOf("backward", ys) : list("backward", "inputs", inputs);
  const xs = [...new Set(named)].map(checkInput);
  const Js = rowsOfJacobian("backward", "jacTensors", ys, xs, {
    retainGraph,
    createGraph: false,
    ...(jacTensors === undefined ? {} : { jacOutputs: jacTensors }),
    ...(chunkSize === undefined ? {} : { chunkSize }),
  });
  xs.forEach((x, i) => checkRows(x, Js[i]!));
  xs.forEach((x, i) => {
    x.jac = x.jac === null ? Js[i]! : x.jac.add(Js[i]!);
  });
}
