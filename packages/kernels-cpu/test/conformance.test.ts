import { backendOf, registerBackend } from "@cotangent/core/extend";
import { conformance } from "@cotangent/core/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { cpuBackend } from "../src/backend.ts";
import { Heap } from "../src/memory/heap.ts";
import { relaxedSimd } from "../src/wasm/relaxed.ts";

const reference = backendOf("cpu");

for (const relaxed of relaxedSimd() ? [true, false] : [false])
  describe(`kernels with${relaxed ? "" : "out"} relaxed SIMD`, () => {
    beforeAll(() => registerBackend("cpu", cpuBackend(new Heap(), relaxed, reference)));
    afterAll(() => registerBackend("cpu", reference));
    conformance({ describe, it });
  });
