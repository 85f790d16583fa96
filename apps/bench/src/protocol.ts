import type { Budget, Measured } from "./measure.ts";
import type { Row } from "./row.ts";

/** What a process reads from its standard input, as one JSON text. */
export interface Request {
  readonly rows: readonly Row[];
  readonly budget: Budget;
  readonly threads: number;
}

/** What it writes to its standard output, as lines of JSON: first its versions, then a line for each row. */
export type Reply = { readonly versions: Readonly<Record<string, string>> } | Measured;
