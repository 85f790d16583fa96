import { concat, matmul, pad, type Tensor } from "@cotangent/core";
import type { Tasks } from "./task.ts";

/** Of the size of its input, by one product: each place of the kernel sees a shifted copy of x [n, c, h, w]. */
function conv2d(x: Tensor, kernel: Tensor): Tensor {
  const [n, , h, w] = x.shape as [number, number, number, number];
  const [out, , rows, columns] = kernel.shape as [number, number, number, number];
  const [top, left] = [(rows - 1) / 2, (columns - 1) / 2];
  const wide = pad(x, [left, left, top, top]);
  const shifted = Array.from({ length: rows * columns }, (_, i) =>
    wide.narrow(2, Math.floor(i / columns), h).narrow(3, i % columns, w),
  );
  const seen = concat(shifted, 1).reshape([n, -1, h * w]);
  const weights = kernel.permute([0, 2, 3, 1]).reshape([out, -1]);
  return matmul(weights, seen).reshape([n, out, h, w]);
}

export const convolution: Tasks = {
  conv2d:
    ([x, kernel]) =>
    () =>
      conv2d(x!, kernel!),
};
