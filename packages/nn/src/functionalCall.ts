import { ArgumentError, type Tensor } from "@cotangent/core";
import { checkSync, checkTensor, describe } from "@cotangent/core/extend";
import { Module, type Slot, type StateDict } from "./module.ts";

export function checkModule(who: string, model: unknown): Module {
  if (model instanceof Module) return model;
  throw new ArgumentError(`${who}: model is ${describe(model)}; pass a Module`);
}

/** The tensor for each field of the state; fields that share a tensor stay tied. */
function replacements(model: Module, state: Readonly<StateDict>): Map<Slot, Tensor> {
  const slots = [...model.slots("parameters"), ...model.slots("buffers")];
  const byTensor = new Map<unknown, Tensor>();
  for (const [name, value] of Object.entries(state)) {
    const slot = slots.find((s) => s.name === name);
    if (slot === undefined)
      throw new ArgumentError(
        `functionalCall: the model has no parameter or buffer ${name}; it has ` +
          slots.map((s) => s.name).join(", "),
      );
    const current = slot.owner[slot.field];
    const other = byTensor.get(current);
    if (other !== undefined && other !== value)
      throw new ArgumentError(
        `functionalCall: ${name} shares its tensor with another name of the state, but the values ` +
          `differ; pass one of them`,
      );
    byTensor.set(current, checkTensor("functionalCall", value, name));
  }
  const found = new Map<Slot, Tensor>();
  for (const slot of slots) {
    const value = byTensor.get(slot.owner[slot.field]);
    if (value !== undefined) found.set(slot, value);
  }
  return found;
}

/**
 * Calls a model with other parameters and buffers: those in `state`, by name; what is missing comes from the model.
 * The model is the same afterwards.
 *
 * @throws ArgumentError for an unknown name.
 * @example grad((w) => functionalCall(model, { weight: w }, x).sum())(model.weight);
 */
export function functionalCall<M extends Module>(
  model: M,
  state: Readonly<StateDict>,
  ...inputs: Parameters<M["forward"]>
): ReturnType<M["forward"]> {
  checkModule("functionalCall", model);
  const swaps = [...replacements(model, state)].map(
    ([{ owner, field }, value]) => [owner, field, value, owner[field]] as const,
  );
  for (const [owner, field, value] of swaps) owner[field] = value;
  try {
    const output = model.forward(...(inputs as never[])) as ReturnType<M["forward"]>;
    return checkSync("functionalCall", output);
  } finally {
    for (const [owner, field, , original] of swaps) owner[field] = original;
  }
}
