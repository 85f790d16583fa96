import { tracing } from "./anomaly.ts";
import type { Backend } from "./backend.ts";
import { backendOf, checkFreed } from "./device.ts";
import { isFloat } from "./dtype.ts";
import { DeviceError } from "./errors.ts";
import { framed, own } from "./frame.ts";
import { frames } from "./handles.ts";
import { type Level, muted, root } from "./level.ts";
import { Node, type Saved } from "./node.ts";
import type { Primitive } from "./primitive.ts";
import { hold } from "./release.ts";
import { packing } from "./savedTensors.ts";
import { checkOpen, fromView, type Tensor, wrap, wrapBatch } from "./tensor.ts";
import { fillView, type View } from "./view.ts";

/** Lists that most nodes share, by length: no memory of their own, nothing to fill. */
const ZEROS: readonly (readonly number[])[] = [[], [0], [0, 0], [0, 0, 0]];
const NIL: readonly null[] = [null];

/** The one place where anything happens: runs a primitive at the highest level among its inputs. */
export function apply<P>(
  primitive: Primitive<P>,
  inputs: readonly Tensor[],
  params: P,
): readonly Tensor[] {
  let top = root;
  for (let i = 0; i < inputs.length; i++) {
    const level = inputs[i]!.level;
    if (level === root) continue;
    if (!level.open) checkOpen(inputs[i]!, primitive.name);
    if (level.depth > top.depth) top = level;
  }
  if (top === root) return applyRoot(primitive, inputs, params);
  if (top.kind === "grad") return applyGrad(top, primitive, inputs, params);
  if (top.kind === "dual") return applyDual(top, primitive, inputs, params);
  return applyBatch(top, primitive, inputs, params);
}

function applyRoot<P>(primitive: Primitive<P>, inputs: readonly Tensor[], params: P) {
  const views = new Array<View>(inputs.length);
  let tracked = false;
  for (let i = 0; i < inputs.length; i++) {
    const { view, node } = inputs[i]!;
    if (view!.buffer !== null) checkFreed(view!.buffer, primitive.name);
    if (i > 0 && view!.device !== views[0]!.device) throw mixed(primitive.name, views[0]!, view!);
    tracked ||= node !== null;
    views[i] = view!;
  }
  const backend = backendOf(views[0]!.device);
  const made = primitive.forward(backend, views, params);
  const outputs = new Array<Tensor>(made.length);
  for (let i = 0; i < made.length; i++)
    outputs[i] = fromView(scalarOf(made[i]!, backend, made.length === 1));
  if (tracked && root.recording) record(root, primitive, inputs, outputs, params);
  return outputs;
}

const SCALAR: readonly number[] = [];

/** A result without axes is a number where reading never waits, and holds no memory that is its alone. */
function scalarOf(view: View, backend: Backend, only: boolean): View {
  const { dtype, device, shape, buffer } = view;
  if (shape.length > 0 || buffer === null || backend.readNumber === undefined) return view;
  const number = fillView(dtype, device, SCALAR, backend.readNumber(view));
  if (only && buffer.refs === 0) backend.free(buffer);
  return number;
}

const mixed = (who: string, a: View, b: View): DeviceError =>
  new DeviceError(
    `${who}: inputs are on ${a.device} and on ${b.device}; move one of them with x.to("${a.device}")`,
  );

const itself = (outputs: readonly Tensor[]): readonly Tensor[] => outputs;

const below = (level: Level, x: Tensor): Tensor => (x.level === level ? x.value! : x);

/** What is not tracked at a grad or dual level is not wrapped: the value below is returned itself. */
function applyGrad<P>(level: Level, primitive: Primitive<P>, inputs: readonly Tensor[], params: P) {
  const values = new Array<Tensor>(inputs.length);
  let tracked = false;
  for (let i = 0; i < inputs.length; i++) {
    const x = inputs[i]!;
    values[i] = below(level, x);
    tracked ||= x.level === level && primitive.differentiable(i);
  }
  if (!level.recording || !tracked) return apply(primitive, values, params);
  const results = level.mute
    ? muted(level, () => apply(primitive, values, params))
    : apply(primitive, values, params);
  const outputs = new Array<Tensor>(results.length);
  for (let i = 0; i < results.length; i++) outputs[i] = above(level, results[i]!);
  record(level, primitive, inputs, outputs, params);
  return outputs;
}

/** A result as the level sees it; outside of frames the value below is the level's own. */
function above(level: Level, x: Tensor): Tensor {
  if (!isFloat(x.dtype)) return x;
  if (!frames.open && x.level === root) own(level, x);
  return wrap(level, x, null);
}

