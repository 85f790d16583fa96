import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { entries } from "./consumer/consumer.ts";

const packages = ["core", "functional", "nn", "jd"];

const manifest = (name: string) =>
  JSON.parse(readFileSync(new URL(`../packages/${name}/package.json`, import.meta.url), "utf8"));

/** Runs in CI a second time with COTANGENT_BUILT=1: then the entries are those of `dist`. */
describe("entry points", () => {
  it("load, and each exports something", () => {
    const empty = Object.entries(entries).filter(([, names]) => Object.keys(names).length === 0);

    expect(empty).toEqual([]);
  });

  it("are all listed in the consumer program", () => {
    const exported = packages.flatMap((name) =>
      Object.keys(manifest(name).exports).filter((path) => path !== "./package.json"),
    );

    expect(exported).toHaveLength(Object.keys(entries).length);
  });
});
