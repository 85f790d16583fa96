import { describe, expect, it } from "vitest";
import { FreePages } from "../../src/memory/freePages.ts";
import { seeded } from "./seeded.ts";

describe("FreePages", () => {
  it("has none at first", () => {
    expect(new FreePages(8).take(1)).toBe(-1);
  });

  it("finds a long enough run among shorter ones of its bin", () => {
    const pages = new FreePages(32);
    pages.give(0, 7);
    pages.give(8, 5);
    pages.give(16, 4);

    expect(pages.take(6)).toBe(0);
    expect(pages.take(6)).toBe(-1);
  });

  it("joins neighbours on both sides", () => {
    const pages = new FreePages(12);
    pages.give(0, 4);
    pages.give(8, 4);
    expect(pages.take(12)).toBe(-1);
    pages.give(4, 4);

    expect(pages.take(12)).toBe(0);
  });

  it.each([1, 2, 3])("never lends a page twice nor loses one, seed %i", (seed) => {
    const next = seeded(seed);
    const total = 200;
    const pages = new FreePages(total);
    pages.give(0, total);
    const owner = new Array<number>(total).fill(0);
    const taken: { start: number; length: number }[] = [];
    for (let i = 1; i < 5000; i++) {
      const length = 1 + next(40);
      const start = pages.take(length);
      const longest = Math.max(
        ...owner
          .join("")
          .split(/1+/)
          .map((run) => run.length),
      );
      expect(start >= 0).toBe(longest >= length);
      if (start >= 0) {
        expect(owner.slice(start, start + length).every((state) => state === 0)).toBe(true);
        owner.fill(1, start, start + length);
        taken.push({ start, length });
      }
      if (start >= 0 && next(2) === 0) continue;
      const [old] = taken.splice(next(taken.length), 1);
      if (old === undefined) continue;
      pages.give(old.start, old.length);
      owner.fill(0, old.start, old.start + old.length);
    }
    for (const { start, length } of taken) pages.give(start, length);
    expect(pages.take(total)).toBe(0);
  });
});
