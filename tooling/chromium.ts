import { playwright } from "@vitest/browser-playwright";
import type { LaunchOptions } from "playwright";
import type { TestProjectInlineConfiguration } from "vitest/config";
import { ISOLATED } from "./isolated.ts";

/** No sandbox: it needs rights that containers lack. The others keep it off the network. */
const ARGS = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A browser of one's own, where there is none from npm. */
const OWN = process.env.COTANGENT_CHROMIUM;

function missing(): string | null {
  const { platform, arch, versions } = process;
  const [major, minor] = versions.node.split(".").map(Number) as [number, number];
  if (OWN !== undefined) return null;
  if (platform !== "linux" || arch !== "x64") return `npm has none for ${platform} ${arch}`;
  return major > 22 || (major === 22 && minor >= 17) ? null : "it needs Node 22.17";
}

/** Why there is no Chromium here; null where there is one. */
export const noChromium: string | null = missing();

/** Starts a headless Chromium: the one of npm, or where the variable COTANGENT_CHROMIUM points. */
export async function launchOptions(): Promise<LaunchOptions> {
  if (OWN !== undefined) return { executablePath: OWN, args: ARGS };
  const { default: packed } = await import("@sparticuz/chromium");
  return { executablePath: await packed.executablePath(), args: ARGS };
}

/** A project of tests that run in a cross-origin isolated page; a warning where there is no Chromium. */
export async function chromiumProjects(
  include: string[],
  conditions: string[],
): Promise<TestProjectInlineConfiguration[]> {
  if (noChromium !== null) {
    console.warn(`Tests in Chromium are left out: ${noChromium}`);
    return [];
  }
  const browser = {
    enabled: true,
    headless: true,
    screenshotFailures: false,
    provider: playwright({ launchOptions: await launchOptions() }),
    instances: [{ browser: "chromium" as const }],
  };
  return [
    {
      resolve: { conditions },
      server: { headers: ISOLATED },
      test: { name: "chromium", include, testTimeout: 60_000, browser },
    },
  ];
}
