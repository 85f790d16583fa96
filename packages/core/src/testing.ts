import "./index.ts";

export { referenceBackend } from "./reference/backend.ts";
export type { Case, Draw, Input, Sample, Wrong } from "./testing/case.ts";
export { cases } from "./testing/cases.ts";
export { conformance, type Runner } from "./testing/conformance.ts";
export type { Plain } from "./testing/plain.ts";
