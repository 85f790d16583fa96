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
  /** While the function runs: a derivative inside of it needs its values, and a scope must see them. */
  value: Tensor | null;
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
  const tickets: Ticket[] = [];
  let count = 0;
  let values = new Map<number, Tensor>();
  const pack = (x: Tensor): Ticket => {
    const ticket = { number: count++, inputs: held, value: x };
    tickets.push(ticket);
    return ticket;
  };
  const unpack = ({ number, value }: Ticket): Tensor => {
    if (value !== null) return value;
    if (!values.has(number)) {
      const again = asNow(() => valuesOf(() => run(held)));
      checkCount(again.length, count);
      values = new Map(again.entries());
    }
    const made = values.get(number)!;
    values.delete(number);
    return made;
  };
  try {
    return savedTensorHooks<Ticket, R>({ pack, unpack }, () => run(inputs) as R & Sync<R>);
  } finally {
    for (const ticket of tickets.splice(0)) ticket.value = null;
  }
}
