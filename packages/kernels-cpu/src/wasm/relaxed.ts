import { op, v128const } from "./code.ts";
import { engine } from "./engine.ts";
import { ModuleBuilder } from "./module.ts";

const zero = v128const(new Uint8Array(16));

let known: boolean | undefined;

/** Whether the engine has relaxed SIMD instructions. */
export function relaxedSimd(): boolean {
  if (known !== undefined) return known;
  const builder = new ModuleBuilder();
  builder.add("probe", [], ["v128"], () => op("f32x4.relaxed_madd", zero, zero, zero).code);
  known = engine.validate(builder.bytes({ initial: 0, maximum: 1, shared: false }));
  return known;
}
