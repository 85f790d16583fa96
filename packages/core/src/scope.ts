import { checkTensor } from "./align.ts";
import type { MemoryUse } from "./backend.ts";
import { backendOf, checkDevice, getDefaultDevice } from "./device.ts";
import { frames, type Scope, scopes } from "./handles.ts";
import { checkSync, type Sync } from "./level.ts";
import { type Meta, Node } from "./node.ts";
import { dispose, free, retain } from "./release.ts";
import { Tensor } from "./tensor.ts";
import { leavesOf, type TreeOf } from "./tree.ts";
import type { Buffer, Device } from "./view.ts";

/** Tensors in what `pack` gave, which may be anything. */
function tensorsIn(value: unknown): readonly Tensor[] {
  if (value instanceof Tensor) return [value];
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(tensorsIn) : [];
}

const held = (meta: Meta | null | undefined): readonly (Tensor | null)[] =>
  meta ? [meta.grad, meta.jac] : [];

type Item = Tensor | Node | null;

const below = (x: Tensor): readonly Item[] => [x.value, x.tangent, x.node, ...held(x.ownMeta)];

const under = (node: Node): readonly Item[] => [
  ...node.from,
  ...node.inputs,
  ...node.outputs,
  ...tensorsIn(node.packed),
  ...node.metas.flatMap(held),
  node.leaf,
];

interface Live {
  readonly items: ReadonlySet<Item>;
  readonly buffers: ReadonlySet<Buffer>;
}

/** Everything that some tensors need: what lies under their levels, and their tape. */
function reachable(roots: readonly Item[]): Live {
  const items = new Set<Item>(roots);
  const buffers = new Set<Buffer>();
  // A set hands out what is added while it is walked.
  for (const item of items) {
    if (item === null) continue;
    if (item instanceof Tensor && item.view?.buffer) buffers.add(item.view.buffer);
    for (const next of item instanceof Node ? under(item) : below(item)) items.add(next);
  }
  return { items, buffers };
}

/** Frees what is not reachable; the rest is the outer scope's. */
function close(scope: Scope, roots: readonly Tensor[]): void {
  scopes.pop();
  const stores = [...scope.stores].flatMap((s) => (s instanceof Tensor ? [s] : held(s)));
  const { items, buffers } = reachable([...roots, ...scope.kept, ...stores]);
  const outer = scopes.at(-1);
  for (const view of scope.views)
    if (buffers.has(view.buffer!)) outer?.views.push(view);
    else free(view, "scope");
  for (const x of scope.handles)
    if (items.has(x)) outer?.handles.push(x);
    else dispose(x, "scope");
  for (const x of scope.kept) outer?.kept.add(x);
  for (const s of scope.stores) outer?.stores.add(s);
}

/**
 * Runs `f` and frees the memory of every tensor made inside, but for those that it returns (a tree, or nothing),
 * the tape under them, those under `keep`, and what the library stores: `.grad`, `.jac`, assigned values. An
 * outer scope takes them over. Without a scope memory is freed too, when the garbage collector runs.
 *
 * @throws ArgumentError when f returns anything but tensors in arrays and records, such as a Promise.
 * @example const loss = scope(() => model.forward(x).square().mean());
 */
export function scope<const T>(f: () => T & Sync<T> & (T extends void ? unknown : TreeOf<T>)): T {
  const inner: Scope = { handles: [], views: [], kept: new Set(), stores: new Set() };
  scopes.push(inner);
  let roots: readonly Tensor[] = [];
  try {
    const result: T = checkSync<T>("scope", f());
    if (result !== undefined) roots = leavesOf("scope", "the result", result);
    return result;
  } finally {
    close(inner, roots);
  }
}

/**
 * Keeps a tensor that open scopes would free, or that a rule made, and returns it.
 *
 * @example mask ??= keep(tril(ones([n, n])));
 */
export function keep(x: Tensor): Tensor {
  scopes.at(-1)?.kept.add(checkTensor("keep", x));
  if (frames.open) retain(x);
  return x;
}

/**
 * What a device holds: `tensors` counts buffers, which views share, and `bytes` their elements. What is freed (by
 * `scope`, `using`, `dispose`, the backward pass, a transform) is gone at once. A tensor that was dropped counts until
 * the collector has found it and the program has yielded; small ones share 64 KiB and are found together. Numbers
 * (`zeros`, `full`) take nothing. Default: the default device.
 *
 * @throws DeviceError when the device is not available.
 */
export const memory = (device: Device = getDefaultDevice()): MemoryUse =>
  backendOf(checkDevice("memory", device)).memory();
