import { describe, expect, it } from "vitest";
import { showTime } from "../src/cells.ts";
import { failures, suiteTable } from "../src/table.ts";
import { result } from "./reports.ts";

describe("showTime", () => {
  it.each([
    [0.0123, "12.3 ns"],
    [1, "1.00 µs"],
    [999.9, "1000 µs"],
    [1234, "1.23 ms"],
    [12_345_678, "12.3 s"],
  ])("of %d µs is %s", (us, text) => {
    expect(showTime(us)).toBe(text);
  });
});

describe("suiteTable", () => {
  it("shows ours, and each peer by its ratio", () => {
    const table = suiteTable("ops", [
      result({ flop: 6000 }),
      result({ contender: "jax-js eager", times: [6] }),
      result({ contender: "tfjs cpu", status: "missing", times: [] }),
      result({ row: "sum", peakMiB: 12, times: [2] }),
      result({ row: "sum", contender: "jax-js eager", status: "wrong", difference: 0.02 }),
      result({ row: "sum", contender: "tfjs cpu", status: "failed", times: [] }),
    ]);

    expect(table).toMatchInlineSnapshot(`
      "┌─────┬───────────────┬──────────────┬─────────────────────────┬──────────┐
      │ ops │ cotangent     │              │ jax-js eager            │ tfjs cpu │
      │ add │ 3.00 µs ±17 % │ 2.00 GFLOP/s │ 2.00× (6.00 µs)         │ –        │
      │ sum │ 2.00 µs       │ 12 MiB       │ wrong by 2e-2 (3.00 µs) │ failed   │
      └─────┴───────────────┴──────────────┴─────────────────────────┴──────────┘"
    `);
  });
});

describe("suiteTable without rates", () => {
  it("has no column for them", () => {
    expect(suiteTable("ops", [result()])).toMatchInlineSnapshot(`
      "┌─────┬───────────────┐
      │ ops │ cotangent     │
      │ add │ 3.00 µs ±17 % │
      └─────┴───────────────┘"
    `);
  });
});

describe("failures", () => {
  it("gives each reason once", () => {
    const failed = {
      status: "failed",
      contender: "torch",
      message: "no\nmore",
      times: [],
    } as const;
    const results = [result(failed), result({ ...failed, row: "sum" }), result()];

    expect(failures(results)).toEqual(["torch failed: no (add, and 1 more)"]);
  });
});
