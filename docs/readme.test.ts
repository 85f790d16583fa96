import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "cotangent-readme-"));

interface Block {
  readonly title: string;
  readonly file: string;
  readonly code: string;
}

function blocksOf(readme: string): Block[] {
  const fences = readFileSync(join(root, readme), "utf8").matchAll(/^```ts\n(.*?)^```$/gms);
  return [...fences].map(([, code = ""], i) => ({
    title: `${readme}, block ${i + 1}`,
    file: `${readme.replaceAll("/", "-")}-${i + 1}.ts`,
    code,
  }));
}

const readmes = [
  "README.md",
  "docs/adding-an-op.md",
  ...readdirSync(join(root, "packages")).map((p) => `packages/${p}/README.md`),
];
const blocks = readmes.filter((readme) => existsSync(join(root, readme))).flatMap(blocksOf);

/** Runs a tool of the workspace in the folder of the blocks. */
function tool(name: string, ...args: string[]) {
  const path = join(root, "node_modules/.bin", name);
  const { status, stdout, stderr } = spawnSync(path, args, { cwd: folder, encoding: "utf8" });
  return { status, stdout, stderr };
}

/** What the comments `// → …` say is printed, compared without spaces and line breaks. */
const promised = (code: string): string =>
  [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, value]) => value).join("");
const dense = (text: string): string => text.replaceAll(/\s+/g, "");

describe("the code in the READMEs and guides", () => {
  beforeAll(() => {
    const compilerOptions = { typeRoots: [join(root, "node_modules/@types")] };
    const config = {
      extends: join(root, "tsconfig.test.json"),
      compilerOptions,
      include: ["*.ts"],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    symlinkSync(join(root, "docs/node_modules"), join(folder, "node_modules"), "dir");
    for (const { file, code } of blocks) writeFileSync(join(folder, file), code);
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it("is there", () => {
    expect(blocks.length).toBeGreaterThan(0);
  });

  it("has the types it shows", () => {
    expect(tool("tsc", "-p", ".")).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it.each(blocks)("runs, and prints what it says: $title", ({ file, code }) => {
    const { status, stdout, stderr } = tool("tsx", "--conditions=@cotangent/source", file);

    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    if (promised(code)) expect(dense(stdout)).toBe(dense(promised(code)));
  });
});
