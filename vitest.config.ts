import { defineConfig } from "vitest/config";
import { CountReporter } from "./tooling/countReporter.ts";

const conditions = ["@cotangent/source", "node", "import", "module", "default"];
const resolve = { conditions };

const project = (name: string, folder: string) => ({
  resolve,
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: { name, include: [`${folder}/**/*.test.ts`], testTimeout: 60_000, hookTimeout: 60_000 },
});

export default defineConfig({
  test: {
    reporters: ["default", new CountReporter()],
    projects: [
      project("core", "packages/core/test"),
      project("functional", "packages/functional/test"),
      project("nn", "packages/nn/test"),
      project("jd", "packages/jd/test"),
      project("docs", "docs"),
      project("tooling", "tooling"),
    ],
  },
});
