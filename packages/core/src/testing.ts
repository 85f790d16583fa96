import "./index.ts";

export { referenceBackend } from "./reference/backend.ts";
export {
  anywhere,
  between,
  type Case,
  type Draw,
  type ElementwiseOptions,
  elementwiseCase,
  flags,
  type Input,
  positive,
  real,
  type Sample,
  type Wrong,
  whole,
} from "./testing/case.ts";
export { cases } from "./testing/cases.ts";
export {
  type ConformanceOptions,
  conformance,
  type DefineTest,
  type Runner,
} from "./testing/conformance.ts";
export { loop, Plain, total } from "./testing/plain.ts";
