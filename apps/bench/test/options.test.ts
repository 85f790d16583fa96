import { describe, expect, it } from "vitest";
import { parseCommand } from "../src/options.ts";

const optionsOf = (...args: string[]) => {
  const command = parseCommand(args);
  return command.command === "run" ? command.options : null;
};

describe("parseCommand", () => {
  it("runs every suite nine times, without peers, when nothing is said", () => {
    expect(optionsOf()).toEqual({
      suites: ["ops", "mlp", "jacobian", "adbench", "memory"],
      peers: [],
      quick: false,
      processes: 9,
      threads: 1,
      first: false,
      check: false,
      rows: "",
      json: null,
    });
  });

  it("takes suites, peers, rows and a file", () => {
    const args = [
      "ops",
      "mlp",
      "--peers",
      "jax-js,torch,jax-js",
      "--rows",
      "add",
      "--json",
      "a.json",
    ];

    expect(optionsOf(...args)).toMatchObject({
      suites: ["ops", "mlp"],
      peers: ["jax-js", "torch"],
      rows: "add",
      json: "a.json",
    });
  });

  it("takes 3 processes when quick, or as many as are asked for", () => {
    expect(optionsOf("--quick")?.processes).toBe(3);
    expect(optionsOf("--quick", "--processes", "5")?.processes).toBe(5);
  });

  it("compares two files", () => {
    const expected = { command: "compare", before: "a.json", after: "b.json" };

    expect(parseCommand(["compare", "a.json", "b.json"])).toEqual(expected);
  });

  it("gives help", () => {
    expect(parseCommand(["--help"])).toEqual({ command: "help" });
  });

  it.each([
    [["opps"], "bench: unknown suite opps; use one of ops, mlp, jacobian, adbench, memory"],
    [["--peers", "numpy"], "bench: unknown peer numpy; use one of jax-js, tfjs, torch, aged"],
    [["--threads", "two"], "bench: --threads is two; pass an integer from 1 to 256"],
    [["--threads", "257"], "bench: --threads is 257; pass an integer from 1 to 256"],
    [["--processes", "0"], "bench: --processes is 0; pass an integer ≥ 1"],
    [["compare", "a.json"], "bench: compare takes two files; pass BEFORE.json AFTER.json"],
  ])("refuses %j", (args, message) => {
    expect(() => parseCommand(args)).toThrow(message);
  });

  it("refuses an unknown option by name", () => {
    expect(() => parseCommand(["--fast"])).toThrow(/^bench: .*--fast/);
  });
});
