import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { version } from "../src/index.ts";

describe("version", () => {
  it("is that of package.json", () => {
    const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");

    expect((JSON.parse(text) as { version: string }).version).toBe(version);
  });

  it("refuses a second copy in one program", async () => {
    vi.resetModules();

    await expect(import("../src/index.ts")).rejects.toThrowErrorMatchingInlineSnapshot(
      `[CotangentError: @cotangent/core: version 0.0.0 and version 0.0.0 are both in this program; keep one of them, for instance with \`npm dedupe\`]`,
    );
  });
});
