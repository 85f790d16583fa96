import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright";
import { build, type PreviewServer, preview } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchOptions, noChromium } from "../../../tooling/chromium.ts";
import { checkReport } from "../src/report.ts";

const configFile = fileURLToPath(new URL("../page/vite.config.ts", import.meta.url));

describe.skipIf(noChromium !== null)(
  `the page in Chromium${noChromium === null ? "" : ` (${noChromium})`}`,
  () => {
    let folder: string;
    let server: PreviewServer;
    let browser: Browser;
    let page: Page;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "bench-page-"));
      const options = { configFile, logLevel: "error", build: { outDir: folder } } as const;
      await build(options);
      server = await preview({ ...options, preview: { port: 0 } });
      browser = await chromium.launch(await launchOptions());
      page = await browser.newPage();
      await page.goto(server.resolvedUrls!.local[0]!);
    });
    afterAll(async () => {
      await browser?.close();
      await server?.close();
      await rm(folder, { recursive: true });
    });

    /** Runs rows of the suite that is checked at first. */
    const run = async (rows: string): Promise<void> => {
      await page.fill("[name=rows]", rows);
      await page.click("#run");
      await page.waitForSelector("#run:enabled");
    };

    it("is cross-origin isolated", async () => {
      expect(await page.textContent("#place")).toMatch(/cores, cross-origin isolated$/);
    });

    it("shows times, and saves a report", async () => {
      await run("of 4, recorded");
      const cells = await page.$$eval("td", (all) => all.map((cell) => cell.textContent));
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
      const text = await readFile(await download.path(), "utf8");
      const { results, versions } = checkReport("the page's", JSON.parse(text));

      expect(cells[0]).toMatch(/^\d.* [nµ]s ±\d+ %$/);
      expect(results).toHaveLength(4);
      expect(results).toMatchObject(
        results.map(() => ({ contender: "cotangent", status: "ok", difference: 0 })),
      );
      expect(versions.browser).toContain("Chrome");
    });

    it("says what is wrong", async () => {
      await run("no such row");

      expect(await page.textContent("#error")).toContain('contains "no such row"');
    });
  },
);
