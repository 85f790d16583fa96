import { ArgumentError, ShapeError, type Tensor, type Tensors } from "@cotangent/core";
import { framed, list, sameShape, showShape } from "@cotangent/core/extend";
import { jacobian, jvp, type ProductOptions, vjp } from "@cotangent/functional";
import { checkModule, functionalCall } from "./functionalCall.ts";
import type { Layer } from "./layers.ts";

type Options = Pick<ProductOptions, "createGraph">;

/** The output as a function of the parameters alone. */
function ofParameters(who: string, model: Layer, x: Tensor) {
  checkModule(who, model);
  const named = model.namedParameters();
  const func = (...values: Tensor[]): Tensor =>
    functionalCall(model, Object.fromEntries(named.map(([name], i) => [name, values[i]!])), x);
  return { func, parameters: named.map(([, p]) => p as Tensor) };
}

/** One tensor for each parameter, of its shape. */
function checkVector(v: Tensors, parameters: readonly Tensor[]): Tensor[] {
  const vs = list("modelJvp", "v", v);
  if (vs.length !== parameters.length)
    throw new ArgumentError(
      `modelJvp: v has ${vs.length} tensors for ${parameters.length} parameters; pass one for each`,
    );
  vs.forEach((x, i) => {
    const { shape } = parameters[i]!;
    if (!sameShape(x.shape, shape))
      throw new ShapeError(
        `modelJvp: v[${i}] has shape ${showShape(x.shape)} and parameter ${i} ${showShape(shape)}; ` +
          `pass the same shape`,
      );
  });
  return [...vs];
}

/**
 * J·v, where J is the Jacobian of `model.forward(x)` by the parameters: one pass of forward mode.
 *
 * @param v a tensor for each of `model.parameters()`, of its shape.
 * @returns a tensor of the output's shape.
 * @throws ArgumentError, ShapeError or DTypeError for a v that does not fit.
 * @example modelJvp(model, x, model.parameters().map((p) => onesLike(p)));
 */
export function modelJvp(model: Layer, x: Tensor, v: Tensors, options: Options = {}): Tensor {
  const { func, parameters } = ofParameters("modelJvp", model, x);
  const vs = checkVector(v, parameters);
  return framed(
    "modelJvp",
    () => jvp(func, parameters, vs, options)[1],
    (product) => [product],
  );
}

/**
 * vᵀJ, where J is the Jacobian of `model.forward(x)` by the parameters, in the order of `model.parameters()`.
 *
 * @param v a tensor of the output's shape.
 * @example modelVjp(model, x, onesLike(model.forward(x)));
 */
export function modelVjp(model: Layer, x: Tensor, v: Tensor, options: Options = {}): Tensor[] {
  const { func, parameters } = ofParameters("modelVjp", model, x);
  return framed(
    "modelVjp",
    () => vjp(func, parameters, v, options)[1],
    (products) => products,
  );
}

/** The Jacobian of `model.forward(x)` by each of `model.parameters()`, in their order: [...output, ...parameter]. */
export function modelJacobian(model: Layer, x: Tensor): Tensor[] {
  const { func, parameters } = ofParameters("modelJacobian", model, x);
  return jacobian(func, parameters);
}
