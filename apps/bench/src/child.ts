/** One process of a contender: `child.ts LIBRARY VARIANT`. It speaks what protocol.ts describes. */
import { text } from "node:stream/consumers";
import type { Library } from "./library.ts";
import { measureRow } from "./measure.ts";
import type { Reply, Request } from "./protocol.ts";

const libraries: Readonly<Record<string, (variant: string) => Promise<Library>>> = {
  cotangent: async (variant) => {
    const { aged, cotangent } = await import("./cotangent/library.ts");
    return variant === "aged" ? aged() : cotangent();
  },
  "jax-js": async (variant) => (await import("./peers/jax.ts")).jaxLibrary(variant === "jit"),
  tfjs: async (variant) => (await import("./peers/tfjs.ts")).tfjs(variant),
};

const reply = (message: Reply): void => {
  process.stdout.write(`${JSON.stringify(message)}\n`);
};

const peakMiB = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

const [name = "", variant = ""] = process.argv.slice(2);
// Peers print to the console, which is not theirs here.
console.log = console.info = console.error;
const { rows, budget, threads } = JSON.parse(await text(process.stdin)) as Request;
const library = await libraries[name]!(variant);
reply({ versions: library.versions });
for (const row of rows) {
  const measured = await measureRow(library, row, budget, threads);
  reply(row.once ? { ...measured, peakMiB: peakMiB() } : measured);
}
process.exit();
