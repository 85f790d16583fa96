import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundlers } from "./bundlers.ts";
import { launchOptions, noChromium } from "./chromium.ts";
import { ISOLATED } from "./isolated.ts";

const program = `import { ones } from "@cotangent/core";
import { threads } from "@cotangent/kernels-cpu";
threads(2).then(() => console.log(ones([200, 200]).matmul(ones([200, 200])).sum().item()));`;
const printed = String(200 ** 3);

// Bundles what is published, so it runs after the build, in CI.
describe.runIf(process.env.COTANGENT_BUILT)("a bundle of a program with threads", () => {
  let folder: string;
  beforeAll(() => {
    // Inside of the workspace, so that the packages resolve.
    folder = mkdtempSync(fileURLToPath(new URL("./bundle-threads-", import.meta.url)));
    writeFileSync(join(folder, "program.mjs"), program);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(Object.entries(bundlers))("by %s runs in Node, and ends", async (name, bundle) => {
    const file = join(folder, `${name}.node.mjs`);
    await bundle(join(folder, "program.mjs"), file, "node");

    expect(execFileSync(process.execPath, [file], { encoding: "utf8" })).toBe(`${printed}\n`);
  });

  describe.skipIf(noChromium !== null)(`in Chromium ${noChromium ?? ""}`, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch(await launchOptions());
    });
    afterAll(() => browser?.close());

    it.each(Object.entries(bundlers))("by %s runs in a page", async (name, bundle) => {
      const file = join(folder, `${name}.web.mjs`);
      await bundle(join(folder, "program.mjs"), file, "web");
      const page = await browser.newPage();
      const body = `<script type="module">${readFileSync(file, "utf8")}</script>`;
      await page.route("**/*", (route) =>
        route.fulfill({ headers: ISOLATED, contentType: "text/html", body }),
      );
      const message = page.waitForEvent("console");
      await page.goto("http://localhost/");

      expect((await message).text()).toBe(printed);
    });
  });
});
