/** Where agreement to 1e-12 cannot be asked. */
interface Bound {
  readonly fn: string;
  /** Only for calls with this number after the input. */
  readonly argument?: number;
  readonly parts: readonly string[];
  readonly bound: number;
  readonly reason: string;
}

const trigamma = "PyTorch's own trigamma is off by up to 5e-10 (by comparison with 40 digits)";

const bounds: readonly Bound[] = [
  { fn: "polygamma", argument: 1, parts: ["value"], bound: 1e-9, reason: trigamma },
  { fn: "polygamma", argument: 0, parts: ["vjp", "jvp"], bound: 1e-9, reason: trigamma },
  { fn: "digamma", parts: ["vjp", "jvp"], bound: 1e-9, reason: trigamma },
  { fn: "lgamma", parts: ["second"], bound: 1e-9, reason: trigamma },
];

/** How closely a part ("value", "vjp", "jvp", "second") of a call's results has to agree. */
export function boundOf(fn: string, args: readonly unknown[], part: string): number {
  const applies = (one: Bound) =>
    one.fn === fn &&
    one.parts.includes(part) &&
    (one.argument === undefined || one.argument === args[1]);
  return bounds.find(applies)?.bound ?? 1e-12;
}
