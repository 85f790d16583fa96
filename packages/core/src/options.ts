import { describe } from "./align.ts";
import { ArgumentError } from "./errors.ts";
import { Tensor } from "./tensor.ts";

/** Options are an object with known names: a misspelt one must not be ignored. */
export function checkOptions(who: string, options: unknown, known: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null || options instanceof Tensor)
    throw new ArgumentError(
      `${who}: ${describe(options)} stands where the options go; pass an object, such as ` +
        `{ ${known[0]}: … }`,
    );
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const advice = name === "dim" ? "pass dim before the options, which are" : "it takes";
    throw new ArgumentError(`${who}: there is no option ${name}; ${advice} ${known.join(", ")}`);
  }
}
