import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Program } from "./contenders.ts";
import type { Measured } from "./measure.ts";
import type { Outcome, Reply, Request } from "./protocol.ts";

/** Without a reply for so long, a process is ended: nobody would wait for such a row. */
const patience = ({ rows }: Request): number => (rows.some((row) => row.once) ? 600 : 120);

/** Threads of the native libraries under PyTorch. */
const threadsIn = (threads: number): NodeJS.ProcessEnv => ({
  ...process.env,
  OMP_NUM_THREADS: String(threads),
  MKL_NUM_THREADS: String(threads),
});

/** Runs rows in one process of a contender; `onRow` hears of each as soon as it is done. */
export function runProcess(
  { command, args, needs }: Program,
  request: Request,
  onRow: (measured: Measured) => void,
): Promise<Outcome> {
  const env = threadsIn(request.threads);
  const child = spawn(command, [...args], { stdio: ["pipe", "pipe", "pipe"], env });
  const measured: Measured[] = [];
  let versions: Outcome["versions"] = null;
  let complaint = "";
  const seconds = patience(request);
  const lose = (): void => {
    complaint = `no reply within ${seconds} s`;
    child.kill("SIGKILL");
  };
  let timer = setTimeout(lose, seconds * 1000);

  const hear = (line: string): void => {
    clearTimeout(timer);
    timer = setTimeout(lose, seconds * 1000);
    const reply = JSON.parse(line) as Reply;
    if ("versions" in reply) versions = reply.versions;
    else {
      measured.push(reply);
      onRow(reply);
    }
  };
  const lines = createInterface({ input: child.stdout });
  lines.on("line", hear);
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (line.trim() !== "") complaint = line.trim();
  });
  child.stdin.on("error", () => {}); // It ended before it read; `close` tells.
  child.stdin.end(JSON.stringify(request));
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      const hint = versions === null && needs !== undefined ? `; ${needs}` : "";
      resolve({ versions, measured, complaint: complaint + hint });
    };
    child.on("error", (error) => {
      complaint = `cannot start ${command} (${(error as NodeJS.ErrnoException).code})`;
      finish();
    });
    child.on("close", (_, signal) => {
      if (signal !== null) complaint ||= `ended by ${signal}`;
      finish();
    });
  });
}
