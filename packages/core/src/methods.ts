/// <reference lib="esnext.disposable" preserve="true" />
import type { Operand } from "./align.ts";
import type { HostArray } from "./dtype.ts";
import "./ops/knot.ts";
import type { DType } from "./dtype.ts";
import { assign, cpu, to } from "./move.ts";
import { arrayOf, item, type Nested } from "./nested.ts";
import type { ReduceOptions } from "./ops/axes.ts";
import { type IndexSpec, index } from "./ops/indexing.ts";
import * as table from "./ops/methods.ts";
import { mT, reversed, unbind } from "./ops/shaping.ts";
import { where } from "./ops/where.ts";
import { show, showLater } from "./print.ts";
import { data, dataSync } from "./read.ts";
import { dispose } from "./release.ts";
import { type BackwardOptions, backwardAs } from "./tape.ts";
import { detach, Tensor } from "./tensor.ts";
import {
  type Hook,
  held,
  hold,
  isLeaf,
  type Registration,
  registerHook,
  requiresGrad,
  retainGrad,
  retainsGrad,
  setRequiresGrad,
} from "./track.ts";
import type { Device } from "./view.ts";

type Method<F> = F extends (x: never, ...rest: infer Rest) => infer Out
  ? (...rest: Rest) => Out
  : never;

type OpMethods = { [K in keyof typeof table]: Method<(typeof table)[K]> };

/** What a tensor can do beside holding its data. Ops are documented at the function of the same name. */
export interface TensorMethods extends OpMethods {
  /** Whether the tape records what is computed of this tensor. */
  requiresGrad: boolean;
  /** True for tensors that no recorded op made. */
  readonly isLeaf: boolean;
  /** Whether `retainGrad` was called on it. */
  readonly retainsGrad: boolean;
  /** What `backward` added up, or null. */
  grad: Tensor | null;
  /** What `backward` of `@cotangent/jd` added up, [m, ...shape], or null. */
  jac: Tensor | null;
  /** All dims in reverse order. */
  readonly T: Tensor;
  /** The last two dims swapped. */
  readonly mT: Tensor;
  /** A row-major copy of the elements; bool as bytes. */
  data(): Promise<HostArray>;
  /** As `data`, at once; a DeviceError where reading waits. */
  dataSync(): HostArray;
  /** Nested arrays of numbers or booleans; a 0-d tensor gives one. Say what you expect: `array<number[][]>()`. */
  array<T = Nested>(): Promise<T>;
  /** As `array`, at once; a DeviceError where reading waits. */
  arraySync<T = Nested>(): T;
  /** What `JSON.stringify` writes: nested arrays. */
  toJSON(): Nested;
  /** The only element. */
  item(): number | boolean;
  /** Another dtype (differentiable), or another device (not differentiable). */
  to(target: Device | DType): Tensor;
  /** A copy on the cpu. */
  cpu(): Promise<Tensor>;
  /** The same values without history: cuts every tape and tangent. */
  detach(): Tensor;
  /** Starts or ends recording; returns the tensor itself. */
  requiresGrad_(on?: boolean): this;
  /** Keeps `.grad` of a result, as of a leaf. */
  retainGrad(): void;
  /** Calls `f` with each gradient; what it returns replaces it. */
  registerHook(f: Hook): Registration;
  /** Gives a leaf new values; under noGrad if it is recorded. */
  assign(value: Tensor): this;
  /** Gives up this handle; memory goes when no view and no graph needs it. */
  dispose(): void;
  /** As `dispose`, for `using`. */
  [Symbol.dispose](): void;
  /** Adds gradients to the `.grad` of leaves; see `backward`. */
  backward(options?: BackwardOptions): void;
  /** As above, with the cotangent first. */
  backward(gradient?: Tensor | null, options?: Omit<BackwardOptions, "gradTensors">): void;
  /** What PyTorch's brackets give; see `index`. */
  index(...specs: IndexSpec[]): Tensor;
  /** `where(condition, this, other)`. */
  where(condition: Tensor, other: Operand): Tensor;
  /** The largest element of all; see `max`. */
  max(options?: ReduceOptions): Tensor;
  /** The first largest elements along `dim`, and their places. */
  max(dim: number, options?: ReduceOptions): [Tensor, Tensor];
  /** The smallest element of all; see `min`. */
  min(options?: ReduceOptions): Tensor;
  /** The first smallest elements along `dim`, and their places. */
  min(dim: number, options?: ReduceOptions): [Tensor, Tensor];
  /** Values, dtype, device and history, readable; where reading waits, the shape in place of values. */
  toString(): string;
  /** As `toString`, also where reading waits. */
  text(): Promise<string>;
  /** As `toString` for strings; a TypeError for numbers, which names ops. */
  [Symbol.toPrimitive](hint: string): string;
  /** The rows, as `unbind(0)`. */
  [Symbol.iterator](): IterableIterator<Tensor>;
}

