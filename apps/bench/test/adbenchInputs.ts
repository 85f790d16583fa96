import type { Input, Row } from "../src/row.ts";

/** Reads numbers of a text, a block at a time. */
class Numbers {
  readonly #numbers: readonly number[];
  #at = 0;

  constructor(text: string) {
    this.#numbers = text.trim().split(/\s+/).map(Number);
  }

  take(...shape: number[]): Input {
    const size = shape.reduce((n, m) => n * m, 1);
    const values = this.#numbers.slice(this.#at, (this.#at += size));
    return { shape, dtype: "float64", values };
  }
  sizes(n: number): number[] {
    return [...this.take(n).values!];
  }
}

const row = (task: string, inputs: readonly Input[], settings: Row["settings"] = {}): Row => ({
  name: task,
  task,
  inputs,
  settings,
  tolerance: 1e-8,
});

/** Of a text `d k n`, weights, means, factors, points, `γ m`. */
export function gmmRow(task: string, text: string): Row {
  const numbers = new Numbers(text);
  const [d, k, n] = numbers.sizes(3) as [number, number, number];
  const factors = numbers.take.bind(numbers, k, (d * (d + 1)) / 2);
  const inputs = [numbers.take(k), numbers.take(k, d), factors(), numbers.take(n, d)];
  const [gamma, m] = numbers.sizes(2) as [number, number];
  return row(task, inputs, { gamma, m });
}

/** Of a text `n m p`, and one camera, point, weight and feature. */
export function baRow(task: string, text: string): Row {
  const numbers = new Numbers(text);
  const [n, m, p] = numbers.sizes(3) as [number, number, number];
  const inputs = [numbers.take(11), numbers.take(3), numbers.take(1), numbers.take(2)];
  return row(task, inputs, { n, m, p });
}
