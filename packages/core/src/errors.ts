/** The base of every error that cotangent throws on purpose. */
export class CotangentError extends Error {
  override readonly name: string = "CotangentError";
}
/** An argument has a wrong kind, value, structure or option. */
export class ArgumentError extends CotangentError {
  override readonly name: string = "ArgumentError";
}
/** Shapes, axes or sizes do not fit. */
export class ShapeError extends CotangentError {
  override readonly name: string = "ShapeError";
}
/** A dtype is not allowed where it stands. */
export class DTypeError extends CotangentError {
  override readonly name: string = "DTypeError";
}
/** A derivative was asked for that does not exist: no graph, an unused input, an escaped tensor. */
export class GradError extends CotangentError {
  override readonly name: string = "GradError";
}
/** Devices are mixed, missing, or cannot do what was asked synchronously. */
export class DeviceError extends CotangentError {
  override readonly name: string = "DeviceError";
}
/** A backend could not do its work, or memory was used after it was freed. */
export class BackendError extends CotangentError {
  override readonly name: string = "BackendError";
}
