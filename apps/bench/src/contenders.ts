import type { Peer, RunOptions } from "./options.ts";

/** How a library is run: one kind of process. */
export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** What it may lack when it does not start. */
  readonly needs?: string;
}

const NODE_OPTIONS = ["--expose-gc", "--conditions=@cotangent/source", "--no-warnings"];
const path = (file: string): string => new URL(file, import.meta.url).pathname;

const node = (name: string, library: string, variant = ""): Program => ({
  name,
  command: process.execPath,
  args: [...NODE_OPTIONS, path("./child.ts"), library, variant],
});

const python = (): string => process.env.COTANGENT_PYTHON ?? "python3";

/** Ours in a process that has allocated much. */
export const AGED = "cotangent after 1 GiB";

const OF: { readonly [P in Peer]: () => readonly Program[] } = {
  aged: () => [node(AGED, "cotangent", "aged")],
  "jax-js": () => ["eager", "jit"].map((mode) => node(`jax-js ${mode}`, "jax-js", mode)),
  tfjs: () => ["wasm", "cpu"].map((backend) => node(`tfjs ${backend}`, "tfjs", backend)),
  torch: () => [
    {
      name: "torch",
      command: python(),
      args: ["-B", path("./peers/pytorch/main.py")],
      needs: "name a Python that has torch by COTANGENT_PYTHON",
    },
  ],
};

/** Ours, against which every ratio is taken. */
export const OURS = "cotangent";

/** Ours first, then those of the peers. */
export const contenders = ({ peers }: Pick<RunOptions, "peers">): readonly Program[] => [
  node(OURS, "cotangent"),
  ...peers.flatMap((peer) => OF[peer]()),
];
