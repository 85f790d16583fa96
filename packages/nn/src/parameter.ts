import { GradError, Tensor } from "@cotangent/core";
import { checkTensor, root } from "@cotangent/core/extend";

/**
 * A tensor that a Module registers as its own and an optimizer may change: a leaf with memory of its own.
 *
 * @throws GradError for a tensor of a transform that is running.
 * @example this.weight = new Parameter(randn([out, in]));
 */
export class Parameter extends Tensor {
  constructor(data: Tensor, requiresGrad = true) {
    const values = checkTensor("Parameter", data, "data").detach();
    if (values.level !== root)
      throw new GradError(
        `Parameter: the data belongs to a running ${values.level.who}; make parameters outside of it`,
      );
    super(root, values.spec, values.view, null, null);
    if (requiresGrad) this.requiresGrad_();
  }
}
