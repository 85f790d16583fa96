/** The one table of ops that are methods too: every export here takes the tensor first. */
export {
  elu,
  gelu,
  leakyRelu,
  logSigmoid,
  relu,
  selu,
  sigmoid,
  silu,
  softplus,
} from "./activations.ts";
export {
  abs,
  add,
  ceil,
  clamp,
  div,
  floor,
  maximum,
  minimum,
  mul,
  neg,
  reciprocal,
  remainder,
  round,
  sign,
  square,
  sub,
  trunc,
} from "./arithmetic.ts";
export { astype } from "./cast.ts";
export { allClose, allCloseSync, equal, equalSync, isclose } from "./closeness.ts";
export {
  eq,
  ge,
  gt,
  isfinite,
  isinf,
  isnan,
  le,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  lt,
  ne,
} from "./comparison.ts";
export { det, slogdet } from "./determinants.ts";
export { amax, amin, argmax, argmin, max, min } from "./extremes.ts";
export {
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  cos,
  cosh,
  digamma,
  erf,
  erfc,
  exp,
  expm1,
  lgamma,
  log,
  log1p,
  log2,
  log10,
  polygamma,
  pow,
  rsqrt,
  sin,
  sinh,
  sqrt,
  tan,
  tanh,
} from "./functions.ts";
export { gather, indexSelect, scatterAdd, takeAlongDim } from "./gathering.ts";
export { indexPut } from "./indexing.ts";
export { pad, repeat, roll } from "./joining.ts";
export { cholesky, inv, solve, triangularSolve } from "./linalg.ts";
export { maskedFill, maskedSelect, nonzero } from "./masking.ts";
export { bmm, dot, matmul, mm, mv } from "./matmul.ts";
export { outer, tensordot } from "./products.ts";
export { all, any, mean, prod, sum } from "./reductions.ts";
export { cumprod, cumsum } from "./scans.ts";
export {
  broadcastTo,
  chunk,
  clone,
  diagonal,
  expand,
  flatten,
  flip,
  narrow,
  permute,
  reshape,
  select,
  split,
  squeeze,
  transpose,
  unbind,
  unsqueeze,
} from "./shaping.ts";
export { logSoftmax, logSumExp, softmax } from "./softmax.ts";
export { argsort, sort, topk } from "./sorting.ts";
export { norm, std, variance } from "./statistics.ts";
export { trace, tril, triu } from "./triangular.ts";
