export { align, checkTensor, describe, fill, type Operand, zerosOf } from "./align.ts";
export { apply } from "./apply.ts";
export type {
  Backend,
  DenseLinearAlgebra,
  HostRoutine,
  MemoryUse,
  Part,
  PivotReport,
  ReduceOp,
  ScanOp,
  Spec,
  Triangle,
} from "./backend.ts";
export { backendOf, dense, registerBackend } from "./device.ts";
export type { HostArray } from "./dtype.ts";
export {
  cast,
  constant as constantExpr,
  type Expr,
  index as indexExpr,
  input,
  type ScalarOp,
  type ScalarType,
  s,
  select,
} from "./expr.ts";
export { framed, freeOwned, outsideFrames } from "./frame.ts";
export { rewinding } from "./generator.ts";
export { spread, spreadAll } from "./knot.ts";
export {
  checkSync,
  insideTransform,
  type Level,
  type LevelKind,
  levels,
  linked,
  muted,
  type Randomness,
  root,
  type Sync,
  withLevel,
  withTransform,
} from "./level.ts";
export { type Bilinear, bilinear, type Product } from "./makers/bilinear.ts";
export { type Constant, constant } from "./makers/constant.ts";
export { type Custom, custom } from "./makers/custom.ts";
export {
  type Binary,
  type By,
  by,
  elementwise,
  floating,
  type Partial,
  type Ternary,
  type Unary,
} from "./makers/elementwise.ts";
export {
  type Call,
  type CallMap,
  type Linear,
  type LinearMap,
  linear,
  linearMap,
} from "./makers/linear.ts";
export { Meta, Node, type Saved } from "./node.ts";
export { checkOptions } from "./options.ts";
export { type Keeps, type Primitive, primitives, register } from "./primitive.ts";
export { release } from "./release.ts";
export {
  highest,
  type Pass,
  type Pulled,
  reverse,
  savedOf,
  type Visitor,
} from "./reverse.ts";
export { chunkRanges, identityRows, type Range, totalSize } from "./rows.ts";
export {
  type Dims,
  type Shape,
  sameShape,
  showShape,
  sizeOf,
  stridesOf,
} from "./shape.ts";
export { gradAs, list, tapeUse } from "./tape.ts";
export {
  alias,
  bottom,
  checkOpen,
  fromView,
  handle,
  wrap,
  wrapBatch,
} from "./tensor.ts";
export { leaf, NO_TAPE } from "./track.ts";
export { type Trail, trail, type Wanted } from "./trail.ts";
export { mapTree, rebuild } from "./tree.ts";
export { Buffer, denseView, fillView, View } from "./view.ts";
