import {
  ArgumentError,
  type Device,
  type DType,
  noGrad,
  type Registration,
  ShapeError,
  type Tensor,
} from "@cotangent/core";
import { checkTensor, sameShape, showShape } from "@cotangent/core/extend";
import { Parameter } from "./parameter.ts";

/** Values by name, such as `"0.weight"`. */
export type StateDict = { [name: string]: Tensor };

/** Options of `loadStateDict`. */
export interface LoadOptions {
  /** Throw when names are missing or unexpected. Default: true. */
  readonly strict?: boolean;
}

/** Where a tensor is registered: the object and the field that hold it. */
export interface Slot {
  readonly owner: { [field: string]: unknown };
  readonly field: string;
  readonly name: string;
}

type ForwardHook<M extends Module> = (
  module: M,
  inputs: Parameters<M["forward"]>,
  output: ReturnType<M["forward"]>,
) => ReturnType<M["forward"]> | void;

const isModuleList = (value: unknown): value is readonly Module[] =>
  Array.isArray(value) && value.length > 0 && value.every((v) => v instanceof Module);

const dotted = (prefix: string, name: string): string =>
  prefix === "" ? name : `${prefix}.${name}`;

/**
 * The base of models and layers. Fields that hold a Parameter, a Module or an array of Modules are registered
 * under their names (`"heads.0"`). `model.forward(x)` is the call.
 *
 * @example
 * class Net extends Module {
 *   first = new Linear(2, 8);
 *   second = new Linear(8, 1);
 *   forward(x: Tensor): Tensor {
 *     return this.second.forward(this.first.forward(x).tanh());
 *   }
 * }
 */
export abstract class Module {
  static {
    // Node's console prints what toString says.
    const value = function (this: Module): string {
      return this.toString();
    };
    Object.defineProperty(Module.prototype, Symbol.for("nodejs.util.inspect.custom"), { value });
  }
  /** Set by `train` and `eval`. */
  training = true;
  readonly #buffers: Set<string> = new Set();
  #hooks: Set<ForwardHook<Module>> | null = null;

  /** What the model computes. Call it: hooks run there. */
  abstract forward(...inputs: never[]): unknown;

  /** Submodules by name, arrays taken apart. */
  namedChildren(): [string, Module][] {
    return Object.entries(this).flatMap(([field, value]): [string, Module][] => {
      if (value instanceof Module) return [[field, value]];
      if (!isModuleList(value)) return [];
      return value.map((module, i) => [`${field}.${i}`, module]);
    });
  }
  /** Submodules. */
  children(): Module[] {
    return this.namedChildren().map(([, module]) => module);
  }
  /** This module and all below it, each once. */
  namedModules(): [string, Module][] {
    const seen = new Set<Module>();
    const visit = (module: Module, prefix: string): [string, Module][] => {
      if (seen.has(module)) return [];
      seen.add(module);
      const below = module.namedChildren();
      return [
        [prefix, module],
        ...below.flatMap(([name, child]) => visit(child, dotted(prefix, name))),
      ];
    };
    return visit(this, "");
  }
  /** As `namedModules`, without names. */
  modules(): Module[] {
    return this.namedModules().map(([, module]) => module);
  }

