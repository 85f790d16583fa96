import "./methods.ts";

export * from "./create.ts";
export * from "./ops/methods.ts";
export { backward, grad, leaves } from "./tape.ts";
export { Tensor } from "./tensor.ts";
