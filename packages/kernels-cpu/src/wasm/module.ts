import { type Code, type Local, TYPE_BYTES, unsigned, type ValueType } from "./code.ts";
import { engine, type WasmMemory } from "./engine.ts";
import { callHost } from "./host.ts";

type Types = readonly ValueType[];

/** What a function body is written with; `params` has a variable for each parameter. */
export interface Scope<P extends Types = Types> {
  readonly params: { readonly [I in keyof P]: Local };
  /** A new variable. */
  local(type: ValueType): Local;
}

interface Func {
  readonly name: string;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly locals: readonly ValueType[];
  readonly body: Code;
}

/** The memory that a module imports as "m" "m". */
export interface MemoryLimits {
  readonly initial: number;
  readonly maximum: number;
  readonly shared: boolean;
}

const variable = (type: ValueType, index: number): Local => ({
  type,
  index,
  code: [0x20, unsigned(index)],
});

function flatten(code: Code, out: number[]): number[] {
  for (const part of code) {
    if (typeof part === "number") out.push(part);
    else flatten(part, out);
  }
  return out;
}

const vector = (items: readonly (readonly number[])[]): number[] => [
  ...unsigned(items.length),
  ...items.flat(),
];

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

/** Names are ASCII. */
const text = (name: string): number[] => [
  ...unsigned(name.length),
  ...Array.from(name, (letter) => letter.charCodeAt(0)),
];

const types = (list: readonly ValueType[]): number[] => vector(list.map((t) => [TYPE_BYTES[t]]));

/** The signature of `callHost`. */
const HOST: Pick<Func, "params" | "results"> = { params: ["i32", "f64", "f64"], results: ["f64"] };
/** Function 0 of every module is `callHost`. */
const IMPORTED = 1;

/** A WebAssembly module under construction: functions over one imported memory. */
export class ModuleBuilder {
  private readonly functions: Func[] = [];

  /** Adds an exported function and returns its number, for `call`. */
  add<const P extends Types>(
    name: string,
    params: P,
    results: Types,
    write: (scope: Scope<P>) => Code,
  ): number {
    const locals: ValueType[] = [];
    const scope: Scope<P> = {
      params: params.map(variable) as Scope<P>["params"],
      local(type) {
        locals.push(type);
        return variable(type, params.length + locals.length - 1);
      },
    };
    const body = write(scope);
    this.functions.push({ name, params, results, locals, body });
    return this.functions.length - 1 + IMPORTED;
  }

  /** The binary module. */
  bytes({ initial, maximum, shared }: MemoryLimits): Uint8Array<ArrayBuffer> {
    const limits = [shared ? 3 : 1, ...unsigned(initial), ...unsigned(maximum)];
    const funcs = this.functions;
    const signatures = [HOST, ...funcs].map((f) => [0x60, ...types(f.params), ...types(f.results)]);
    const imports = [
      [...text("m"), ...text("m"), 2, ...limits],
      [...text("m"), ...text("host"), 0, 0],
    ];
    return Uint8Array.from([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, vector(signatures)),
      ...section(2, vector(imports)),
      ...section(3, vector(funcs.map((_, i) => unsigned(i + IMPORTED)))),
      ...section(7, vector(funcs.map((f, i) => [...text(f.name), 0, ...unsigned(i + IMPORTED)]))),
      ...section(10, vector(funcs.map(encode))),
    ]);
  }
}

function encode({ locals, body }: Func): number[] {
  const declared = vector(locals.map((type) => [1, TYPE_BYTES[type]]));
  const content = flatten([declared, body, 0x0b], []);
  return [...unsigned(content.length), ...content];
}

export type Exports = { readonly [name: string]: (...args: number[]) => number };

/** The exported functions, ready to call; compiled synchronously. */
export function instantiate(bytes: Uint8Array<ArrayBuffer>, memory: WasmMemory): Exports {
  const module = new engine.Module(bytes);
  return new engine.Instance(module, { m: { m: memory, host: callHost } }).exports as Exports;
}
