import "./methods.ts";

export type { Operand } from "./align.ts";
export { detectAnomaly } from "./anomaly.ts";
export type { MemoryUse } from "./backend.ts";
export { checkpoint } from "./checkpoint.ts";
export {
  arange,
  type CreateOptions,
  empty,
  eye,
  full,
  fullLike,
  linspace,
  ones,
  onesLike,
  scalar,
  type TensorData,
  type TensorOptions,
  type TypedData,
  tensor,
  zeros,
  zerosLike,
} from "./create.ts";
export { defineFunction, type FunctionOutputs, type FunctionRules } from "./define.ts";
export { getDefaultDevice, setDefaultDevice, withDevice } from "./device.ts";
export {
  type DType,
  getDefaultDtype,
  type HostArray,
  type HostArrays,
  promoteTypes,
  setDefaultDtype,
} from "./dtype.ts";
export {
  ArgumentError,
  BackendError,
  CotangentError,
  DeviceError,
  DTypeError,
  GradError,
  ShapeError,
} from "./errors.ts";
export { manualSeed, RandomGenerator, type RandomState } from "./generator.ts";
export { enableGrad, isGradEnabled, noGrad, type Sync } from "./level.ts";
export type { TensorMethods } from "./methods.ts";
export type { Nested } from "./nested.ts";
export type {
  EluOptions,
  GeluOptions,
  LeakyReluOptions,
  SoftplusOptions,
} from "./ops/activations.ts";
export type { DivOptions } from "./ops/arithmetic.ts";
export type { ReduceOptions, Reduction } from "./ops/axes.ts";
export type { ClosenessOptions } from "./ops/closeness.ts";
export { einsum } from "./ops/einsum.ts";
export { type IndexPutOptions, type IndexSpec, index, type Slice, slice } from "./ops/indexing.ts";
export { concat, type PadOptions, stack } from "./ops/joining.ts";
export type { TriangularSolveOptions } from "./ops/linalg.ts";
export { oneHot } from "./ops/masking.ts";
// biome-ignore lint/performance/noReExportAll: methods and functions are one table
export * from "./ops/methods.ts";
export type { ContractedDims } from "./ops/products.ts";
export { broadcastTensors, type DiagonalOptions } from "./ops/shaping.ts";
export type { SortOptions, TopkOptions } from "./ops/sorting.ts";
export type { NormOptions, VarianceOptions } from "./ops/statistics.ts";
export { diag } from "./ops/triangular.ts";
export { where } from "./ops/where.ts";
export {
  bernoulli,
  type MultinomialOptions,
  multinomial,
  type RandomOptions,
  rand,
  randint,
  randn,
  randperm,
} from "./random.ts";
export { type SavedTensorHooks, savedTensorHooks } from "./savedTensors.ts";
export { keep, memory, scope } from "./scope.ts";
export type { Dims, Shape } from "./shape.ts";
export {
  type BackwardOptions,
  backward,
  type GradOptions,
  type Grads,
  grad,
  leaves,
  type MayBeNull,
  type Tensors,
} from "./tape.ts";
export { Tensor } from "./tensor.ts";
export type { Hook, Registration } from "./track.ts";
export { type Like, ravel, type TreeOf, treeLeaves, treeMap } from "./tree.ts";
export { version } from "./version.ts";
export type { Device } from "./view.ts";
