import { describe, expect, it } from "vitest";
import { type Bar, bars, judge } from "../src/bars.ts";
import { contenders } from "../src/contenders.ts";
import { suites } from "../src/suites/index.ts";
import { barTable } from "../src/table.ts";
import { result } from "./reports.ts";

describe("bars", () => {
  const full = new Map(
    Object.entries(suites).map(([name, suite]) => [
      name,
      new Set(suite("full").map((r) => r.name)),
    ]),
  );
  const names = contenders({ peers: ["jax-js", "tfjs", "torch"] }).map((c) => c.name);

  it.each(bars.map((bar) => [bar.row, bar] as const))("are of rows there are: %s", (row, bar) => {
    expect(full.get(bar.suite)).toContain(row);
    if (bar.thanRow !== undefined) expect(full.get(bar.suite)).toContain(bar.thanRow);
    for (const name of bar.than ?? []) expect(names).toContain(name);
  });
});

describe("judge", () => {
  const bar = (given: Partial<Bar>): Bar => ({ suite: "ops", row: "add", ...given });
  const of = (given: Partial<Bar>, results = [result()]) => judge({ results }, [bar(given)])[0]!;

  it("holds a time against a time", () => {
    expect(of({ atMost: 3 })).toMatchObject({ reached: 3, ok: true });
    expect(of({ atMost: 2.9 }).ok).toBe(false);
  });

  it("takes the faster of the peers that are right", () => {
    const peers = [
      result({ contender: "torch", times: [9] }),
      result({ contender: "tfjs wasm", times: [6] }),
      result({ contender: "jax-js jit", times: [1], status: "wrong" }),
    ];
    const than = ["torch", "tfjs wasm", "jax-js jit"];

    expect(of({ atLeast: 2, than }, [result(), ...peers])).toMatchObject({ reached: 2, ok: true });
    expect(of({ atLeast: 2.1, than }, [result(), ...peers]).ok).toBe(false);
  });

  it("compares the rates of two rows", () => {
    const rows = [result({ flop: 12 }), result({ row: "sum", flop: 8, times: [1] })];

    expect(of({ atLeast: 0.5, thanRow: "sum" }, rows)).toMatchObject({ reached: 0.5, ok: true });
  });

  it("reaches nothing where something was not measured", () => {
    expect(of({ atLeast: 1, than: ["torch"] })).toMatchObject({ reached: null, ok: false });
    expect(of({ atMost: 9 }, [result({ status: "failed", times: [] })]).reached).toBeNull();
  });

  it("holds a row in an old process against itself in a fresh one", () => {
    const aged = (time: number) => result({ contender: "cotangent after 1 GiB", times: [time] });

    expect(judge({ results: [result(), aged(3.5)] }, [])).toMatchObject([{ ok: true }]);
    expect(judge({ results: [result(), aged(3.7)] }, [])).toMatchObject([{ ok: false }]);
  });

  it("makes a table", () => {
    const verdicts = [of({ atMost: 2 }), of({ atLeast: 1, than: ["torch"] })];

    expect(barTable(verdicts)).toMatchInlineSnapshot(`
      "┌───────────┬─────────────────┬──────────────┬─────────┬────────┐
      │ row       │ bar             │ held against │ reached │        │
      │ ops · add │ at most 2.00 µs │              │ 3.00 µs │ missed │
      └───────────┴─────────────────┴──────────────┴─────────┴────────┘
      1 measured, 1 missed, 1 not measured"
    `);
  });
});
