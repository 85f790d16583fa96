import { checkTensor, describe } from "../align.ts";
import { promoteTypes } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { showShape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { mul } from "./arithmetic.ts";
import { astype } from "./cast.ts";
import { matmul } from "./matmul.ts";
import { permute } from "./shaping.ts";
import { diagonalOp, expandTo, reshapeTo, sumOver } from "./views.ts";

type Labels = readonly string[];

/** A tensor with a name for each dim. */
interface Term {
  readonly x: Tensor;
  readonly labels: Labels;
}

function bad(equation: string, problem: string): ArgumentError {
  return new ArgumentError(
    `einsum: in "${equation}" ${problem}; write as "ij,jk->ik", with "..." for further dims`,
  );
}

/** Letters; the ellipsis is one entry. */
function parse(equation: string, text: string): Labels {
  const labels = text.replaceAll("...", "…");
  for (const label of labels)
    if (!/[a-zA-Z…]/.test(label)) throw bad(equation, `"${label}" is no letter`);
  if (labels.split("…").length > 2) throw bad(equation, `"..." appears twice in "${text}"`);
  return [...labels];
}

/** Dims under an ellipsis are named by their distance from the end. */
const hidden = (n: number): Labels => Array.from({ length: n }, (_, i) => String(n - i));

function spelled(labels: Labels, x: Tensor, i: number): Labels {
  const covered = x.ndim - labels.filter((l) => l !== "…").length;
  const fits = labels.includes("…") ? covered >= 0 : covered === 0;
  if (fits) return labels.flatMap((l) => (l === "…" ? hidden(covered) : [l]));
  throw new ShapeError(
    `einsum: operand ${i} has shape ${showShape(x.shape)} and subscripts ` +
      `"${labels.join("").replace("…", "...")}"; give one letter for each dim`,
  );
}

/** Without an arrow: the ellipsis, then the letters that appear once, in order. */
function implied(terms: readonly Labels[]): Labels {
  const all = terms.flat();
  const once = all.filter((l) => l !== "…" && all.indexOf(l) === all.lastIndexOf(l)).sort();
  return all.includes("…") ? ["…", ...once] : once;
}

/** The size of each label; a size of 1 grows. */
function sizesOf(terms: readonly Term[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { x, labels } of terms)
    labels.forEach((label, d) => {
      const [n, known] = [x.shape[d]!, sizes.get(label) ?? 1];
      if (n !== known && n !== 1 && known !== 1)
        throw new ShapeError(
          `einsum: "${label}" has size ${known} and size ${n}; dims of one name must be of one size`,
        );
      sizes.set(label, n === 1 ? known : n);
    });
  return sizes;
}

/** A label that appears twice in a term is its diagonal. */
function withoutRepeats({ x, labels }: Term): Term {
  const columns = labels.findIndex((l, d) => labels.indexOf(l) < d);
  if (columns < 0) return { x, labels };
  const label = labels[columns]!;
  const rows = labels.indexOf(label);
  if (x.shape[rows] !== x.shape[columns])
    throw new ShapeError(
      `einsum: "${label}" names two dims of shape ${showShape(x.shape)}; a diagonal needs equal sizes`,
    );
  const rest = labels.filter((_, d) => d !== rows && d !== columns);
  return withoutRepeats({
    x: diagonalOp(x, { offset: 0, rows, columns }),
    labels: [...rest, label],
  });
}

function sumOut({ x, labels }: Term, needed: (label: string) => boolean): Term {
  const axes = labels.flatMap((l, d) => (needed(l) ? [] : [d]));
  return { x: sumOver(x, axes), labels: labels.filter(needed) };
}

/** The product of two terms, summed over what nobody needs later. */
function contract(
  a: Term,
  b: Term,
  later: (label: string) => boolean,
  sizes: ReadonlyMap<string, number>,
): Term {
  const left = sumOut(a, (l) => later(l) || b.labels.includes(l));
  const right = sumOut(b, (l) => later(l) || a.labels.includes(l));
  const common = left.labels.filter((l) => right.labels.includes(l));
  const batch = common.filter(later);
  const inner = common.filter((l) => !later(l));
  const rows = left.labels.filter((l) => !common.includes(l));
  const columns = right.labels.filter((l) => !common.includes(l));
  const shape = (labels: Labels): number[] => labels.map((l) => sizes.get(l)!);
  const count = (labels: Labels): number => sizeOf(shape(labels));
  const arranged = ({ x, labels }: Term, order: Labels, to: readonly number[]): Tensor => {
    const moved = permute(
      x,
      order.map((l) => labels.indexOf(l)),
    );
    return reshapeTo(expandTo(moved, shape(order)), [...shape(batch), ...to]);
  };
  const x = arranged(left, [...batch, ...rows, ...inner], [count(rows), count(inner)]);
  const y = arranged(right, [...batch, ...inner, ...columns], [count(inner), count(columns)]);
  const product = inner.length === 0 ? mul(x, y) : matmul(x, y);
  const labels = [...batch, ...rows, ...columns];
  return { x: reshapeTo(product, shape(labels)), labels };
}

function checkOutput(equation: string, output: Labels, sizes: ReadonlyMap<string, number>): void {
  output.forEach((label, i) => {
    if (!sizes.has(label)) throw bad(equation, `the result names "${label}", which no operand has`);
    if (output.indexOf(label) < i) throw bad(equation, `the result names "${label}" twice`);
  });
}

/**
 * Sums of products by Einstein's convention: dims of one letter are multiplied together, letters that the result
 * does not name are summed. A letter twice in one operand is a diagonal, "..." stands for further dims, which
 * broadcast; without an arrow the result has the letters that appear once, sorted. Dtypes are promoted, and
 * operands are contracted from left to right.
 *
 * @throws ArgumentError for an equation that does not parse, ShapeError for operands that do not fit it.
 * @example einsum("ij,jk->ik", a, b); // a.matmul(b)
 */
export function einsum(equation: string, ...tensors: readonly Tensor[]): Tensor {
  if (typeof equation !== "string")
    throw new ArgumentError(
      `einsum: the equation is ${describe(equation)}; pass a text, such as "ij,jk->ik"`,
    );
  const [left = "", right, ...more] = equation.replaceAll(" ", "").split("->");
  if (more.length > 0) throw bad(equation, '"->" appears twice');
  const subscripts = left.split(",").map((text) => parse(equation, text));
  if (subscripts.length !== tensors.length)
    throw bad(
      equation,
      `are subscripts for ${subscripts.length} operands, there are ${tensors.length}`,
    );
  const dtype = tensors
    .map((x, i) => checkTensor("einsum", x, `operand ${i}`).dtype)
    .reduce(promoteTypes);
  const terms = tensors.map((x, i) => ({
    x: astype(x, dtype),
    labels: spelled(subscripts[i]!, x, i),
  }));
  const sizes = sizesOf(terms);
  const wide = hidden([...sizes.keys()].filter((l) => /\d/.test(l)).length);
  const result = right === undefined ? implied(subscripts) : parse(equation, right);
  const output = result.flatMap((l) => (l === "…" ? wide : [l]));
  checkOutput(equation, output, sizes);
  const product = terms.map(withoutRepeats).reduce((a, b, i) => {
    const rest = terms.slice(i + 1);
    const later = (l: string): boolean =>
      output.includes(l) || rest.some((term) => term.labels.includes(l));
    return contract(a, b, later, sizes);
  });
  const { x, labels } = sumOut(product, (l) => output.includes(l));
  return permute(
    x,
    output.map((l) => labels.indexOf(l)),
  );
}
