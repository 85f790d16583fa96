import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createViteServer } from "vitest/node";
import { launchOptions, noChromium } from "../../../../tooling/chromium.ts";
import { ISOLATED } from "../../../../tooling/isolated.ts";

const root = fileURLToPath(new URL(".", import.meta.url));
const conditions = ["@cotangent/source", "browser", "module", "import", "default"];

describe.skipIf(noChromium !== null)(`threads in Chromium ${noChromium ?? ""}`, () => {
  let browser: Browser;
  const servers: Awaited<ReturnType<typeof createViteServer>>[] = [];
  beforeAll(async () => {
    browser = await chromium.launch(await launchOptions());
  });
  afterAll(async () => {
    await browser?.close();
    for (const server of servers) await server.close();
  });

  /** What a function of page.ts says in a page that is served with these headers. */
  async function inPage(name: string, headers: Record<string, string>): Promise<unknown> {
    const server = await createViteServer({
      configFile: false,
      root,
      logLevel: "error",
      resolve: { conditions },
      server: { port: 0, headers, hmr: false, watch: null },
    });
    servers.push(server);
    await server.listen();
    const page = await browser.newPage();
    await page.goto(server.resolvedUrls!.local[0]!);
    return page.evaluate(`import("/page.ts").then((program) => program.${name}())`);
  }

  it("share the memory of a cross-origin isolated page", async () => {
    expect(await inPage("multiply", ISOLATED)).toBe(true);
  });

  it("work at the same time", async () => {
    expect(await inPage("meet", ISOLATED)).toBe(true);
  });

  it("are refused elsewhere, with what to do", async () => {
    expect(await inPage("multiply", {})).toMatchInlineSnapshot(
      `"BackendError: threads: the page is not cross-origin isolated; serve it with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp"`,
    );
  });
});
