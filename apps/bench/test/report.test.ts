import { describe, expect, it } from "vitest";
import { Collection } from "../src/collect.ts";
import { digestOf } from "../src/digest.ts";
import { checkReport, expectWritable, readReport } from "../src/report.ts";
import { type Row, uniform } from "../src/row.ts";
import { report, result } from "./reports.ts";

describe("checkReport", () => {
  it("accepts what it should", () => {
    const results = [result({ flop: 8, difference: null, peakMiB: 10, message: "why" })];

    expect(checkReport("a.json", report(results))).toEqual(report(results));
  });

  it.each([
    ["report must be object", null],
    ["report must have required property 'machine'", { ...report([]), machine: undefined }],
    ["report/version must be equal to constant", { ...report([]), version: 2 }],
    ["report/results/0/times/0 must be > 0", report([result({ times: [0] })])],
    ["report must NOT have additional properties", { ...report([]), more: 1 }],
  ])("says: %s", (message, value) => {
    expect(() => checkReport("a.json", JSON.parse(JSON.stringify(value)))).toThrow(
      `bench: a.json is not a report: ${message}`,
    );
  });
});

describe("files", () => {
  it.each([
    ["readReport", readReport],
    ["expectWritable", expectWritable],
  ])("%s says where there is none", async (_, use) => {
    await expect(use("/no/such/folder/a.json")).rejects.toThrow(
      /^bench: cannot (read|write) \/no\/such\/folder\/a.json: ENOENT: no such file or directory;/,
    );
  });
});

describe("Collection", () => {
  const row: Row = { name: "add", task: "add", inputs: [uniform([2], 1)], tolerance: 1e-4 };
  const ok = (time: number, ...numbers: number[]) =>
    ({ row: "add", status: "ok", time, first: 10 * time, digest: digestOf([numbers]) }) as const;
  const collected = () => {
    const collection = new Collection("ops", [row], ["ours", "peer"]);
    collection.add("ours", ok(1, 1, 2));
    collection.add("ours", ok(3, 1, 2));
    return collection;
  };

  it("gathers the times of processes", () => {
    expect(collected().results()).toEqual([
      result({ contender: "ours", times: [1, 3], first: 20, difference: 0 }),
    ]);
  });

  it("calls a result wrong beyond the tolerance", () => {
    const within = collected();
    within.add("peer", ok(1, 1, 2.0001));
    const beyond = collected();
    beyond.add("peer", ok(1, 1, 2.001));

    expect(within.results()[1]!.status).toBe("ok");
    expect(beyond.results()[1]!.status).toBe("wrong");
  });

  it("looks at the results of every process", () => {
    const collection = collected();
    collection.add("ours", ok(1, 1, 2.5));

    expect(collection.results()[0]!.status).toBe("wrong");
  });

  it("takes the side of most libraries, of ours in a tie", () => {
    const names = ["ours", "jax-js eager", "jax-js jit", "torch"];
    const collection = new Collection("ops", [row], names);
    const statuses = () => collection.results().map((r) => r.status);
    collection.add("ours", ok(1, 1, 2));
    for (const name of names.slice(1, 3)) collection.add(name, ok(1, 2, 1));

    expect(statuses()).toEqual(["ok", "wrong", "wrong"]);
    collection.add("torch", ok(1, 2, 1));
    expect(statuses()).toEqual(["wrong", "ok", "ok", "ok"]);
  });

  it("says why a row failed, and does not try it again", () => {
    const collection = collected();
    collection.add("peer", { row: "add", status: "failed", message: "no memory" });

    expect(collection.results()[1]).toMatchObject({ status: "failed", message: "no memory" });
    expect(collection.runs("peer", row)).toBe(false);
    expect(collection.runs("ours", row)).toBe(true);
  });

  it("makes results that the schema accepts", () => {
    const collection = collected();
    collection.add("peer", ok(1, 1, Number.NaN));
    const results = collection.results();

    expect(results[1]).toMatchObject({ status: "wrong", difference: null });
    expect(() => checkReport("a.json", report(results))).not.toThrow();
  });
});
