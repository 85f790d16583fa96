import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("./loop.ts", import.meta.url));
const flags = ["--import", "tsx", "--conditions=@cotangent/source"];

interface Outcome {
  readonly values: readonly number[];
  readonly mebibytes: number;
  readonly tensors: number;
}

/** Adds 1 to zeros in a process of its own. */
async function loop(mode: string, steps: number, floats: number): Promise<Outcome> {
  const args = [...flags, script, mode, String(steps), String(floats)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Outcome;
}

describe("a loop that frees nothing", () => {
  it("is right and bounded when it never yields", async () => {
    const { values, mebibytes } = await loop("sync", 100_000, 10_000);

    expect(values).toEqual([100_000]);
    expect(mebibytes).toBeLessThan(1024);
  });

  it("is right, bounded, and counts what was collected, when it yields", async () => {
    const { values, mebibytes, tensors } = await loop("yields", 100_000, 10_000);

    expect(values).toEqual([100_000]);
    expect(mebibytes).toBeLessThan(1024);
    expect(tensors).toBeLessThan(50_000);
  });

  it("keeps no more than the small tensors that somebody holds", async () => {
    const { values, mebibytes, tensors } = await loop("keeps", 100_000, 1000);

    expect(values).toEqual([100_000]);
    expect(mebibytes).toBeLessThan(1024);
    expect(tensors).toBeGreaterThan(100_000);
    expect(tensors).toBeLessThan(200_000);
  });
});
