import { backendOf } from "./device.ts";
import { type DType, getDefaultDtype, type HostArray } from "./dtype.ts";
import { root } from "./level.ts";
import { formatter } from "./printNumber.ts";
import { data, dataSync } from "./read.ts";
import { type Shape, showShape, sizeOf, stridesOf } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** As PyTorch's defaults: longer tensors are shortened to 3 rows at each edge of every dim. */
const THRESHOLD = 1000;
const EDGE = 3;
const WIDTH = 80;
const PREFIX = "tensor(";

/** The numbers of a dim that are shown; null stands for those left out. */
function shown(n: number, short: boolean): readonly (number | null)[] {
  if (!short || n <= 2 * EDGE) return [...Array(n).keys()];
  return [0, 1, 2, null, n - 3, n - 2, n - 1];
}

/** Where the shown elements lie in row-major order. */
function visible(shape: Shape, short: boolean): readonly number[] {
  return shape.reduce<readonly number[]>(
    (starts, n) =>
      starts.flatMap((s) => shown(n, short).flatMap((i) => (i === null ? [] : [s * n + i]))),
    [0],
  );
}

/** Nested brackets, rows below each other, as wide as a line allows. */
function brackets(values: HostArray, shape: Shape, dtype: DType): string {
  const short = sizeOf(shape) > THRESHOLD;
  const format = formatter(
    visible(shape, short).map((i) => values[i]!),
    dtype,
  );
  const strides = stridesOf(shape);
  const row = (start: number, indent: number): string => {
    const cells = shown(shape.at(-1)!, short).map((i) =>
      i === null ? "…" : format(values[start + i]!),
    );
    const perLine = Math.max(1, Math.floor((WIDTH - indent) / (cells[0]!.length + 2)));
    const lines = Array.from({ length: Math.ceil(cells.length / perLine) }, (_, k) =>
      cells.slice(k * perLine, (k + 1) * perLine).join(", "),
    );
    return `[${lines.join(`,\n${" ".repeat(indent + 1)}`)}]`;
  };
  const block = (axis: number, start: number, indent: number): string => {
    if (axis === shape.length - 1) return row(start, indent);
    const parts = shown(shape[axis]!, short).map((i) =>
      i === null ? "…" : block(axis + 1, start + i * strides[axis]!, indent + 1),
    );
    const gap = "\n".repeat(shape.length - 1 - axis) + " ".repeat(indent + 1);
    return `[${parts.join(`,${gap}`)}]`;
  };
  return shape.length === 0 ? format(values[0]!) : block(0, 0, PREFIX.length);
}

/** `values` is null where reading waits. */
function plain(x: Tensor, values: HostArray | null): string {
  const { shape, dtype, device, node } = x;
  const expected = values !== null && (dtype === "bool" || dtype === getDefaultDtype());
  const name = node?.primitive?.name;
  const parts = [
    ...(values === null ? [] : [x.size === 0 ? "[]" : brackets(values, shape, dtype)]),
    ...(values === null || (x.size === 0 && x.ndim !== 1) ? [`shape=${showShape(shape)}`] : []),
    ...(expected ? [] : [`dtype=${dtype}`]),
    ...(device === "cpu" ? [] : [`device=${device}`]),
    ...(name === undefined ? [] : [`gradFn=${name}`]),
    ...(node === null ? [] : ["requiresGrad=true"]),
  ];
  return `${PREFIX}${parts.join(", ")})`;
}

type Read = (x: Tensor) => HostArray | null;

/** Under a transform its name comes first. */
function render(x: Tensor, read: Read): string {
  const { level } = x;
  if (!level.open) return `${PREFIX}shape=${showShape(x.shape)}, escaped from ${level.who})`;
  if (level === root) return rendered(x, read);
  const name = `${level.who} level ${level.depth}`;
  const below = render(x.value!, read);
  if (level.kind === "batch") return `${name}, ${level.size} rows: ${below}`;
  return x.tangent === null
    ? `${name}: ${below}`
    : `${name}: ${below}, tangent ${render(x.tangent, read)}`;
}

function rendered(x: Tensor, read: Read): string {
  const { freedBy } = x.view!.buffer ?? { freedBy: null };
  if (freedBy === null) return plain(x, read(x));
  return `${PREFIX}shape=${showShape(x.shape)}, freed by ${freedBy})`;
}

const waits = (x: Tensor): boolean => backendOf(x.device).downloadSync === undefined;

/** Readable text; where reading waits, shape, dtype and device. Never throws. */
export const show = (x: Tensor): string =>
  render(x, (y) => (waits(y) ? null : dataSync(y, "toString")));

/** The tensors of level 0 below x. */
function roots(x: Tensor): readonly Tensor[] {
  if (!x.level.open) return [];
  if (x.level === root) return [x];
  return [...roots(x.value!), ...(x.tangent === null ? [] : roots(x.tangent))];
}

/** As `show`, with the values also where reading waits. */
export async function showLater(x: Tensor): Promise<string> {
  const read = roots(x).filter((y) => !y.view?.buffer?.freedBy);
  const values = new Map(await Promise.all(read.map(async (y) => [y, await data(y)] as const)));
  return render(x, (y) => values.get(y) ?? null);
}
