import type { Shape, View } from "@cotangent/core/extend";
import type { CpuBuffer } from "../memory/cpuBuffer.ts";
import type { Heap } from "../memory/heap.ts";
import { type Element, elements } from "./element.ts";
import { type Kernels, kernelsOf } from "./kernels.ts";
import { byColumns, byRows } from "./oneByOne.ts";
import { packed } from "./packed.ts";
import { eachPair, type Multiply, type Product, productOf } from "./product.ts";

/** Up to how many multiplications packing does not pay, with adjacent elements on the right and without. */
const SMALL = 2048;
const SMALL_STRIDED = 256;

/** A small product without packing, or null. */
function direct(kernels: Kernels, product: Product, { vector }: Element): Multiply | null {
  const { m, k, n, left, right, bytes } = product;
  const adjacent = right.column === bytes && n >= vector.count;
  if (m * k * n > (adjacent ? SMALL : SMALL_STRIDED)) return null;
  const kernel = adjacent ? kernels.directVectors : kernels.direct;
  return (a, b, c) => kernel(a, left.row, left.column, b, right.row, right.column, c, m, n, k);
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
    const bytes = sizeOfProduct(left.shape, right.shape) * element.one.bytes;
    const out = heap.allocate(bytes);
    if (bytes === 0) return out;
    const product = this.product(left, right, element.one.bytes);
    const c = heap.address(out);
    if (product.k === 0) heap.u8().fill(0, c, c + bytes);
    else this.run(product, element, kernels, c);
    return out;
  }

  private run(product: Product, element: Element, kernels: Kernels, c: number): void {
    const one = this.plan(product, element, kernels);
    if (one !== null) eachPair(product, c, one);
    else packed(this.heap, kernels, element, product, c);
  }

  private product(left: View, right: View, bytes: number): Product {
    const a = this.heap.address(left.buffer as CpuBuffer);
    const b = this.heap.address(right.buffer as CpuBuffer);
    return productOf(left, right, bytes, a, b);
  }

  /** What multiplies matrices one by one without packing both; null where that does not pay. */
  private plan(product: Product, element: Element, kernels: Kernels): Multiply | null {
    return (
      direct(kernels, product, element) ??
      byRows(this.heap, kernels, product) ??
      byColumns(this.heap, kernels, product)
    );
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
