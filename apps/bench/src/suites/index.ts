import type { Suite } from "../row.ts";
import { adbench } from "./adbench.ts";
import { jacobian } from "./jacobian.ts";
import { memory } from "./memory.ts";
import { mlp } from "./mlp.ts";
import { ops } from "./ops.ts";

/** Every suite, by the name it has on the command line. */
export const suites: Readonly<Record<string, Suite>> = { ops, mlp, jacobian, adbench, memory };
