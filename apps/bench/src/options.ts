import { parseArgs } from "node:util";
import { BenchError } from "./errors.ts";
import { suites } from "./suites/index.ts";

/** What the command line asks for. */
export type Command =
  | { readonly command: "run"; readonly options: RunOptions }
  | { readonly command: "compare"; readonly before: string; readonly after: string }
  | { readonly command: "help" };

export interface RunOptions {
  readonly suites: readonly string[];
  readonly peers: readonly Peer[];
  readonly quick: boolean;
  /** Of each contender; they take turns. */
  readonly processes: number;
  /** Of each contender that can have more than one. */
  readonly threads: number;
  /** Only rows whose name contains it. */
  readonly rows: string;
  /** Show the first call of a process instead of the median. */
  readonly first: boolean;
  /** Hold the results against the bars. */
  readonly check: boolean;
  /** Where to write the report. */
  readonly json: string | null;
}

const PEERS = ["jax-js", "tfjs", "torch", "aged"] as const;
export type Peer = (typeof PEERS)[number];

export const HELP = `usage: pnpm bench [suite…] [options]
       pnpm bench compare BEFORE.json AFTER.json

suites: ${Object.keys(suites).join(", ")}; default: all

  --peers LIST     of ${PEERS.join(", ")}, with commas between;
                   aged is cotangent itself after it has allocated 1 GiB
  --quick          smaller sizes, shorter times, 3 processes
  --processes N    of each contender; default: 9
  --threads N      of each contender that can have more than one; default: 1
  --rows TEXT      only rows whose name contains it
  --first          show the first call of a process, compilation included, instead of the median
  --check          hold the results against the bars of full size; exit code 1 when one is missed
  --json FILE      write the report, of the form that report.schema.json describes
`;

function oneOf<T extends string>(what: string, value: string, all: readonly T[]): T {
  const found = all.find((x) => x === value);
  if (found !== undefined) return found;
  throw new BenchError(`unknown ${what} ${value}; use one of ${all.join(", ")}`);
}

function count(option: string, value: string, most = Infinity): number {
  const n = Number(value);
  if (Number.isInteger(n) && n > 0 && n <= most) return n;
  const range = most < Infinity ? `from 1 to ${most}` : "≥ 1";
  throw new BenchError(`--${option} is ${value}; pass an integer ${range}`);
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        peers: { type: "string", default: "" },
        quick: { type: "boolean", default: false },
        processes: { type: "string" },
        threads: { type: "string", default: "1" },
        check: { type: "boolean", default: false },
        first: { type: "boolean", default: false },
        rows: { type: "string", default: "" },
        json: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    // Node goes on with a hint at positional arguments, of which there are none here.
    const [what] = (error as Error).message.split(". ");
    throw new BenchError(`${what!.replace(/^./, (c) => c.toLowerCase())}; see --help`);
  }
}

/**
 * Reads a command line.
 *
 * @throws BenchError for what it does not know.
 */
export function parseCommand(args: readonly string[]): Command {
  const { values, positionals } = parsed(args);
  if (values.help) return { command: "help" };
  if (positionals[0] === "compare") {
    const [, before, after, ...more] = positionals;
    if (before === undefined || after === undefined || more.length > 0)
      throw new BenchError("compare takes two files; pass BEFORE.json AFTER.json");
    return { command: "compare", before, after };
  }
  const names = Object.keys(suites);
  const peers = values.peers.split(",").filter((peer) => peer !== "");
  const options = {
    suites: positionals.length > 0 ? positionals.map((s) => oneOf("suite", s, names)) : names,
    peers: [...new Set(peers.map((peer) => oneOf("peer", peer, PEERS)))],
    quick: values.quick,
    processes:
      values.processes === undefined
        ? values.quick
          ? 3
          : 9
        : count("processes", values.processes),
    threads: count("threads", values.threads, 256),
    first: values.first,
    check: values.check,
    rows: values.rows,
    json: values.json ?? null,
  };
  return { command: "run", options };
}
