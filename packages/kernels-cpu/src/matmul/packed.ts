import { sizeOf } from "@cotangent/core/extend";
import type { Heap } from "../memory/heap.ts";
import { alone } from "../threads/team.ts";
import { Blocks, isBlock, upTo } from "./blocks.ts";
import type { Element } from "./element.ts";
import type { Kernels } from "./kernels.ts";
import { eachPair, type Multiply, type Product } from "./product.ts";
import { TILE_BYTES, tileColumns, tileRows } from "./tile.ts";

/** Multiplications of a product, and of all together, from which on other threads help. */
const EACH = 2 ** 15;
const ALL = 2 ** 20;
/** Products for each thread from which on none is divided. */
const MANY = 4;
/** Bytes of panels at a time. */
const PANELS = 2 ** 22;

/** Space for both sides in panels, and for a tile. */
interface Space {
  readonly left: number;
  readonly right: number;
  readonly bytes: number;
}

function spaceOf(element: Element, { m, k, n, bytes }: Product): Space {
  const left = upTo(upTo(m, tileRows(element)) * k * bytes, 64);
  const right = upTo(upTo(n, tileColumns(element)) * k * bytes, 64);
  return { left, right, bytes: left + right + upTo(TILE_BYTES, 64) };
}

/** Products of one block each, by one thread: what is broadcast is copied once. */
function oneByOne(heap: Heap, kernels: Kernels, element: Element, product: Product): Multiply {
  const { m, k, n, left, right } = product;
  const { row, column } = left;
  const space = spaceOf(element, product);
  const x = heap.scratch(space.bytes);
  const y = x + space.left;
  const tile = y + space.right;
  let [known, other] = [-1, -1];
  return (a, b, c) => {
    const [isNew, isOther] = [Number(a !== known), Number(b !== other)];
    const { block } = kernels;
    // biome-ignore format: a call of one line
    block(a, row, column, b, right.row, right.column, c, m, k, n, x, y, tile, isNew, isOther);
    known = a;
    other = b;
  };
}

/** The same, each product by any thread. */
function together(
  heap: Heap,
  { block }: Kernels,
  element: Element,
  product: Product,
  c: number,
): void {
  const { m, k, n, left, right } = product;
  const { row, column } = left;
  const space = spaceOf(element, product);
  const count = Math.max(1, Math.floor(PANELS / space.bytes));
  const start = heap.scratch(count * space.bytes);
  const calls: (readonly number[])[] = [];
  const flush = (): void => {
    heap.team.together((call) => {
      for (const args of calls) call(block, ...args);
    });
    calls.length = 0;
  };
  eachPair(product, c, (a, b, out) => {
    const x = start + calls.length * space.bytes;
    const y = x + space.left;
    const own = [out, m, k, n, x, y, y + space.right, 1, 1];
    calls.push([a, row, column, b, right.row, right.column, ...own]);
    if (calls.length === count) flush();
  });
  flush();
}

/** Products by packed panels, to `c` and behind it. */
export function packed(
  heap: Heap,
  kernels: Kernels,
  element: Element,
  product: Product,
  c: number,
): void {
  const { m, k, n, batch } = product;
  const { team } = heap;
  const products = sizeOf(batch);
  const shared = team.size > 1 && m * k * n >= EACH && m * k * n * products >= ALL;
  if (isBlock(product) && shared && products >= MANY * team.size)
    together(heap, kernels, element, product, c);
  else if (isBlock(product) && !shared)
    eachPair(product, c, oneByOne(heap, kernels, element, product));
  else {
    const blocks = new Blocks(heap, shared ? team : alone, kernels, element, product);
    eachPair(product, c, (...addresses) => blocks.multiply(...addresses));
  }
}
