import {
  ArgumentError,
  type CreateOptions,
  matmul,
  type RandomGenerator,
  rand,
  relu,
  type Tensor,
  tanh,
} from "@cotangent/core";
import { checkOptions } from "@cotangent/core/extend";
import { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";

/** A module from one tensor to one. */
export type Layer = Module & {
  /** The output for x. */
  forward(x: Tensor): Tensor;
};

/** Options of `Linear`. */
export interface LinearOptions extends Omit<CreateOptions, "requiresGrad"> {
  /** Add a learned vector. Default: true. */
  readonly bias?: boolean;
  readonly generator?: RandomGenerator;
}

/**
 * x·Wᵀ + b over the last dim: [..., inFeatures] to [..., outFeatures]. Weight [outFeatures, inFeatures] and bias
 * begin uniform in ±1/√inFeatures, as PyTorch's.
 *
 * @example new Linear(3, 2).forward(rand([5, 3])).shape; // [5, 2]
 */
export class Linear extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    checkOptions("Linear", options, ["bias", "dtype", "device", "generator"]);
    const { bias = true, ...init } = options;
    for (const [name, n] of Object.entries({ inFeatures, outFeatures }))
      if (!Number.isInteger(n) || n < 0)
        throw new ArgumentError(`Linear: ${name} is ${String(n)}; pass an integer ≥ 0`);
    const bound = inFeatures > 0 ? 1 / Math.sqrt(inFeatures) : 0;
    const uniform = (shape: readonly number[]): Parameter =>
      new Parameter(
        rand(shape, init)
          .mul(2 * bound)
          .sub(bound),
      );
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = uniform([outFeatures, inFeatures]);
    this.bias = bias ? uniform([outFeatures]) : null;
  }
  /** The output for x. */
  override forward(x: Tensor): Tensor {
    const y = matmul(x, this.weight.T);
    return this.bias === null ? y : y.add(this.bias);
  }
  override describe(): string {
    return `${this.inFeatures}, ${this.outFeatures}${this.bias === null ? ", bias: false" : ""}`;
  }
}

/** tanh of each element. */
export class Tanh extends Module {
  /** The output for x. */
  override forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

/** max(x, 0) of each element. */
export class ReLU extends Module {
  /** The output for x. */
  override forward(x: Tensor): Tensor {
    return relu(x);
  }
}

/**
 * Layers one after another, registered under their numbers.
 *
 * @example new Sequential(new Linear(2, 8), new Tanh(), new Linear(8, 1));
 */
export class Sequential extends Module {
  constructor(...layers: Layer[]) {
    super();
    layers.forEach((layer, i) => {
      if (!(layer instanceof Module))
        throw new ArgumentError(`Sequential: layer ${i} is ${String(layer)}; pass Modules`);
    });
    Object.assign(this, layers);
  }
  /** The output for x. */
  override forward(x: Tensor): Tensor {
    return (this.children() as Layer[]).reduce((y, layer) => layer.forward(y), x);
  }
}