  /** Every field that holds a parameter (or a buffer), also of shared ones. */
  slots(kind: "parameters" | "buffers"): Slot[] {
    return this.namedModules().flatMap(([prefix, module]) => {
      const owner = module as unknown as { [field: string]: unknown };
      const fields =
        kind === "buffers"
          ? [...module.#buffers]
          : Object.keys(module).filter((field) => owner[field] instanceof Parameter);
      return fields.map((field) => ({ owner, field, name: dotted(prefix, field) }));
    });
  }
  /** Each parameter once, under its first name. */
  namedParameters(): [string, Parameter][] {
    return firstNames(this.slots("parameters")) as [string, Parameter][];
  }
  /** Each parameter once. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }
  /** Each buffer once, under its first name. */
  namedBuffers(): [string, Tensor][] {
    return firstNames(this.slots("buffers"));
  }
  /** Each buffer once. */
  buffers(): Tensor[] {
    return this.namedBuffers().map(([, buffer]) => buffer);
  }
  /** Registers a tensor that belongs to the state but is not trained. */
  registerBuffer(name: string, tensor: Tensor): void {
    checkTensor("registerBuffer", tensor, name);
    this.#buffers.add(name);
    Object.assign(this, { [name]: tensor });
  }

  /** A snapshot of parameters and buffers, without history. */
  stateDict(): StateDict {
    const slots = [...this.slots("parameters"), ...this.slots("buffers")];
    return Object.fromEntries(
      slots.map(({ owner, field, name }) => [name, (owner[field] as Tensor).detach()]),
    );
  }
  /**
   * Assigns values by name. Nothing is assigned when something does not fit.
   *
   * @throws ArgumentError for missing or unexpected names, unless strict is false; ShapeError for a wrong shape.
   */
  loadStateDict(
    state: Readonly<StateDict>,
    { strict = true }: LoadOptions = {},
  ): { missingKeys: string[]; unexpectedKeys: string[] } {
    const slots = [...this.slots("parameters"), ...this.slots("buffers")];
    const names = new Set(slots.map(({ name }) => name));
    const missingKeys = [...names].filter((name) => !Object.hasOwn(state, name));
    const unexpectedKeys = Object.keys(state).filter((name) => !names.has(name));
    if (strict && missingKeys.length + unexpectedKeys.length > 0)
      throw new ArgumentError(
        `loadStateDict: missing names: ${missingKeys.join(", ") || "none"}; unexpected names: ` +
          `${unexpectedKeys.join(", ") || "none"}; pass strict: false to load the others`,
      );
    const found = slots.filter(({ name }) => Object.hasOwn(state, name));
    for (const slot of found) checkFits(slot, state[slot.name]);
    noGrad(() => {
      for (const { owner, field, name } of found) load(owner[field] as Tensor, state[name]!);
    });
    return { missingKeys, unexpectedKeys };
  }

  /** Sets `training` here and below. */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode;
    return this;
  }
  /** As `train(false)`. */
  eval(): this {
    return this.train(false);
  }
  /** Drops the `.grad` of every parameter. */
  zeroGrad(): void {
    for (const p of this.parameters()) p.grad = null;
  }
  /** Moves parameters and buffers to a device, or those of floating point to a dtype; they stay the same objects. */
  to(target: Device | DType): this {
    this.#replace((x) => x.to(target), target);
    return this;
  }
  /** Moves parameters and buffers to the cpu. */
  async cpu(): Promise<this> {
    for (const x of this.#state()) {
      const moved = await x.detach().cpu();
      noGrad(() => void x.assign(moved));
    }
    return this;
  }
  /** Starts or ends the recording of every parameter. */
  requiresGrad_(on = true): this {
    for (const p of this.parameters()) p.requiresGrad_(on);
    return this;
  }
  /** Calls `f` with every module, children first. */
  apply(f: (module: Module) => void): this {
    for (const child of this.children()) child.apply(f);
    f(this);
    return this;
  }
  /** Calls `f` after each forward; what it returns, if anything, replaces the output. */
  registerForwardHook<M extends Module>(this: M, f: ForwardHook<M>): Registration {
    const hooks = this.#hooked();
    hooks.add(f as unknown as ForwardHook<Module>);
    return { remove: () => void hooks.delete(f as unknown as ForwardHook<Module>) };
  }
  /** What the layer is, between the parentheses of its name. */
  describe(): string {
    return "";
  }
  /** The modules, indented. */
  toString(): string {
    const lines = this.namedChildren().map(
      ([name, child]) => `  (${name}): ${String(child).replaceAll("\n", "\n  ")}`,
    );
    const name = this.constructor.name;
    if (lines.length === 0) return `${name}(${this.describe()})`;
    return `${name}(\n${lines.join("\n")}\n)`;
  }

  #state(): Tensor[] {
    return [...this.parameters(), ...this.buffers()];
  }
  #replace(f: (x: Tensor) => Tensor, target: string): void {
    const toDType = target === "float32" || target === "float64";
    const isFloat = (x: Tensor): boolean => x.dtype === "float32" || x.dtype === "float64";
    const state = this.#state().filter((x) => !toDType || isFloat(x));
    const moved = state.map((x) => f(x.detach()));
    noGrad(() => state.forEach((x, i) => void moveTo(x, moved[i]!, f)));
  }
  /** The first hook puts itself before the class's forward. */
  #hooked(): Set<ForwardHook<Module>> {
    if (this.#hooks !== null) return this.#hooks;
    const hooks = new Set<ForwardHook<Module>>();
    this.#hooks = hooks;
    const forward = this.forward as (...inputs: never[]) => unknown;
    const value = (...inputs: never[]): unknown => {
      let output = forward.apply(this, inputs);
      for (const hook of hooks) output = hook(this, inputs as never, output) ?? output;
      return output;
    };
    Object.defineProperty(this, "forward", { value, configurable: true });
    return hooks;
  }
}

function firstNames(slots: readonly Slot[]): [string, Tensor][] {
  const seen = new Set<unknown>();
  return slots.flatMap(({ owner, field, name }): [string, Tensor][] => {
    const x = owner[field] as Tensor;
    if (seen.has(x)) return [];
    seen.add(x);
    return [[name, x]];
  });
}

function checkFits({ owner, field, name }: Slot, value: unknown): void {
  const { shape } = owner[field] as Tensor;
  const given = checkTensor("loadStateDict", value, name);
  if (sameShape(given.shape, shape)) return;
  throw new ShapeError(
    `loadStateDict: ${name} has shape ${showShape(given.shape)} in the state and ` +
      `${showShape(shape)} in the module; the shapes must be equal`,
  );
}

/** Keeps the dtype and device of the module. */
function load(x: Tensor, value: Tensor): void {
  x.assign(value.detach().to(x.dtype).to(x.device));
}

/** The gradient moves along. */
function moveTo(x: Tensor, moved: Tensor, f: (x: Tensor) => Tensor): void {
  const { grad } = x;
  x.grad = null;
  x.assign(moved);
  if (grad !== null) x.grad = f(grad.detach());
}