function applyDual<P>(level: Level, primitive: Primitive<P>, inputs: readonly Tensor[], params: P) {
  const primals = inputs.map((x) => below(level, x));
  const tangents = inputs.map((x, i) =>
    x.level === level && primitive.differentiable(i) ? x.tangent : null,
  );
  if (tangents.every((t) => t === null)) return apply(primitive, primals, params);
  return framed(
    level.who,
    () => {
      const outputs = muted(level, () => apply(primitive, primals, params));
      const kept = onlyKept(
        primitive,
        primals,
        outputs,
        tangents.map((t) => t !== null),
      );
      const dots = muted(level, () => primitive.jvp(tangents, kept, params));
      return outputs.map((o, i) => (dots[i] ? wrap(level, o, dots[i]!) : o));
    },
    itself,
  );
}

/** Forward mode shows a rule no more than the tape would keep. */
function onlyKept<P>(
  primitive: Primitive<P>,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  need: readonly boolean[],
): Saved {
  const keeps = primitive.keeps(need);
  return {
    inputs: inputs.map((x, i) => (keeps.inputs.includes(i) ? x : null)),
    outputs: outputs.map((o, i) => (keeps.outputs.includes(i) ? o : null)),
    ins: inputs.map((x) => x.spec),
    outs: outputs.map((o) => o.spec),
  };
}

function applyBatch<P>(
  level: Level,
  primitive: Primitive<P>,
  inputs: readonly Tensor[],
  params: P,
) {
  const batched = inputs.map((x) => x.level === level);
  const values = inputs.map((x) => below(level, x));
  return framed(
    level.who,
    () => primitive.batch(values, batched, level.size, params).map((o) => wrapBatch(level, o)),
    itself,
  );
}

/** Adds a node when an input leads to one. Outputs of integer dtype stay without. */
function record<P>(
  level: Level,
  primitive: Primitive<P>,
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  params: P,
): void {
  const need = needOf(primitive, inputs);
  if (need === null) return;
  const node = new Node(level, primitive as Primitive<unknown>, params);
  const keeps = primitive.keeps(need);
  addEdges(node, inputs, need);
  addOutputs(node, outputs, keeps.outputs);
  if (keeps.inputs.length > 0) keepInputs(node, inputs, keeps.inputs);
  own(level, node);
  if (packing.hooks !== null) packing.pack(node);
  if (tracing.on) node.trace = tracing.here();
}

/** Which inputs lead to a node and have a derivative, or null if none does. */
function needOf<P>(primitive: Primitive<P>, inputs: readonly Tensor[]): readonly boolean[] | null {
  const need = new Array<boolean>(inputs.length);
  let some = false;
  for (let i = 0; i < inputs.length; i++) {
    need[i] = inputs[i]!.node !== null && primitive.differentiable(i);
    some ||= need[i]!;
  }
  return some ? need : null;
}

/** An edge may lead to a node of a lower level: a captured tensor brings its own. */
function addEdges(node: Node, inputs: readonly Tensor[], need: readonly boolean[]): void {
  if (inputs.length === 1) {
    const x = inputs[0]!;
    node.from = [x.node];
    node.slots = x.slot === 0 ? ZEROS[1]! : [x.slot];
    node.ins = [x.spec];
    return;
  }
  const from = new Array<Node | null>(inputs.length);
  const ins = new Array<Tensor["spec"]>(inputs.length);
  let first = true;
  for (let i = 0; i < inputs.length; i++) {
    const x = inputs[i]!;
    from[i] = need[i] ? x.node : null;
    first &&= x.slot === 0;
    ins[i] = x.spec;
  }
  node.from = from;
  node.slots = (first && ZEROS[inputs.length]) || inputs.map((x) => x.slot);
  node.ins = ins;
}

function addOutputs(node: Node, outputs: readonly Tensor[], keeps: readonly number[]): void {
  for (let i = 0; i < outputs.length; i++) {
    const o = outputs[i]!;
    if (!isFloat(o.dtype)) continue;
    o.node = node;
    o.slot = i;
  }
  if (outputs.length === 1) {
    node.outs = [outputs[0]!.spec];
    node.outputs = keeps.length > 0 ? [hold(outputs[0]!)] : NIL;
  } else {
    node.outs = outputs.map((o) => o.spec);
    node.outputs = outputs.map((o, i) => (keeps.includes(i) ? hold(o) : null));
  }
}

function keepInputs(node: Node, inputs: readonly Tensor[], keeps: readonly number[]): void {
  const kept = new Array<Tensor | null>(inputs.length);
  for (let i = 0; i < inputs.length; i++) kept[i] = keeps.includes(i) ? hold(inputs[i]!) : null;
  node.inputs = kept;
}
