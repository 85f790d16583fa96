import { configDefaults, defineConfig } from "vitest/config";
import { chromiumProjects } from "./tooling/chromium.ts";
import { CountReporter } from "./tooling/countReporter.ts";

const source = process.env.COTANGENT_BUILT ? [] : ["@cotangent/source"];
const conditions = [...source, "node", "import", "module", "default"];

const project = (name: string, folder: string) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    name,
    include: [`${folder}/**/*.test.ts`],
    exclude: [...configDefaults.exclude, "**/browser/*"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

const types = {
  test: {
    name: "types",
    include: [],
    typecheck: {
      enabled: true,
      only: true,
      include: ["packages/*/test/**/*.test-d.ts"],
      tsconfig: "tsconfig.test.json",
      ignoreSourceErrors: true, // `pnpm run types` reports those
    },
  },
};

/** Tests that run in a page, and some that run in both. */
const chromium = () =>
  chromiumProjects(
    [
      "packages/*/test/browser/*.test.ts",
      "packages/kernels-cpu/test/conformance.test.ts",
      "apps/bench/test/suites.test.ts",
    ],
    [...source, "browser", "module", "import", "default"],
  );

export default defineConfig({
  test: {
    reporters: ["default", new CountReporter()],
    projects: [
      project("core", "packages/core/test"),
      project("kernels-cpu", "packages/kernels-cpu/test"),
      project("functional", "packages/functional/test"),
      project("nn", "packages/nn/test"),
      project("jd", "packages/jd/test"),
      project("bench", "apps/bench/test"),
      project("docs", "docs"),
      project("tooling", "tooling"),
      types,
      ...(await chromium()),
    ],
  },
});
