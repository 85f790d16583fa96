import { BackendError } from "@cotangent/core";
import { program } from "./program.ts";

/** A running worker. */
export interface Handle {
  stop(): unknown;
}

/** What is told of a worker: that it is ready, or that it has ended, and why. */
interface Listener {
  ready(): void;
  ended(why: string): void;
}

// What is used of Node and of pages; published types need neither.
interface NodeWorker {
  on(event: "message", listener: () => void): void;
  on(event: "error", listener: (error: unknown) => void): void;
  on(event: "exit", listener: (code: number) => void): void;
  unref(): void;
  terminate(): unknown;
}
interface NodeThreads {
  readonly Worker: new (text: string, options: object) => NodeWorker;
}
interface PageWorker {
  onmessage: (() => void) | null;
  onerror: ((event: { readonly message?: string }) => void) | null;
  postMessage(data: object): void;
  terminate(): void;
}
interface Globals {
  readonly process?: { getBuiltinModule?(name: string): unknown };
  readonly Worker?: new (url: string) => PageWorker;
  readonly Blob?: new (parts: readonly string[], options: { readonly type: string }) => object;
  readonly URL?: { createObjectURL(blob: object): string; revokeObjectURL(url: string): void };
}

const globals = globalThis as unknown as Globals;

const IN_NODE = `${program}
const { parentPort, workerData } = require("node:worker_threads");
work(workerData, () => parentPort.postMessage(0));`;

const IN_PAGE = `${program}
onmessage = ({ data }) => work(data, () => postMessage(0));`;

function startInNode({ Worker }: NodeThreads, data: object, { ready, ended }: Listener): Handle {
  const worker = new Worker(IN_NODE, { eval: true, execArgv: [], workerData: data });
  worker.on("message", () => {
    // From now on it keeps no process alive.
    worker.unref();
    ready();
  });
  worker.on("error", (error) => ended(String(error)));
  worker.on("exit", (code) => ended(`it left with code ${code}`));
  return { stop: () => worker.terminate() };
}

function startInPage(data: object, { ready, ended }: Listener): Handle {
  const { Worker, Blob, URL } = globals as Required<Globals>;
  const url = URL.createObjectURL(new Blob([IN_PAGE], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.onmessage = () => {
    URL.revokeObjectURL(url);
    ready();
  };
  worker.onerror = ({
    message = "a content security policy without worker-src blob: refuses it",
  }) => ended(message);
  worker.postMessage(data);
  return { stop: () => worker.terminate() };
}

function start(data: object, listener: Listener): Handle {
  const node = globals.process?.getBuiltinModule?.("node:worker_threads");
  return node === undefined
    ? startInPage(data, listener)
    : startInNode(node as NodeThreads, data, listener);
}

/** Starts a worker; it is ready when the promise resolves. `ended` is told when it ends after that. */
export const startWorker = (data: object, ended: (why: string) => void): Promise<Handle> =>
  new Promise((resolve, reject) => {
    const fail = (why: string): void =>
      reject(new BackendError(`threads: a worker did not start: ${why}; use one thread`));
    try {
      const handle = start(data, {
        ready: () => resolve(handle),
        ended(why) {
          fail(why);
          ended(why);
        },
      });
    } catch (error) {
      fail(String(error));
    }
  });
