import { type Digest, difference } from "./digest.ts";
import type { Measured } from "./measure.ts";
import type { Result } from "./report.ts";
import type { Row } from "./row.ts";
import { spreadOf } from "./statistics.ts";

/** What the processes of one contender found out about one row. */
interface Entry {
  readonly row: Row;
  readonly contender: string;
  readonly all: Measured[];
}

/** Gathers the rows of a suite over contenders and processes. */
export class Collection {
  readonly #suite: string;
  readonly #entries: readonly Entry[];

  constructor(suite: string, rows: readonly Row[], contenders: readonly string[]) {
    this.#suite = suite;
    this.#entries = rows.flatMap((row) =>
      contenders.map((contender) => ({ row, contender, all: [] })),
    );
  }

  #find(contender: string, row: string): Entry {
    return this.#entries.find((e) => e.contender === contender && e.row.name === row)!;
  }

  add(contender: string, measured: Measured): void {
    this.#find(contender, measured.row).all.push(measured);
  }

  /** Whether it is worth another process: a row that failed once would fail again. */
  runs(contender: string, row: Row): boolean {
    return this.#find(contender, row.name).all.every((m) => m.status === "ok");
  }

  /** A result for each entry that ran, compared with ours: the first contender's. */
  results(): Result[] {
    return this.#entries
      .filter((entry) => entry.all.length > 0)
      .map((entry) => this.#resultOf(entry, this.#expected(entry.row)));
  }

  /** Our digest, unless more libraries agree on another: then it is ours that is wrong. */
  #expected(row: Row): Digest | undefined {
    const voters = this.#entries
      .filter((entry) => entry.row === row)
      .flatMap(({ contender, all }) =>
        all.slice(0, 1).flatMap(({ digest }) => (digest ? [{ contender, digest }] : [])),
      );
    const votes = voters.map(({ digest }) => {
      const agree = voters.filter((v) => difference(v.digest, digest) <= row.tolerance);
      return new Set(agree.map((v) => libraryOf(v.contender))).size;
    });
    return voters[votes.indexOf(Math.max(...votes))]?.digest;
  }

  #resultOf(entry: Entry, expected: Digest | undefined): Result {
    const { row, contender, all } = entry;
    const bad = all.find((m) => m.status !== "ok");
    const digests = all.flatMap((m) => m.digest ?? []);
    const differences = expected ? digests.map((digest) => difference(digest, expected)) : [];
    const off = differences.length > 0 ? Math.max(...differences) : undefined;
    const wrong = off !== undefined && !(off <= row.tolerance);
    const firsts = all.flatMap((m) => m.first ?? []);
    const peaks = all.flatMap((m) => m.peakMiB ?? []);
    return {
      suite: this.#suite,
      row: row.name,
      contender,
      status: bad?.status ?? (wrong ? "wrong" : "ok"),
      times: all.flatMap((m) => m.time ?? []),
      ...(firsts.length > 0 && { first: spreadOf(firsts).median }),
      ...(row.flop !== undefined && { flop: row.flop }),
      ...(off !== undefined && { difference: Number.isFinite(off) ? off : null }),
      ...(bad?.message !== undefined && { message: bad.message }),
      ...(peaks.length > 0 && { peakMiB: Math.max(...peaks) }),
    };
  }
}

/** Ways of running one library are named `library way`. */
const libraryOf = (contender: string): string => contender.split(" ")[0]!;
