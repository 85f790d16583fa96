import { describe, expect, it } from "vitest";
import { cautions, changes, compareTable } from "../src/compare.ts";
import { report, result } from "./reports.ts";

describe("changes", () => {
  it("gives the speed-up of rows in both reports", () => {
    const before = report([result({ times: [8, 10, 12] }), result({ row: "gone" })]);
    const after = report([result({ times: [4, 5, 6] }), result({ row: "new" })]);

    expect(changes(before, after)).toMatchObject([
      { name: "ops · add · cotangent", speedup: 2, clear: true },
    ]);
  });

  it("takes for noise what overlaps", () => {
    const before = report([result({ times: [4, 5, 6] })]);
    const after = report([result({ times: [3, 4.9, 7] })]);

    expect(changes(before, after)[0]!.clear).toBe(false);
  });

  it("keeps contenders apart, and passes over rows without a time", () => {
    const peer = result({ contender: "torch", status: "failed", times: [] });

    expect(changes(report([result(), peer]), report([result(), peer]))).toHaveLength(1);
  });
});

describe("cautions", () => {
  it("finds nothing between runs of one kind", () => {
    expect(cautions(report([result()]), report([result()]))).toEqual([]);
  });

  it("names what differs", () => {
    const other = report([result()], { settings: { quick: false, processes: 3, threads: 1 } });

    expect(cautions(report([result()]), other)).toEqual(["sizes differ: quick and full"]);
  });

  it("says that nothing was measured in both", () => {
    const other = report([result({ row: "sum" })]);

    expect(cautions(report([result()]), other)).toEqual(["no row was measured in both"]);
  });
});

describe("compareTable", () => {
  it("shows both medians, their spread and the speed-up", () => {
    const before = report([result({ times: [8, 10, 12] })], { commit: "0123" });
    const after = report([result({ times: [4, 5, 6] })], { commit: "4567" });

    expect(compareTable(before, after)).toMatchInlineSnapshot(`
      "┌───────────────────────┬───────────────┬───────────────┬──────────┬──┐
      │ row                   │ before: 0123  │ after: 4567   │ speed-up │  │
      │ ops · add · cotangent │ 10.0 µs ±10 % │ 5.00 µs ±10 % │ 2.00×    │  │
      └───────────────────────┴───────────────┴───────────────┴──────────┴──┘"
    `);
  });
});