function noNumber(): never {
  // What JavaScript itself throws where no primitive value exists.
  throw new TypeError(
    "a tensor is not a number or a text by itself; use add, sub, mul, div, lt or eq to compute, " +
      "item() to read it, String(x) to print it",
  );
}

function backwardOf(
  x: Tensor,
  gradient?: Tensor | BackwardOptions | null,
  options: BackwardOptions = {},
): void {
  if (gradient instanceof Tensor)
    backwardAs("gradient", [x], { ...options, gradTensors: gradient });
  else backwardAs("gradient", [x], gradient ?? options);
}

const own = {
  data(this: Tensor) {
    return data(this);
  },
  dataSync(this: Tensor) {
    return dataSync(this);
  },
  async array(this: Tensor) {
    return arrayOf(await data(this), this.shape, this.dtype);
  },
  arraySync(this: Tensor) {
    return arrayOf(dataSync(this, "arraySync"), this.shape, this.dtype);
  },
  toJSON(this: Tensor) {
    return arrayOf(dataSync(this, "toJSON"), this.shape, this.dtype);
  },
  item(this: Tensor) {
    return item(this);
  },
  to(this: Tensor, target: Device | DType) {
    return to(this, target);
  },
  cpu(this: Tensor) {
    return cpu(this);
  },
  detach(this: Tensor) {
    return detach(this);
  },
  requiresGrad_(this: Tensor, on = true) {
    setRequiresGrad(this, on);
    return this;
  },
  retainGrad(this: Tensor) {
    retainGrad(this);
  },
  registerHook(this: Tensor, f: Hook) {
    return registerHook(this, f);
  },
  assign(this: Tensor, value: Tensor) {
    assign(this, value);
    return this;
  },
  dispose(this: Tensor) {
    dispose(this);
  },
  backward(this: Tensor, gradient?: Tensor | BackwardOptions | null, options?: BackwardOptions) {
    backwardOf(this, gradient, options);
  },
  index(this: Tensor, ...specs: IndexSpec[]) {
    return index(this, ...specs);
  },
  where(this: Tensor, condition: Tensor, other: Operand) {
    return where(condition, this, other);
  },
  toString(this: Tensor) {
    return show(this);
  },
  text(this: Tensor) {
    return showLater(this);
  },
};

const symbols = {
  [Symbol.iterator](this: Tensor) {
    return unbind(this).values();
  },
  [Symbol.toPrimitive](this: Tensor, hint: string) {
    return hint === "string" ? show(this) : noNumber();
  },
  [Symbol.for("nodejs.util.inspect.custom")](this: Tensor) {
    return show(this);
  },
};

const accessors: PropertyDescriptorMap & ThisType<Tensor> = {
  requiresGrad: {
    get() {
      return requiresGrad(this);
    },
    set(on: boolean) {
      setRequiresGrad(this, on);
    },
  },
  isLeaf: {
    get() {
      return isLeaf(this);
    },
  },
  retainsGrad: {
    get() {
      return retainsGrad(this);
    },
  },
  grad: {
    get() {
      return held(this, "grad");
    },
    set(value: Tensor | null) {
      hold(this, "grad", value);
    },
  },
  jac: {
    get() {
      return held(this, "jac");
    },
    set(value: Tensor | null) {
      hold(this, "jac", value);
    },
  },
  T: {
    get() {
      return reversed(this);
    },
  },
  mT: {
    get() {
      return mT(this);
    },
  },
};

function install(name: PropertyKey, method: unknown): void {
  Object.defineProperty(Tensor.prototype, name, {
    value: method,
    writable: true,
    configurable: true,
  });
}

for (const [name, op] of Object.entries(table)) {
  const f = op as (...args: unknown[]) => unknown;
  // Fixed arities: a rest parameter costs an array on every call.
  install(name, function (this: Tensor, a: unknown, b: unknown, c: unknown, d: unknown) {
    return f(this, a, b, c, d);
  });
}
for (const [name, method] of Object.entries(own)) install(name, method);
for (const key of Object.getOwnPropertySymbols(symbols))
  install(key, (symbols as { [key: symbol]: unknown })[key]);
// Engines without explicit resource management have no such symbol.
if (Symbol.dispose !== undefined) install(Symbol.dispose, own.dispose);
Object.defineProperties(Tensor.prototype, accessors);
