import { checkTensor } from "./align.ts";
import { isFloat } from "./dtype.ts";
import { DTypeError, GradError, ShapeError } from "./errors.ts";
import { stored } from "./handles.ts";
import { type Level, root } from "./level.ts";
import { Node } from "./node.ts";
import { sameShape, showShape } from "./shape.ts";
import { checkOpen, handle, metaOf, type Tensor, wrap, wrapBatch } from "./tensor.ts";

/** Why forward mode has no tape calls. */
export const NO_TAPE: string =
  "there is no tape directly under a forward transform; take the inner derivative with grad of " +
  "@cotangent/functional, or the outer one in reverse mode";

function makeLeaf(x: Tensor): Tensor {
  const node = new Node(x.level, null, undefined);
  node.leaf = x;
  node.outs = [x.spec];
  if (x.ownMeta !== null) node.metas = [x.ownMeta];
  x.ownMeta = null;
  x.node = node;
  return x;
}

/** A fresh leaf of a transform's level. The tensor below may be assigned to, so it is another handle. */
export const leaf = (level: Level, value: Tensor): Tensor =>
  makeLeaf(wrap(level, handle(value), null));

/** Whether some level records what is computed of a tensor. */
export function requiresGrad(x: Tensor): boolean {
  if (x.node !== null) return true;
  return x.level.kind !== "grad" && requiresGrad(x.value!);
}

export const isLeaf = (x: Tensor): boolean => x.node === null || x.node.primitive === null;

/** Starts, or ends, the recording of a leaf. */
export function setRequiresGrad(x: Tensor, on: boolean): void {
  checkOpen(x, "requiresGrad_");
  if (x.level.kind === "dual") throw new GradError(`requiresGrad_: ${NO_TAPE}`);
  if (x.level.kind === "batch") setRequiresGrad(x.value!, on);
  else if (on) track(x);
  else untrack(x);
}

function track(x: Tensor): void {
  if (x.node !== null) return;
  if (!isFloat(x.dtype))
    throw new DTypeError(
      `requiresGrad_: a tensor of ${x.dtype} has no derivative; convert it with x.astype("float32")`,
    );
  makeLeaf(x);
}

function untrack(x: Tensor): void {
  if (x.node === null) return;
  if (x.node.primitive !== null || x.level !== root)
    throw new GradError(
      "requiresGrad_: only a leaf can stop requiring grad; use x.detach() for a result",
    );
  x.ownMeta = x.node.metas[x.slot] ?? null;
  x.node = null;
}

type Held = "grad" | "jac";

/** `.grad` or `.jac`; under vmap that of the batch. */
export function held(x: Tensor, what: Held): Tensor | null {
  if (x.level.kind !== "batch")
    return (x.node !== null ? x.node.metas[x.slot] : x.ownMeta)?.[what] ?? null;
  const below = held(x.value!, what);
  return below && wrapBatch(x.level, below);
}

/** Sets `.grad`, of the tensor's shape, or `.jac`, with a leading axis. */
export function hold(x: Tensor, what: Held, value: Tensor | null): void {
  checkOpen(x, what);
  if (x.level.kind === "batch")
    throw new GradError(`${what}: it cannot be set inside ${x.level.who}; set it outside`);
  if (value !== null) {
    checkTensor(what, value, "the value");
    const shape = what === "grad" ? value.shape : value.shape.slice(1);
    if (!sameShape(shape, x.shape) || value.dtype !== x.dtype)
      throw new ShapeError(
        `${what}: ${value.dtype} ${showShape(value.shape)} does not fit a tensor of ${x.dtype} ` +
          `${showShape(x.shape)}; ${what === "grad" ? "pass the same shape and dtype" : "pass [m, ...shape]"}`,
      );
  }
  const meta = metaOf(x);
  meta[what] = value;
  stored(meta);
}

function checkTracked(x: Tensor, who: string): void {
  if (requiresGrad(x)) return;
  throw new GradError(`${who}: the tensor does not require grad; call x.requiresGrad_() first`);
}

/** Keeps `.grad` of a result, which otherwise only leaves have. */
export function retainGrad(x: Tensor): void {
  checkOpen(x, "retainGrad");
  checkTracked(x, "retainGrad");
  if (x.level.kind === "dual") throw new GradError(`retainGrad: ${NO_TAPE}`);
  if (x.level.kind === "batch") retainGrad(x.value!);
  else if (!isLeaf(x)) metaOf(x).retain = true;
}

/** Whether `retainGrad` was called on a result. */
export function retainsGrad(x: Tensor): boolean {
  if (x.level.kind === "batch") return retainsGrad(x.value!);
  return x.node?.metas[x.slot]?.retain ?? false;
}

/** Sees a gradient, and may return another in its place. */
export type Hook = (grad: Tensor) => Tensor | void;

/** What a registration returns. */
export interface Registration {
  /** Ends it. */
  remove(): void;
}

/** Calls `f` with each gradient of x; what it returns, if anything, replaces it. */
export function registerHook(x: Tensor, f: Hook): Registration {
  checkOpen(x, "registerHook");
  checkTracked(x, "registerHook");
  if (x.level.kind === "dual") throw new GradError(`registerHook: ${NO_TAPE}`);
  if (x.level.kind === "batch") {
    const { level } = x;
    return registerHook(x.value!, (g) => {
      const result = f(wrapBatch(level, g));
      return result?.level === level ? result.value! : result;
    });
  }
  const { hooks } = metaOf(x);
  hooks.add(f);
  return { remove: () => void hooks.delete(f) };
}
