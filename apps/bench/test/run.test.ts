import { describe, expect, it, vi } from "vitest";
import type { Program } from "../src/contenders.ts";
import { contenders } from "../src/contenders.ts";
import { runProcess } from "../src/process.ts";
import type { Start } from "../src/protocol.ts";
import { measure } from "../src/runner.ts";
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
    const needs = "install it";
    const missing: Program = { name: "torch", command: "no-such-python", args: [], needs };

    const outcome = await runProcess(missing, request, () => {});

    expect(outcome).toMatchObject({ versions: null, measured: [] });
    expect(outcome.complaint).toBe("cannot start no-such-python (ENOENT); install it");
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

describe("measure", () => {
  const listener = { begin: vi.fn(), advance: vi.fn(), note: vi.fn(), end: vi.fn() };
  const choice = { suites: ["mlp"], quick: true, processes: 2, threads: 1 };
  const answer =
    (name: string): Start =>
    async ({ rows }, onRow) => {
      const measured = rows.map((row) => ({ row: row.name, status: "ok", time: 2 }) as const);
      measured.forEach(onRow);
      return { versions: { [name]: "1" }, measured, complaint: "" };
    };

  it("lets contenders take turns, and skips those that do not start", async () => {
    const silent: Start = async () => ({ versions: null, measured: [], complaint: "no memory" });
    const contenders = [
      { name: "ours", start: answer("ours") },
      { name: "peer", start: silent },
    ];

    const { versions, results } = await measure(
      { ...choice, rows: "SGD step" },
      contenders,
      listener,
    );

    expect(versions).toEqual({ ours: "1" });
    expect(results).toMatchObject([{ contender: "ours", times: [2, 2] }]);
    expect(listener.note).toHaveBeenCalledWith("peer: skipped: no memory");
  });

  it("says when there is no such row", async () => {
    await expect(measure({ ...choice, rows: "sgd" }, [], listener)).rejects.toThrow(
      'bench: no row of mlp contains "sgd"; pass a part of a name',
    );
  });
});
