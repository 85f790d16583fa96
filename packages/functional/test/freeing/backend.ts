/** @file A device whose memory cannot be used by mistake once it was given back. */
import type { Backend } from "@cotangent/core/extend";

/** Whether memory that is given back stays as it was, or is full of NaN. */
export type Mode = "forgiving" | "poisoning";

let mode: Mode = "poisoning";

export function poisoning(backend: Backend): Backend {
  return {
    ...backend,
    free(buffer): void {
      if (mode === "forgiving") buffer.freedBy = null;
      else {
        (buffer as { data?: Float64Array }).data?.fill(Number.NaN);
        backend.free(buffer);
      }
    },
  };
}

/** Runs `f` on memory that forgives its use, or does not. */
export function under<R>(given: Mode, f: () => R): R {
  mode = given;
  try {
    return f();
  } finally {
    mode = "poisoning";
  }
}
