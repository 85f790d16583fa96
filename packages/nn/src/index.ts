export { functionalCall } from "./functionalCall.ts";
export { type Layer, Linear, type LinearOptions, ReLU, Sequential, Tanh } from "./layers.ts";
export { modelJacobian, modelJvp, modelVjp } from "./modelDerivatives.ts";
export { type LoadOptions, Module, type StateDict } from "./module.ts";
export { Parameter } from "./parameter.ts";
