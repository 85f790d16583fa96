import { backendOf, registerBackend } from "@cotangent/core/extend";
import { cpuBackend } from "./backend.ts";
import { Heap } from "./memory/heap.ts";
import { relaxedSimd } from "./wasm/relaxed.ts";

registerBackend("cpu", cpuBackend(new Heap(), relaxedSimd(), backendOf("cpu")));
