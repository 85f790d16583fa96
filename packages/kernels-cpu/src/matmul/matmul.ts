import type { Shape, View } from "@cotangent/core/extend";
import type { CpuBuffer } from "../memory/cpuBuffer.ts";
import type { Heap } from "../memory/heap.ts";
import { blocked } from "./blocks.ts";
import { type Element, elements } from "./element.ts";
import { type Kernels, kernelsOf } from "./kernels.ts";
import { eachPair, type Product, productOf } from "./product.ts";
import { rowTimes } from "./vectors.ts";

/** One matrix product: the addresses of left, right and result. */
export type Multiply = (a: number, b: number, c: number) => void;

/** Up to how many multiplications packing does not pay, with adjacent elements on the right and without. */
const SMALL = 2048;
const SMALL_STRIDED = 256;

function direct(kernels: Kernels, { m, k, n, left, right }: Product): Multiply {
  const { row, column } = right;
  return (a, b, c) => kernels.direct(a, left.row, left.column, b, row, column, c, m, n, k);
}

function isSmall({ m, k, n, right }: Product, { bytes, count }: Element): boolean {
  const vectors = right.column === bytes && n >= count;
  return m * k * n <= (vectors ? SMALL : SMALL_STRIDED);
}

function sizeOfProduct(left: Shape, right: Shape): number {
  const last = left.length - 1;
  let size = right[last]!;
  for (let i = 0; i < last; i++) size *= left[i]!;
  return size;
}

/** Matrix products of a heap's float32, float64 and int32 elements, of any strides and sizes. */
export class Matmul {
  private readonly heap: Heap;
  private readonly relaxed: boolean;
  private readonly known = new Map<string, { element: Element; kernels: Kernels }>();

  /** `relaxed` is whether to use relaxed instructions, which the engine must have. */
  constructor(heap: Heap, relaxed: boolean) {
    this.heap = heap;
    this.relaxed = relaxed;
  }

  /** [..., m, k] by [..., k, n], with equal leading axes and dtypes. */
  multiply(left: View, right: View): CpuBuffer {
    const { heap } = this;
    const { element, kernels } = this.kernels(left.dtype);
    heap.begin();
    const bytes = sizeOfProduct(left.shape, right.shape) * element.bytes;
    const out = heap.allocate(bytes);
    if (bytes === 0) return out;
    const product = this.product(left, right, element.bytes);
    let c = heap.address(out);
    if (product.k === 0) heap.u8().fill(0, c, c + bytes);
    else {
      const run = this.plan(product, element, kernels);
      const step = product.m * product.n * element.bytes;
      eachPair(product, (a, b) => {
        run(a, b, c);
        c += step;
      });
    }
    return out;
  }

  private product(left: View, right: View, bytes: number): Product {
    const a = this.heap.address(left.buffer as CpuBuffer);
    const b = this.heap.address(right.buffer as CpuBuffer);
    return productOf(left, right, bytes, a, b);
  }

  private plan(product: Product, element: Element, kernels: Kernels): Multiply {
    const row = product.m === 1;
    if (row || isSmall(product, element))
      return (row && rowTimes(this.heap, kernels, product)) || direct(kernels, product);
    return blocked(this.heap, kernels, element, product);
  }

  private kernels(dtype: string): { element: Element; kernels: Kernels } {
    let found = this.known.get(dtype);
    if (!found) {
      const element = elements[dtype as keyof typeof elements](this.relaxed);
      this.known.set(dtype, (found = { element, kernels: kernelsOf(element, this.heap) }));
    }
    return found;
  }
}
