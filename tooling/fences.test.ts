import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import { beforeAll, describe, expect, it } from "vitest";
import layers from "./layers.ts";

const packages = fileURLToPath(new URL("../packages", import.meta.url));

describe("pnpm strictness", () => {
  const resolveFrom = (folder: string, specifier: string) =>
    execFileSync(
      process.execPath,
      [
        "--conditions=@cotangent/source",
        "--input-type=module",
        "-e",
        `console.log(import.meta.resolve("${specifier}"))`,
      ],
      { cwd: join(packages, folder), encoding: "utf8", stdio: "pipe" },
    );

  it("resolves a declared package", () => {
    expect(resolveFrom("jd", "@cotangent/core")).toContain("packages/core/src/index.ts");
  });

  it.each([
    ["core", "@cotangent/functional"],
    ["functional", "@cotangent/nn"],
    ["nn", "@cotangent/jd"],
    ["core", "dependency-cruiser"],
  ])("%s cannot resolve the undeclared %s", (folder, specifier) => {
    expect(() => resolveFrom(folder, specifier)).toThrow("ERR_MODULE_NOT_FOUND");
  });
});

/** A copy of the packages in which every package resolves, so that only the layer rules can object. */
function copyOfPackages(): string {
  const root = mkdtempSync(join(tmpdir(), "fences-"));
  mkdirSync(join(root, "node_modules/@cotangent"), { recursive: true });
  for (const name of readdirSync(packages)) {
    const copy = join(root, "packages", name);
    cpSync(join(packages, name, "src"), join(copy, "src"), { recursive: true });
    cpSync(join(packages, name, "package.json"), join(copy, "package.json"));
    symlinkSync(copy, join(root, "node_modules/@cotangent", name));
  }
  return root;
}

async function violations(root: string): Promise<readonly string[]> {
  const { forbidden, options } = layers;
  const report = await cruise(["packages"], {
    ...options,
    baseDir: root,
    ruleSet: { forbidden },
    validate: true,
  });
  const { summary } = report.output as ICruiseResult;
  return summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
}

const plants = {
  "core/src/later.ts": 'import "@cotangent/functional";',
  "core/src/later-type.ts": 'export type { x } from "@cotangent/jd";',
  "nn/src/relative.ts": 'import "../../core/src/index.ts";',
  "nn/src/missing.ts": 'import "@cotangent/missing";',
  "jd/src/platform.ts": 'import "node:fs";',
  "jd/src/cycle-a.ts": 'import "./cycle-b.ts";',
  "jd/src/cycle-b.ts": 'import "./cycle-a.ts";',
  "jd/src/type-cycle-a.ts": 'export type { B } from "./type-cycle-b.ts"; export type A = 1;',
  "jd/src/type-cycle-b.ts": 'import "./type-cycle-a.ts"; export type B = 1;',
};

describe("layer rules", () => {
  let clean: readonly string[];
  let planted: readonly string[];

  beforeAll(async () => {
    const root = copyOfPackages();
    clean = await violations(root);
    for (const [path, code] of Object.entries(plants)) {
      writeFileSync(join(root, "packages", path), `${code}\n`);
    }
    planted = await violations(root);
    rmSync(root, { recursive: true });
  });

  it("find nothing in the packages", () => {
    expect(clean).toEqual([]);
  });

  it.each([
    ["layer-core", "core/src/later.ts"],
    ["layer-core", "core/src/later-type.ts"],
    ["relative-across-packages", "nn/src/relative.ts"],
    ["unresolved", "nn/src/missing.ts"],
    ["undeclared", "jd/src/platform.ts"],
    ["cycle", "jd/src/cycle-a.ts"],
  ])("%s catches %s", (rule, path) => {
    expect(planted).toContain(`${rule}: packages/${path}`);
  });

  it("allow a cycle of types", () => {
    expect(planted.filter((violation) => violation.includes("type-cycle"))).toEqual([]);
  });
});
