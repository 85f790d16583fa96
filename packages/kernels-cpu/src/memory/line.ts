/**
 * What of a slab the cache knows. It outlives the slab, so it never refers to it, and to the slab's
 * ArrayBuffer only while the slab is resident: for writing it back.
 */
export class Line {
  readonly pages: number;
  /** Address of the first byte, -1 when not resident. */
  start: number;
  home: ArrayBuffer | null;
  /** The ArrayBuffer was written: it is no longer the untouched one of a new slab. */
  saved: boolean;
  /** The call that used it last, and the one that had done so when the queue last looked. */
  used: number;
  seen: number;
  /** Of its buffers that are not freed. */
  tensors: number;
  bytes: number;
  /** The watch that hears of its slab's end. */
  watch: number;
  older: Line;
  newer: Line;

  constructor(pages: number) {
    this.pages = pages;
    this.start = -1;
    this.home = null;
    this.saved = false;
    this.used = 0;
    this.seen = 0;
    this.tensors = 0;
    this.bytes = 0;
    this.watch = -1;
    this.older = this;
    this.newer = this;
  }
}

/** Resident lines in the order of their use, roughly: second chance. */
export class LineQueue {
  /** Closes the ring: newer than the newest, older than the oldest. */
  readonly #end: Line = new Line(0);
  #length = 0;

  add(line: Line): void {
    const end = this.#end;
    line.newer = end;
    line.older = end.older;
    end.older.newer = line;
    end.older = line;
    this.#length++;
  }

  remove(line: Line): void {
    line.older.newer = line.newer;
    line.newer.older = line.older;
    // A line that is kept must not keep the lines that were beside it.
    line.older = line.newer = line;
    this.#length--;
  }

  /** The line unused for longest, none that `call` used. */
  oldest(call: number): Line | null {
    for (let left = 2 * this.#length; left > 0; left--) {
      const line = this.#end.newer;
      if (line.used === line.seen && line.used !== call) return line;
      line.seen = line.used;
      this.remove(line);
      this.add(line);
    }
    return null;
  }
}
