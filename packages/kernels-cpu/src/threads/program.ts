import { HOST_NAMES } from "../wasm/host.ts";
import { MESSAGE, PLACE_WORDS, PLACES, WORD } from "./control.ts";

/** Looks for new calls before a thread sleeps, less than 1 ms: the parts of a large product follow sooner. */
const LOOKS = 100_000;

/**
 * What a worker runs, as a text: a worker has no module of the program that a bundler may have made. Modules
 * that are logged later are compiled when they are needed, and their functions numbered as in `Log`.
 */
export const program: string = `
const { taken, published, done, failure, calls } = ${JSON.stringify(WORD)};
const names = ${JSON.stringify(HOST_NAMES)};
const host = (number, x, y) => number === 0 ? x % y : Math[names[number]](x);

function work({ memory, control, log }, ready) {
  const words = new Int32Array(control);
  const entries = new Int32Array(log);
  const kernels = [];
  const args = new Array(${PLACE_WORDS - 1}).fill(0);
  let known = 1;

  function learn() {
    while (known < Atomics.load(entries, 0)) {
      const start = 4 * (known + 1);
      const bytes = new Uint8Array(log).slice(start, start + entries[known]);
      const module = new WebAssembly.Module(bytes);
      const { exports } = new WebAssembly.Instance(module, { m: { m: memory, host } });
      kernels.push(...Object.values(exports));
      known += 1 + Math.ceil(bytes.length / 4);
    }
  }

  function perform(number) {
    const at = calls + (number & ${PLACES - 1}) * ${PLACE_WORDS};
    for (let i = 0; i < args.length; i++) args[i] = words[at + 1 + i];
    kernels[words[at]](...args);
  }

  function report(error) {
    const message = String(error).slice(0, ${MESSAGE});
    for (let i = 0; i < message.length; i++) words[failure + 1 + i] = message.charCodeAt(i);
    Atomics.store(words, failure, message.length);
  }

  /** Takes calls until all are taken, and returns how many were published. */
  function takeAll() {
    for (;;) {
      const number = Atomics.load(words, taken);
      const end = Atomics.load(words, published);
      if (number === end) return end;
      learn();
      if (Atomics.compareExchange(words, taken, number, (number + 1) | 0) !== number) continue;
      try {
        perform(number);
      } catch (error) {
        // Before the call counts as done: who waits for it looks for failures then.
        report(error);
        throw error;
      } finally {
        Atomics.add(words, done, 1);
      }
    }
  }

  function rest(end) {
    for (let i = 0; i < ${LOOKS}; i++) if (Atomics.load(words, published) !== end) return;
    Atomics.wait(words, published, end);
  }

  try {
    learn();
    ready();
    for (;;) rest(takeAll());
  } catch (error) {
    report(error);
  }
}
`;
