import type { Budget, Measured } from "./measure.ts";
import type { Row } from "./row.ts";

/** What a process or worker is asked: it reads it from its standard input, or as a message. */
export interface Request {
  readonly rows: readonly Row[];
  readonly budget: Budget;
  readonly threads: number;
}

/** What it answers, as lines of JSON or messages: first its versions, then each row. */
export type Reply = { readonly versions: Readonly<Record<string, string>> } | Measured;

/** What came of one process or worker. */
export interface Outcome {
  /** Null when it could not begin. */
  readonly versions: Readonly<Record<string, string>> | null;
  readonly measured: readonly Measured[];
  /** The last thing it said on standard error, or why it could not start. */
  readonly complaint: string;
}

/** Runs rows in a process or worker of its own; `onRow` hears of each as soon as it is done. */
export type Start = (request: Request, onRow: (measured: Measured) => void) => Promise<Outcome>;
