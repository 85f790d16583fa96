import "@cotangent/kernels-cpu";

export { type GradgradcheckOptions, gradcheck, gradgradcheck } from "./gradcheck.ts";
export type { CheckOptions, GradcheckOptions } from "./gradcheckModes.ts";
export {
  type HessianOptions,
  hessian,
  type JacobianOptions,
  jacobian,
  type Strategy,
} from "./jacobian.ts";
export { type LinearizeOptions, linearize, pullback } from "./linearize.ts";
export { hvp, jvp, type ProductOptions, vhp, vjp } from "./products.ts";
export {
  type GradOptions,
  grad,
  type JacfwdOptions,
  type JacrevOptions,
  jacfwd,
  jacrev,
  valueAndGrad,
} from "./transforms.ts";
export type {
  Arg,
  Argnums,
  Args,
  At,
  Cotangents,
  Func,
  InDims,
  Like,
  Main,
  Objective,
  Out,
  TreeOf,
  WithAux,
} from "./types.ts";
export { type VmapOptions, vmap } from "./vmap.ts";
