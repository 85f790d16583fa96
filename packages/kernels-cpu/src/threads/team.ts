import { ArgumentError, BackendError } from "@cotangent/core";
import { describe } from "@cotangent/core/extend";
import type { WasmMemory } from "../wasm/engine.ts";
import type { Exports } from "../wasm/module.ts";
import { type Call, Crew } from "./crew.ts";
import { Log } from "./log.ts";

const MOST = 256;

/** Makes calls that are independent of each other. */
export interface Together {
  /** Makes the calls of `fill`, in any order, and returns when all are done. */
  together(fill: (call: Call) => void): void;
}

const directly: Call = (kernel, ...args) => {
  kernel(...args);
};

/** One thread, whose calls are plain calls. */
export const alone: Together = { together: (fill) => fill(directly) };

/** Why there is no shared memory, and what to do. */
function obstacle(): string {
  const { crossOriginIsolated } = globalThis as { readonly crossOriginIsolated?: boolean };
  return crossOriginIsolated === false
    ? "the page is not cross-origin isolated; serve it with the headers " +
        "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp"
    : "the memory is not shared as this engine gives none; use one thread";
}

/** The threads of a heap; one to begin with. */
export class Team implements Together {
  readonly #memory: WasmMemory;
  /** Null where the memory is not shared. */
  readonly #log: Log | null;
  #crew: Crew | null = null;
  #last: Promise<void> = Promise.resolve();

  constructor(memory: WasmMemory, shared: boolean) {
    this.#memory = memory;
    this.#log = shared ? new Log() : null;
  }

  get size(): number {
    return this.#crew === null ? 1 : this.#crew.size;
  }

  /** Lets other threads call the functions of a module. */
  share(bytes: Uint8Array, exports: Exports): void {
    this.#log?.add(bytes, exports);
  }

  together(fill: (call: Call) => void): void {
    const crew = this.#crew;
    if (crew === null) alone.together(fill);
    else {
      if (crew.failure === null) crew.together(fill);
      if (crew.failure !== null) this.#dismiss(crew);
    }
  }

  /** From now on `n` threads, this one included. One change follows the other. */
  resize(n: number): Promise<void> {
    const change = this.#last.then(() => this.#change(n));
    this.#last = change.catch(() => {});
    return change;
  }

  async #change(n: number): Promise<void> {
    if (!Number.isInteger(n) || n < 1 || n > MOST)
      throw new ArgumentError(`threads: n is ${describe(n)}; pass an integer from 1 to ${MOST}`);
    if (n === this.size) return;
    if (n > 1 && this.#log === null) throw new BackendError(`threads: ${obstacle()}`);
    const before = this.#crew;
    this.#crew = n > 1 ? await Crew.start(n, this.#memory, this.#log!) : null;
    await before?.stop();
  }

  #dismiss(crew: Crew): never {
    this.#crew = null;
    void crew.stop();
    throw new BackendError(
      `threads: one of ${crew.size} failed: ${crew.failure}; go on with one, or call threads again`,
    );
  }
}
