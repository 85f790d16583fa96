import { CotangentError } from "./errors.ts";

/** The version of this package. */
export const version: string = "0.0.0";

const loaded = globalThis as { [key: symbol]: string | undefined };
const key = Symbol.for("@cotangent/core");

// Two copies would have two level stacks and two Tensor classes, and wrong results.
if (loaded[key] !== undefined)
  throw new CotangentError(
    `@cotangent/core: version ${loaded[key]} and version ${version} are both in this program; ` +
      "keep one of them, for instance with `npm dedupe`",
  );
loaded[key] = version;
