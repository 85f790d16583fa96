import type { Rows } from "./rows.ts";
import type { Origin, Visit } from "./turned.ts";

/** Into so many pieces, for threads to take one after the other. */
const PIECES = 16;
/** Elements of a piece of a row are a multiple of this: it begins where a vector does. */
const WHOLE = 64;

/** Visits pieces of the work, cut along the outermost axis. */
export function eachPiece({ sizes, steps }: Rows, inputs: readonly Origin[], visit: Visit): void {
  const axis = sizes.length - 1;
  const size = sizes[axis]!;
  const inside = sizes.slice(0, axis);
  const elements = inside.reduce((n, each) => n * each, 1);
  const whole = axis === 0 ? WHOLE : 1;
  const take = Math.ceil(size / PIECES / whole) * whole;
  for (let i = 0, end = 0; i < size; i = end) {
    end = size - i < 2 * take ? size : i + take;
    const origins = inputs.map(({ buffer, offset, fill }, k) => ({
      buffer,
      offset: offset + i * steps[axis * inputs.length + k]!,
      fill,
    }));
    visit({ sizes: [...inside, end - i], steps }, origins, i * elements);
  }
}
