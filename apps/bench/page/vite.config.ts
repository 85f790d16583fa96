import { defineConfig } from "vite";
import { ISOLATED } from "../../../tooling/isolated.ts";
import { commit } from "../src/machine.ts";

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  define: { COMMIT: JSON.stringify(commit()) },
  resolve: { conditions: ["@cotangent/source", "browser", "module", "import", "default"] },
  worker: { format: "es" },
  server: { headers: ISOLATED },
  preview: { headers: ISOLATED },
});
