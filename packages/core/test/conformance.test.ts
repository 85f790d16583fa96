import { describe, it } from "vitest";
import type { Backend } from "../src/backend.ts";
import { registerBackend } from "../src/device.ts";
import { conformance, referenceBackend } from "../src/testing.ts";

/** The reference backend as on a GPU: reading waits, and there is no float64. */
function likeGpu(): Backend {
  const { downloadSync: _, ...rest } = referenceBackend();
  return { ...rest, dtypes: new Set(["float32", "int32", "bool"]) };
}

describe("the reference backend", () => conformance({ describe, it }));

describe("a device of float32 whose reading waits", () => {
  registerBackend("webgpu", likeGpu());
  conformance({ describe, it }, { device: "webgpu" });
});
