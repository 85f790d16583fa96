import type { WasmMemory } from "../wasm/engine.ts";
import { CONTROL_WORDS, PLACE_WORDS, PLACES, WORD } from "./control.ts";
import type { Kernel, Log } from "./log.ts";
import { type Handle, startWorker } from "./worker.ts";

/** Calls a kernel with integers, now or soon. */
export type Call = (kernel: Kernel, ...args: number[]) => void;

/** Looks without any progress, about half a minute: nothing that is called takes so long. */
const PATIENCE = 2 ** 32;

/** Workers that run kernels on one memory, until one of them fails. */
export class Crew {
  readonly size: number;
  readonly #log: Log;
  readonly #words: Int32Array;
  readonly #workers: Handle[] = [];
  /** Of the call that is made: spreading a typed array is slow. */
  readonly #args: number[] = new Array<number>(PLACE_WORDS - 1).fill(0);
  #published = 0;
  #queued = 0;
  #failure: string | null = null;

  private constructor(size: number, log: Log) {
    this.size = size;
    this.#log = log;
    this.#words = new Int32Array(new SharedArrayBuffer(4 * CONTROL_WORDS));
  }

  /** Of `size` threads, the calling one included. */
  static async start(size: number, memory: WasmMemory, log: Log): Promise<Crew> {
    const crew = new Crew(size, log);
    const data = { memory, control: crew.#words.buffer, log: log.buffer };
    const ended = (why: string): void => {
      crew.#failure ??= why;
    };
    const starts = Array.from({ length: size - 1 }, () => startWorker(data, ended));
    for (const start of await Promise.allSettled(starts))
      if (start.status === "fulfilled") crew.#workers.push(start.value);
    if (crew.#workers.length < size - 1) await crew.stop();
    await Promise.all(starts);
    return crew;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }

  /** Runs what `fill` calls on all threads, in any order, and returns when everything is done. */
  together(fill: (call: Call) => void): void {
    this.#queued = 0;
    fill(this.#call);
    this.#run();
  }

  /** Why it can do no more; null while it can. */
  get failure(): string | null {
    const length = Atomics.load(this.#words, WORD.failure);
    if (length === 0) return this.#failure;
    const start = WORD.failure + 1;
    return String.fromCharCode(...this.#words.subarray(start, start + length));
  }

  readonly #call: Call = (kernel, ...args) => {
    const number = this.#log.number(kernel);
    if (number < 0) {
      kernel(...args);
      return;
    }
    if (this.#queued === PLACES) this.#run();
    const at = placeOf(this.#published + this.#queued++);
    this.#words[at] = number;
    for (let i = 0; i < args.length; i++) this.#words[at + 1 + i] = args[i]!;
  };

  #run(): void {
    this.#published = (this.#published + this.#queued) | 0;
    Atomics.store(this.#words, WORD.published, this.#published);
    Atomics.notify(this.#words, WORD.published, this.#queued - 1);
    this.#queued = 0;
    this.#takeAll();
    this.#await();
  }

  #takeAll(): void {
    const words = this.#words;
    for (;;) {
      const number = Atomics.load(words, WORD.taken);
      if (number === this.#published) return;
      if (Atomics.compareExchange(words, WORD.taken, number, (number + 1) | 0) !== number) continue;
      this.#perform(placeOf(number));
      Atomics.add(words, WORD.done, 1);
    }
  }

  #perform(at: number): void {
    const args = this.#args;
    for (let i = 0; i < args.length; i++) args[i] = this.#words[at + 1 + i]!;
    try {
      this.#log.kernel(this.#words[at]!)(...args);
    } catch (error) {
      this.#failure = String(error);
    }
  }

  /** Looks until all is done: the main thread of a page may not sleep. */
  #await(): void {
    let done = Atomics.load(this.#words, WORD.done);
    for (let looks = 0; done !== this.#published && looks < PATIENCE; looks++) {
      const before = done;
      done = Atomics.load(this.#words, WORD.done);
      if (done !== before) looks = 0;
    }
    if (done !== this.#published) this.#failure ??= "it gives no answer";
  }
}

const placeOf = (number: number): number => WORD.calls + (number & (PLACES - 1)) * PLACE_WORDS;
