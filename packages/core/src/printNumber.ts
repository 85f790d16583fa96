import { type DType, isFloat } from "./dtype.ts";

const DIGITS = 4;

/** At least two digits in the exponent. */
const scientific = (v: number): string => v.toExponential(DIGITS).replace(/e([+-])(\d)$/, "e$10$2");

const special = (v: number): string => (Number.isNaN(v) ? "nan" : v > 0 ? "inf" : "-inf");

const whole = (v: number): string => `${Object.is(v, -0) ? "-0" : v.toFixed(0)}.`;

const fixed = (v: number): string => `${Object.is(v, -0) ? "-" : ""}${v.toFixed(DIGITS)}`;

/** PyTorch's choice: integers as `1.`, four digits, or an exponent when the magnitudes lie far apart. */
function floatStyle(values: readonly number[]): (v: number) => string {
  const sizes = values.filter((v) => Number.isFinite(v) && v !== 0).map(Math.abs);
  const max = sizes.reduce((a, b) => Math.max(a, b), 0);
  const min = sizes.reduce((a, b) => Math.min(a, b), Infinity);
  const integers = sizes.every(Number.isInteger);
  const wide = max / min > 1000 || max > 1e8 || (!integers && min < 1e-4);
  if (sizes.length > 0 && wide) return scientific;
  return integers ? whole : fixed;
}

/** How each of some values is written, all equally wide. */
export function formatter(values: readonly number[], dtype: DType): (v: number) => string {
  const style = isFloat(dtype)
    ? floatStyle(values)
    : (v: number) => (dtype === "bool" ? String(v === 1) : String(v));
  const text = (v: number): string => (Number.isFinite(v) ? style(v) : special(v));
  const width = values.reduce((n, v) => Math.max(n, text(v).length), 0);
  return (v) => text(v).padStart(width);
}
