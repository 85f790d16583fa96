import { describe, expect, it } from "vitest";
import type { Program } from "../src/contenders.ts";
import { contenders } from "../src/contenders.ts";
import { runProcess } from "../src/process.ts";
import { suites } from "../src/suites/index.ts";

const request = {
  rows: suites.ops!("tiny").filter((row) => row.task === "add" || row.task === "roof"),
  budget: { time: 1, calls: 1 },
  threads: 1,
};

describe("runProcess", () => {
  it("measures rows in a process of its own", async () => {
    const seen: string[] = [];
    const [ours] = contenders({ peers: [] });

    const outcome = await runProcess(ours!, request, ({ row }) => seen.push(row));

    expect(outcome.versions).toEqual({ cotangent: "0.0.0" });
    expect(outcome.measured.map((m) => m.status)).toEqual(request.rows.map(() => "ok"));
    expect(seen).toEqual(request.rows.map((row) => row.name));
  });

  it("says what a process that does not start complains about", async () => {
    const missing: Program = { name: "torch", command: "no-such-python", args: [] };

    const outcome = await runProcess(missing, request, () => {});

    expect(outcome).toMatchObject({ versions: null, measured: [] });
    expect(outcome.complaint).toContain("no-such-python");
  });

  it("keeps what a process said before it died", async () => {
    const script =
      'console.log(`{"versions":{}}\\n{"row":"a","status":"ok"}`); console.error("out of memory"); process.exit(3)';
    const dying = { name: "peer", command: process.execPath, args: ["-e", script] };

    const outcome = await runProcess(dying, request, () => {});

    expect(outcome.measured).toEqual([{ row: "a", status: "ok" }]);
    expect(outcome.complaint).toBe("out of memory");
  });
});
