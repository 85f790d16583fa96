import { backendOf, registerBackend } from "@cotangent/core/extend";
import { cpuBackend } from "./backend.ts";
import { Heap } from "./memory/heap.ts";
import { relaxedSimd } from "./wasm/relaxed.ts";

const heap = new Heap();
registerBackend("cpu", cpuBackend(heap, relaxedSimd(), backendOf("cpu")));

/**
 * Computes with `n` threads from now on, the calling one included. Large matrix products, elementwise ops and
 * reductions are divided among them, and the results are the same to the last bit. `threads(1)` gives the others back;
 * they keep no process alive. A page has to be cross-origin isolated.
 *
 * @throws ArgumentError for an `n` that is no integer from 1 to 256, BackendError where threads cannot be had.
 *
 * @example
 * ```ts
 * import { rand } from "@cotangent/core";
 * import { threads } from "@cotangent/kernels-cpu";
 *
 * await threads(2);
 * const product = rand([1024, 1024]).matmul(rand([1024, 1024]));
 * ```
 */
export const threads = (n: number): Promise<void> => heap.team.resize(n);
