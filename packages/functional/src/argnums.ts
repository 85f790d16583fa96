import { ArgumentError } from "@cotangent/core";
import { describe, outsideFrames } from "@cotangent/core/extend";
import { callable, type Flat, flattenInputs, outcome, type Run } from "./structure.ts";
import type { Argnums } from "./types.ts";

/** The arguments that argnums select, and the function of their leaves. */
export interface Selected {
  readonly flat: Flat;
  readonly run: Run;
}

function position(who: string, n: unknown, count: number): number {
  if (typeof n === "number" && Number.isInteger(n) && n >= -count && n < count)
    return n < 0 ? n + count : n;
  throw new ArgumentError(
    `${who}: argnums ${describe(n)} does not name one of the ${count} arguments; ` +
      `use integers from ${-count} to ${count - 1}`,
  );
}

function positions(who: string, argnums: Argnums, count: number): readonly number[] {
  const list = typeof argnums === "number" ? [argnums] : argnums;
  if (!Array.isArray(list))
    throw new ArgumentError(
      `${who}: argnums is ${describe(argnums)}; pass a number or an array of numbers`,
    );
  if (count === 0)
    throw new ArgumentError(`${who}: there is no argument to differentiate; pass at least one`);
  if (list.length === 0)
    throw new ArgumentError(`${who}: argnums is empty; name at least one argument`);
  const found = (list as readonly unknown[]).map((n) => position(who, n, count));
  if (found.length > 1 && new Set(found).size < found.length)
    throw new ArgumentError(
      `${who}: argnums [${list.join(", ")}] name an argument twice; once is enough`,
    );
  return found;
}

/** A function of the selected arguments alone; a number selects one bare, an array a list. */
export function selectArgs(
  who: string,
  func: unknown,
  args: readonly unknown[],
  argnums: Argnums,
  hasAux: boolean,
): Selected {
  const f = callable(who, func) as (...args: unknown[]) => unknown;
  const at = positions(who, argnums, args.length);
  const chosen = at.map((i) => args[i]);
  const bare = typeof argnums === "number";
  const flat = flattenInputs(
    who,
    bare ? chosen[0] : chosen,
    bare ? `argument ${at[0]}` : "arguments",
  );
  const run: Run = (leaves) => {
    const values = bare ? [flat.build(leaves)] : (flat.build(leaves) as unknown[]);
    const all = [...args];
    at.forEach((i, k) => {
      all[i] = values[k];
    });
    return outcome(
      who,
      outsideFrames(() => f(...all)),
      hasAux,
    );
  };
  return { flat, run };
}
