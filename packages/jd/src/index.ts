export { type BackwardOptions, backward } from "./backward.ts";
export { type GramianOptions, gramian } from "./gramian.ts";
export { type JacOptions, type Jacobians, jac } from "./jac.ts";
