import type { Row } from "./row.ts";

/** A row ready to run in one library. */
export interface Prepared {
  /** One call, its results freed where the row says so. A Promise where the library computes later. */
  call(): unknown;
  /** The results of one call, as numbers. */
  read(): Promise<readonly ArrayLike<number>[]>;
}

/** A library, as the harness sees it. */
export interface Library {
  /** Of everything that a result may depend on. */
  readonly versions: Readonly<Record<string, string>>;
  /** Computes with so many threads from now on. Absent where there is only one. */
  threads?(n: number): Promise<void>;
  /** Null where the library has no such function. */
  prepare(row: Row): Prepared | null;
}
