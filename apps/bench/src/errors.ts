/** A mistake of whoever runs a benchmark: its message is all there is to show. */
export class BenchError extends Error {
  override readonly name = "BenchError";

  constructor(message: string) {
    super(`bench: ${message}`);
  }
}
