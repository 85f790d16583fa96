import { checkTensor } from "./align.ts";
import { GradError } from "./errors.ts";
import { rewinding } from "./generator.ts";
import { checkSync, moment, type Sync } from "./level.ts";
import { savedTensorHooks } from "./savedTensors.ts";
import { alias, type Tensor } from "./tensor.ts";

/** Stands for a value that is computed again; names what that takes. */
interface Ticket {
  readonly number: number;
  readonly inputs: readonly Tensor[];
}

/** Runs `f` and returns every value that the tape would keep. */
function valuesOf(f: () => unknown): Tensor[] {
  const values: Tensor[] = [];
  const pack = (x: Tensor): Tensor => {
    values.push(x);
    return x;
  };
  savedTensorHooks({ pack, unpack: (x) => x }, () => void f());
  return values;
}

function checkCount(now: number, then: number): void {
  if (now !== then)
    throw new GradError(
      `checkpoint: the tape kept ${then} values when the function was called and ${now} when it was ` +
        "called again; it must do the same each time",
    );
}

/**
 * Calls `f` with the inputs and keeps only these for the backward pass, which calls it again, with the same
 * random numbers: memory for time. What `f` captures may require grad, too.
 *
 * @throws GradError in the backward pass when `f` does not do the same again.
 * @example checkpoint((x) => block.forward(x), x);
 */
export function checkpoint<A extends readonly Tensor[], R>(
  f: (...inputs: A) => R & Sync<R>,
  ...inputs: A
): R {
  // A leaf may be assigned to before the function is called again.
  const held = inputs.map((x, i) => alias(checkTensor("checkpoint", x, `inputs[${i}]`)));
  const asNow = moment();
  const replay = rewinding();
  const run = (xs: readonly Tensor[]): R =>
    replay(() => checkSync<R>("checkpoint", f(...(xs as unknown as A))));
  let count = 0;
  // A derivative inside of the function needs its values before the function returns.
  let values = new Map<number, Tensor>();
  let running = true;
  const pack = (x: Tensor): Ticket => {
    values.set(count, x);
    return { number: count++, inputs: held };
  };
  const unpack = ({ number }: Ticket): Tensor => {
    if (!values.has(number)) {
      const again = asNow(() => valuesOf(() => run(held)));
      checkCount(again.length, count);
      values = new Map(again.entries());
    }
    const value = values.get(number)!;
    if (!running) values.delete(number);
    return value;
  };
  try {
    return savedTensorHooks<Ticket, R>({ pack, unpack }, () => run(inputs) as R & Sync<R>);
  } finally {
    running = false;
    values.clear();
  }
}
