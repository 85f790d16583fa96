import type { Buffer } from "./view.ts";

/** The buffers made in the innermost open scope, or null outside of every scope. */
let made: Buffer[] | null = null;

/** A new handle holds the buffer, and the open scope will free it. */
export function track(buffer: Buffer): void {
  buffer.refs++;
  if (made !== null) made.push(buffer);
}

/** Runs `f` and returns the buffers that were made meanwhile. */
export function collect<R>(f: () => R): {
  readonly result: R;
  readonly buffers: readonly Buffer[];
} {
  const outer = made;
  const buffers: Buffer[] = [];
  made = buffers;
  try {
    return { result: f(), buffers };
  } finally {
    made = outer;
  }
}
