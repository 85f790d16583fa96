import type { Measured } from "../src/measure.ts";
import type { Outcome, Reply, Start } from "../src/protocol.ts";

/** Runs rows in a worker of its own; an abort ends it, and rejects. */
export const startWorker =
  (signal: AbortSignal): Start =>
  (request, onRow) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
      const measured: Measured[] = [];
      let versions: Outcome["versions"] = null;
      const finish = (complaint: string): void => {
        worker.terminate();
        resolve({ versions, measured, complaint });
      };
      worker.onmessage = ({ data }: MessageEvent<Reply>) => {
        if ("versions" in data) versions = data.versions;
        else {
          measured.push(data);
          onRow(data);
        }
        if (measured.length === request.rows.length) finish("");
      };
      worker.onerror = ({ message }) => finish(message || "the worker did not load");
      signal.addEventListener("abort", () => {
        worker.terminate();
        reject(signal.reason);
      });
      worker.postMessage(request);
    });
